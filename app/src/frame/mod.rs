//! The frame around every page: the rail and the bar on top. The server writes it; no code for writing it goes to the
//! browser, which only keeps it current.

#[cfg(feature = "ssr")]
mod bar;
#[cfg(feature = "hydrate")]
mod current;
mod me;
#[cfg(feature = "hydrate")]
mod prefetch;
#[cfg(feature = "ssr")]
mod rail;
#[cfg(feature = "ssr")]
mod search;
#[cfg(feature = "hydrate")]
mod shell;

pub(crate) use self::me::use_me;
#[cfg(feature = "hydrate")]
pub use self::shell::enter_shell;
use crate::ui::unsaved::Unsaved;
use leptos::prelude::*;

/// Whether the page has come alive. False while it is rendered and hydrated, so that both draw the same.
#[derive(Clone, Copy)]
pub(crate) struct Hydrated(pub(crate) ReadSignal<bool>);

/// What every page finds in its context.
pub(crate) fn provide() {
    let (hydrated, set_hydrated) = signal(false);
    provide_context(Hydrated(hydrated));
    me::provide();
    provide_context(Unsaved::new());
    Effect::new(move || {
        set_hydrated.set(true);
        #[cfg(feature = "hydrate")]
        crate::ui::mark::mark("vitrine:hydrated");
        if let Some(root) = document().document_element() {
            let _ = root.class_list().add_1("hydrated");
        }
        // What measures pages begins then (`context::MeasuredBy`).
        #[cfg(feature = "hydrate")]
        if let Ok(alive) = web_sys::Event::new("alive") {
            let _ = window().dispatch_event(&alive);
        }
    });
}

#[cfg(feature = "hydrate")]
pub(crate) use self::{current::search_box, me::told as signed_in};

/// Brings the frame to life. Called where the router is known.
pub(crate) fn keep_current() {
    #[cfg(feature = "hydrate")]
    {
        current::start();
        Effect::new(crate::device::start);
        Effect::new(prefetch::listen);
        shell::leave();
    }
}

/// The frame with a page in it, or with room for one. Whoever is not signed in has none.
#[cfg(feature = "ssr")]
pub(crate) fn frame(page: impl IntoView + 'static, is_shell: bool) -> impl IntoView {
    let me = use_context::<crate::context::Visitor>().and_then(|visitor| visitor.me);
    let address = use_context::<leptos_router::location::RequestUrl>().map(|url| url.as_ref().to_owned()).unwrap_or_default();
    let around = me.clone().map(|me| view! { {rail::rail(&address)}{bar::bar(me, &address)} });
    view! {
        <div class="frame">
            <a class="skip" href="#main">"Skip to content"</a>
            {around}
            {me::main(me, page, is_shell)}
        </div>
    }
}
