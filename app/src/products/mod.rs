//! The product list. Who may call: whoever may browse the store they are signed in to; the port checks it.
//!
//! `state` decides and is tested without a browser, `view` draws, `api` asks the server.

mod api;
mod state;
mod view;

crate::lazy::lazy_page!(ProductsPage, products, super::view::Products);
