//! The page, which the server writes.

use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use ports::error::AppError;

#[cfg(not(feature = "ssr"))]
use super::PATH;
use super::api;
#[cfg(not(feature = "ssr"))]
use crate::tokens::secret;
use crate::ui::{served, title::title};

const CLASS: &str = "page settings webhooks";

#[component]
pub(crate) fn Webhooks() -> impl IntoView {
    title(|| "Webhooks".to_owned());
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_webhooks;
        let search = leptos_router::hooks::use_location().search.get_untracked();
        served::served(CLASS, Box::pin(super::answer::page(&search)))
    };
    #[cfg(not(feature = "ssr"))]
    return {
        secret::watch();
        served::alive(served::Alive {
            class: CLASS,
            path: PATH,
            page: |search| Box::pin(api::open_webhooks(search)),
            // None of its forms is answered in place.
            fields: &[],
            act: |_| Box::pin(std::future::ready(Err(AppError::NotFound))),
        })
    };
}
