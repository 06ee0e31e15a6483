//! Whoever must not, cannot: every address there is, tried by everybody there is and with whatever can be sent to it.
//!
//! Who may ask what stands in [`rows`]; that no address is left out is told by the sources ([`addresses`]).

mod addresses;
mod api;
mod bodies;
mod cross_site;
mod decoders;
mod enumeration;
mod everyone;
mod headers;
mod outward;
pub(crate) mod place;
mod rows;
mod sessions;
