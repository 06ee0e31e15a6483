//! How the list behaves, apart from how it looks.

pub(super) mod address;
pub(super) mod chips;
#[cfg(any(feature = "hydrate", test))]
pub(super) mod keys;
#[cfg(any(feature = "hydrate", test))]
pub(super) mod left;
pub(super) mod line;
#[cfg(any(feature = "hydrate", test))]
pub(super) mod pages;
#[cfg(any(feature = "hydrate", test))]
pub(super) mod picks;
#[cfg(any(feature = "hydrate", test))]
pub(super) mod scroll;
