//! Pages as chunks that are loaded when they are needed, and may fail to: on a phone without signal, or
//! in a tab that is older than the server. Leptos's own `#[lazy_route]` panics then and takes the app
//! with it; these show "try again" and the app lives.

use std::{future::Future, pin::Pin, sync::Mutex};

use leptos::{ev, prelude::*, reactive::computed::ScopedFuture, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_split_helpers::SplitLoaderError;

use crate::ui::at_once::{at_once, changing};

/// A page that is loaded again when asked to.
pub(crate) type Load = fn() -> Pin<Box<dyn Future<Output = Result<AnyView, SplitLoaderError>>>>;

/// Makes a route of a page in a chunk: `lazy_page!(ProductsPage, products in products, view::Products)`, the page's name and
/// the chunk's. Nothing else may name the page's view, or it moves back into the first chunk.
///
/// What several chunks need is put into a further one for each set of them, so that every chunk there is doubles how many
/// small files a page may have to fetch: pages that are opened after each other share a chunk.
macro_rules! lazy_page {
    ($route:ident, $page:ident in $chunk:ident, $view:path) => {
        pub(crate) mod $page {
            use leptos::prelude::AnyView;
            use wasm_split_helpers::{SplitLoaderError, wasm_split};

            #[wasm_split($chunk, fallible, preload(preload))]
            pub(crate) fn view() -> Result<AnyView, SplitLoaderError> {
                Ok($crate::ui::at_once::at_once($view()))
            }
        }

        #[doc = concat!("The route of `", stringify!($view), "`.")]
        pub(crate) struct $route;

        impl leptos_router::LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> leptos::prelude::AnyView {
                match $page::view().await {
                    Ok(view) => view,
                    Err(_) => $crate::lazy::not_loaded(|| Box::pin($page::view())),
                }
            }

            async fn preload() {
                // A failure shows when the page is opened.
                let _ = $page::preload().await;
            }
        }
    };
}

pub(crate) use lazy_page;

/// Makes a function that is in a chunk of its own, with all that it alone calls. Calling it fetches the chunk, which may fail.
#[cfg(feature = "hydrate")]
macro_rules! in_chunk {
    ($(#[$doc:meta])* $chunk:ident: $see:vis fn $name:ident($($argument:ident: $kind:ty),*) -> $result:ty $body:block) => {
        $(#[$doc])*
        #[wasm_split_helpers::wasm_split($chunk, fallible)]
        $see fn $name($($argument: $kind),*) -> Result<$result, wasm_split_helpers::SplitLoaderError> {
            Ok($body)
        }
    };
}

#[cfg(feature = "hydrate")]
pub(crate) use in_chunk;

/// As text, because it is in the first chunk.
const NOT_LOADED: &str = "<div class=\"notice\" role=\"alert\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"/icons.svg#refresh-cw\"></use></svg>\
    <h1>This part of the page could not be loaded</h1><p>The rest still works, and nothing you saved is lost.</p>\
    <div class=\"line\"><button class=\"btn\">Try again</button></div></div>";

/// What stands in a page's place when its chunk could not be loaded.
pub(crate) fn not_loaded(load: Load) -> AnyView {
    // Loaded later, the page still finds the router and the rest of its context where its route has them.
    let route = Owner::current().unwrap_or_default();
    let page = StoredValue::new(Mutex::new(None::<AnyView>));
    let loaded = RwSignal::new(false);
    let trying = StoredValue::new(false);
    changing(move || {
        if loaded.get() {
            return page.try_with_value(|page| page.lock().ok()?.take()).flatten().unwrap_or_else(|| ().into_any());
        }
        let route = route.clone();
        let again = Callback::new(move |()| {
            if trying.get_value() {
                return;
            }
            trying.set_value(true);
            let again = async move {
                if let Ok(view) = load().await {
                    page.try_set_value(Mutex::new(Some(view)));
                    loaded.try_set(true);
                }
                trying.try_set_value(false);
            };
            spawn_local(route.with(|| ScopedFuture::new_untracked(again)));
        });
        let press = move |event: ev::MouseEvent| {
            let button = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if button.is_some_and(|element| element.tag_name() == "BUTTON") {
                again.run(());
            }
        };
        at_once(view! { <div class="page" inner_html=NOT_LOADED on:click=press></div> })
    })
    .into_any()
}
