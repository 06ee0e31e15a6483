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

crate::lazy::lazy_page!(ProductsPage, products in products, super::page::Products);

/// What a plain form sends along so that a search keeps the filters and the order of a list.
#[cfg(feature = "ssr")]
pub(crate) fn fields_kept(search: &str, currency: domain::money::Currency) -> Vec<(&'static str, String)> {
    use self::state::address::{Changed, Place, kept, searching};

    let place = Place::of(search, currency);
    kept(&searching(&place.query, ""), Changed::Row)
}

/// The list at an address, of which this is the part behind the path.
#[cfg(feature = "hydrate")]
pub(crate) fn list_at(search: &str, currency: domain::money::Currency) -> domain::query::ListQuery {
    self::state::address::Place::of(search, currency).query
}

/// What a list is narrowed by, in words: `Vendor: Acme`.
#[cfg(any(feature = "ssr", feature = "hydrate", test))]
pub(crate) fn in_words(query: &domain::query::ListQuery, currency: domain::money::Currency) -> Vec<String> {
    let search = query.search.trim();
    let searched = (!search.is_empty()).then(|| format!("Search: {search}"));
    let told = |filter: self::state::chips::Filter| Some(format!("{}: {}", filter.name(), filter.describe(query, currency)?));
    searched.into_iter().chain(self::state::chips::set(query).into_iter().filter_map(told)).collect()
}
