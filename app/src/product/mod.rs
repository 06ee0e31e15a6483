//! One product: its fields, variants, pictures and history.
//!
//! Whoever belongs to the store may see it; owners and editors may change it. The port checks both.

pub(crate) mod api;
mod keeper;
mod reading;
mod sheet;
mod state;
mod view;

crate::lazy::lazy_page!(ProductPage, product in product, super::view::Product);
