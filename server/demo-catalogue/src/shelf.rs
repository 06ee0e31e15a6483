//! What a department and a product type are made of: the facts and phrases all words are drawn from.

use crate::{palette::Palette, picture::shapes::Drawing};

pub(crate) type Words = &'static [&'static str];

/// Sentences have slots: `{noun}`, `{material}`, `{attribute}`, `{measure}`, `{colour}`, `{name}`, `{vendor}`.
/// They avoid verbs that would have to agree with the noun, which may be a plural.
pub(crate) struct Department {
    /// The share of the catalogue, relative to the other departments'.
    pub(crate) share: u16,
    /// The words some of its vendors have behind their names.
    pub(crate) trades: Words,
    pub(crate) naming: Naming,
    /// From the most to the least frequent.
    pub(crate) kinds: &'static [Kind],
    pub(crate) openings: Words,
    pub(crate) sentences: Words,
    pub(crate) bullets: Words,
    pub(crate) care: Words,
    pub(crate) tags: Words,
}

/// A product type.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    pub(crate) nouns: Words,
    /// What it is made of, or what it tastes or smells of: stands before the noun.
    pub(crate) materials: Words,
    /// Stands behind a comma.
    pub(crate) attributes: Words,
    /// From small to large.
    pub(crate) measures: Words,
    pub(crate) palette: &'static Palette,
    /// In major units.
    pub(crate) price: (u32, u32),
    pub(crate) grams: (u32, u32),
    pub(crate) drawing: &'static Drawing,
    pub(crate) plan: Plan,
}

/// In what a product's variants differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    Single,
    /// Sizes from XS to XXL, in one to three colours.
    Clothes,
    /// Shoe sizes.
    Shoes,
    Colours,
    /// The kind's measures under this option name.
    Measures(&'static str),
    /// Amounts of money.
    GiftCard,
}

/// How products are told apart by name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The name of a collection: `Marlow`.
    Collection,
    /// Mostly a model number: `KR-450`.
    Model,
    /// A book's title.
    Book,
}
