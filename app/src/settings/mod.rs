//! The store, who belongs to it, and how the pages look.
//!
//! Whoever belongs to the store may see it and choose a look; its members are for owners. The port checks it.

mod api;
mod view;

crate::lazy::lazy_page!(SettingsPage, settings in settings, super::view::Settings);
