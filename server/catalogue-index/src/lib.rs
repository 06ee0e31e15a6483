//! The list of a store in memory: a window of rows at any depth for any search, filter and order, with
//! the exact total and the counts of every facet, for a million products and more.
//!
//! It is derived and never the truth: it is built from the database's rows and kept current by applying
//! the rows that changed. A product is a number, its `ord`: dense from 0 in its store and never reused.
//!
//! How it is laid out, from the bottom: a `dictionary` gives texts small numbers; `records` keep the words
//! and tags of each product as such numbers; each `column` keeps one number per product; `postings` say which
//! products have a word or a tag; an `order` is the products sorted one way. A query becomes a `selection`, one
//! bit per product, which is kept until the next write, so that the next window of the same list costs next
//! to nothing.
//!
//! Readers share the index, a writer has it alone: put it in a `RwLock`.

mod bits;
mod builder;
mod cache;
mod column;
mod compact;
mod dictionary;
mod entry;
mod facets;
mod filter;
mod index;
mod listing;
mod order;
mod part;
mod postings;
mod records;
mod rows;
mod search;
mod selection;
mod sort;
mod title;
mod values;
mod varint;
mod view;

pub use self::{
    builder::Builder,
    entry::{Entry, MissingSet},
    facets::FacetValues,
    index::CatalogueIndex,
    listing::{Around, Listing},
    part::{Bookmark, Part, SortValue},
    view::View,
};
