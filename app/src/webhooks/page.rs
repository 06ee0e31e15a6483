//! The page, which the server writes.

use leptos::prelude::*;

use super::api;
use crate::settings::plain;

const NAME: &str = "Webhooks";
const CLASS: &str = "page settings webhooks";

#[component]
pub(crate) fn Webhooks() -> impl IntoView {
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_webhooks;
        plain::served(NAME, CLASS, |search| Box::pin(super::answer::page(search)))
    };
    #[cfg(not(feature = "ssr"))]
    return {
        crate::settings::secret::watch();
        plain::alive(NAME, CLASS, super::PATH, |search| Box::pin(api::open_webhooks(search)))
    };
}
