//! The page, which the server writes.

use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use ports::error::AppError;

use super::api;
#[cfg(not(feature = "ssr"))]
use super::{PATH, secret};
use crate::ui::{served, title::title};

const CLASS: &str = "page settings tokens";

#[component]
pub(crate) fn Tokens() -> impl IntoView {
    title(|| "API tokens".to_owned());
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_tokens;
        let search = leptos_router::hooks::use_location().search.get_untracked();
        served::served(CLASS, Box::pin(super::answer::page(&search)))
    };
    #[cfg(not(feature = "ssr"))]
    return {
        secret::watch();
        served::alive(served::Alive {
            class: CLASS,
            path: PATH,
            page: |search| Box::pin(api::open_tokens(search)),
            // None of its forms is answered in place.
            fields: &[],
            act: |_| Box::pin(std::future::ready(Err(AppError::NotFound))),
        })
    };
}
