//! The page, which the server writes.

use leptos::prelude::*;

use super::api;
use crate::settings::plain;

const NAME: &str = "Database";
const CLASS: &str = "page performance";

#[component]
pub(crate) fn Database() -> impl IntoView {
    #[cfg(feature = "ssr")]
    return {
        let _ = api::open_database;
        plain::served(NAME, CLASS, |search| Box::pin(super::answer::page(search)))
    };
    #[cfg(not(feature = "ssr"))]
    return plain::alive(NAME, CLASS, super::PATH, |search| Box::pin(api::open_database(search)));
}
