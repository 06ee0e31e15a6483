//! The list of products.
//!
//! Who may call: everybody who may browse the store. The port checks it.

mod api;
#[cfg(feature = "hydrate")]
mod live;
mod markup;
mod page;
mod state;

#[cfg(feature = "ssr")]
pub(crate) use self::state::address::PATH;

crate::lazy::lazy_page!(ProductsPage, products, super::page::Products);

/// What a plain form sends along so that a search keeps the filters and the order of a list.
#[cfg(feature = "ssr")]
pub(crate) fn fields_kept(search: &str, currency: domain::money::Currency) -> Vec<(&'static str, String)> {
    use self::state::address::{Changed, Place, kept, searching};

    let place = Place::of(search, currency);
    kept(&searching(&place.query, ""), Changed::Row)
}
