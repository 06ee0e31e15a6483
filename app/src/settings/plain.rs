//! A page that the server writes and that is made of links and plain forms: none of its forms is answered in place.

use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use ports::error::AppError;

use crate::ui::{
    served::{self, Answer},
    title::title,
};

/// The page with what the server writes at its search.
#[cfg(feature = "ssr")]
pub(crate) fn served(name: &'static str, class: &'static str, page: fn(&str) -> Answer) -> impl IntoView {
    title(move || name.to_owned());
    let search = leptos_router::hooks::use_location().search.get_untracked();
    served::served(class, page(&search))
}

/// The same in the browser: what is in it at another search is asked of the server.
#[cfg(not(feature = "ssr"))]
pub(crate) fn alive(name: &'static str, class: &'static str, path: &'static str, page: fn(String) -> Answer) -> impl IntoView {
    title(move || name.to_owned());
    served::alive(served::Alive {
        class,
        here: served::Here::At(path),
        page,
        fields: &[],
        act: |_| Box::pin(std::future::ready(Err(AppError::NotFound))),
    })
}
