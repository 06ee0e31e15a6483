//! The page, which the server writes.

use leptos::prelude::*;

#[cfg(not(feature = "ssr"))]
use super::PATH;
use super::api;
use crate::ui::{served, title::title};

const CLASS: &str = "page settings providers";

#[component]
pub(crate) fn Providers() -> impl IntoView {
    title(|| "Providers".to_owned());
    #[cfg(feature = "ssr")]
    return {
        let _ = (api::open_providers, api::try_provider);
        let search = leptos_router::hooks::use_location().search.get_untracked();
        served::served(CLASS, Box::pin(super::answer::page(&search)))
    };
    #[cfg(not(feature = "ssr"))]
    return served::alive(served::Alive {
        class: CLASS,
        here: served::Here::At(PATH),
        page: |search| Box::pin(api::open_providers(search)),
        fields: &["id"],
        act: |mut values| Box::pin(api::try_provider(values.pop().unwrap_or_default())),
    });
}
