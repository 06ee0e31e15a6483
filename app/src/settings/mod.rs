mod view;

crate::lazy::lazy_page!(SettingsPage, settings, super::view::Settings);
