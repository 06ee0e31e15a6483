//! The page, which the server writes: one for all its places.

use leptos::prelude::*;

use super::{api, places::name_at};
use crate::ui::{served, title::title};

const CLASS: &str = "page performance";

#[component]
pub(crate) fn Performance() -> impl IntoView {
    let location = leptos_router::hooks::use_location();
    title(move || location.pathname.with(|path| name_at(path)).to_owned());
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_performance;
        let address = format!("{}?{}", location.pathname.get_untracked(), location.search.get_untracked());
        served::served(CLASS, Box::pin(super::answer::page(&address)))
    };
    #[cfg(not(feature = "ssr"))]
    return served::alive_below(CLASS, "/performance", |address| Box::pin(api::open_performance(address)));
}
