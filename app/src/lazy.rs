//! Pages as chunks that are loaded when they are needed, and may fail to: on a phone without signal, or
//! in a tab that is older than the server. Leptos's own `#[lazy_route]` panics then and takes the app
//! with it; these show "try again" and the app lives.

use std::{future::Future, pin::Pin};

use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::SplitLoaderError;

/// A page that is loaded again when asked to.
pub(crate) type Load = fn() -> Pin<Box<dyn Future<Output = Result<AnyView, SplitLoaderError>>>>;

/// Makes a route of a page in a chunk of its own: `lazy_page!(ProductsPage, products, view::Products)`.
/// Nothing else may name the page's view, or it moves back into the first chunk.
macro_rules! lazy_page {
    ($route:ident, $chunk:ident, $view:path) => {
        pub(crate) mod $chunk {
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
                match $chunk::view().await {
                    Ok(view) => view,
                    Err(_) => $crate::lazy::not_loaded(|| Box::pin($chunk::view())),
                }
            }

            async fn preload() {
                // A failure shows when the page is opened.
                let _ = $chunk::preload().await;
            }
        }
    };
}

pub(crate) use lazy_page;

/// What stands in a page's place when its chunk could not be loaded.
pub(crate) fn not_loaded(load: Load) -> AnyView {
    let page = StoredValue::new_local(None::<AnyView>);
    let loaded = RwSignal::new(false);
    let trying = RwSignal::new(false);
    let try_again = move |_| {
        trying.set(true);
        spawn_local(async move {
            if let Ok(view) = load().await {
                page.set_value(Some(view));
                loaded.set(true);
            }
            trying.set(false);
        });
    };
    (move || {
        if loaded.get() {
            return page.try_update_value(Option::take).flatten().unwrap_or_else(|| ().into_any());
        }
        view! {
            <div class="page">
                <div class="notice" role="alert">
                    <crate::ui::icon::Icon name="refresh-cw" />
                    <h1>"This part of the page could not be loaded"</h1>
                    <p>"The rest still works, and nothing you saved is lost."</p>
                    <div class="line">
                        <button class="btn" on:click=try_again disabled=move || trying.get()>"Try again"</button>
                    </div>
                </div>
            </div>
        }
        .into_any()
    })
    .into_any()
}
