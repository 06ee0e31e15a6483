//! The store, who belongs to it, and how the pages look.
//!
//! Whoever belongs to the store may see it and choose a look; its members are for owners. The port checks it. The pages that it leads to
//! share how they are written (`plain`) and how a new secret is shown (`secret`).

mod api;
pub(crate) mod plain;
pub(crate) mod secret;
mod view;

crate::lazy::lazy_page!(SettingsPage, settings in settings, super::view::Settings);
