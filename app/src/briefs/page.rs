//! The page, which the server writes.

use leptos::prelude::*;

#[cfg(not(feature = "ssr"))]
use super::PATH;
use super::api;
use crate::ui::{served, title::title};

const CLASS: &str = "page settings brief";

#[component]
pub(crate) fn Briefs() -> impl IntoView {
    title(|| "Brief".to_owned());
    #[cfg(feature = "ssr")]
    return {
        let _ = (api::open_briefs, api::preview_words);
        let search = leptos_router::hooks::use_location().search.get_untracked();
        served::served(CLASS, Box::pin(super::answer::page(&search)))
    };
    #[cfg(not(feature = "ssr"))]
    return served::alive(served::Alive {
        class: CLASS,
        here: served::Here::At(PATH),
        page: |search| Box::pin(api::open_briefs(search)),
        fields: &["handle", "provider"],
        act: |mut values| {
            let provider = values.pop().unwrap_or_default();
            Box::pin(api::preview_words(values.pop().unwrap_or_default(), provider))
        },
    });
}
