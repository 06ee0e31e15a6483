//! The page, which the server writes.

use leptos::prelude::*;

use super::api;
use crate::settings::plain;

const NAME: &str = "API tokens";
const CLASS: &str = "page settings tokens";

#[component]
pub(crate) fn Tokens() -> impl IntoView {
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_tokens;
        plain::served(NAME, CLASS, |search| Box::pin(super::answer::page(search)))
    };
    #[cfg(not(feature = "ssr"))]
    return {
        crate::settings::secret::watch();
        plain::alive(NAME, CLASS, super::PATH, |search| Box::pin(api::open_tokens(search)))
    };
}
