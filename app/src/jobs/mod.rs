mod view;

crate::lazy::lazy_page!(ImportsPage, imports, super::view::Imports);
crate::lazy::lazy_page!(ImportPage, import, super::view::Import);
