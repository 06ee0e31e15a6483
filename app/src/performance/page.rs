//! The page, which the server writes.

use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use ports::error::AppError;

#[cfg(not(feature = "ssr"))]
use super::PATH;
use super::api;
use crate::ui::{served, title::title};

const CLASS: &str = "page performance";

#[component]
pub(crate) fn Database() -> impl IntoView {
    title(|| "Database".to_owned());
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_database;
        let search = leptos_router::hooks::use_location().search.get_untracked();
        served::served(CLASS, Box::pin(super::answer::page(&search)))
    };
    #[cfg(not(feature = "ssr"))]
    return served::alive(served::Alive {
        class: CLASS,
        path: PATH,
        page: |search| Box::pin(api::open_database(search)),
        // It has no forms.
        fields: &[],
        act: |_| Box::pin(std::future::ready(Err(AppError::NotFound))),
    });
}
