use domain::{
    ids::Seq,
    money::Money,
    product::{Content, Missing, OptimisationStatus, Product, Status},
};

/// What the index knows of one product. `T` is however the caller has its tags: `String`, `&str`.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a, T = String> {
    /// The product's number in its store, below [`Entry::ORDS`]; memory is held for every number up to the largest.
    pub ord: u32,
    /// Its last change.
    pub seq: Seq,
    pub title: &'a str,
    pub vendor: &'a str,
    pub product_type: &'a str,
    /// In any order; one that is given twice counts once.
    pub tags: &'a [T],
    pub status: Status,
    pub optimisation: OptimisationStatus,
    pub missing: MissingSet,
    /// The lowest of its variants.
    pub price: Option<Money>,
}

impl<'a> Entry<'a> {
    /// What the index knows of a whole product.
    pub fn of(product: &'a Product) -> Self {
        let content = &product.content;
        Self {
            ord: product.ord,
            seq: product.versions.latest,
            title: &content.title,
            vendor: &content.vendor,
            product_type: &content.product_type,
            tags: &content.tags,
            status: content.status,
            optimisation: product.optimisation,
            missing: MissingSet::of(content),
            price: content.price(),
        }
    }
}

impl<T> Entry<'_, T> {
    /// How many products a store can have.
    pub const ORDS: u32 = 1 << 31;
}

/// Which content a product lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MissingSet(u8);

impl MissingSet {
    pub const EMPTY: Self = Self(0);

    pub fn of(content: &Content) -> Self {
        Missing::ALL.iter().copied().filter(|missing| content.is_missing(*missing)).collect()
    }

    #[must_use]
    pub const fn with(self, missing: Missing) -> Self {
        Self(self.0 | 1 << missing as u8)
    }

    pub const fn contains(self, missing: Missing) -> bool {
        self.0 & 1 << missing as u8 != 0
    }

    /// As it is stored: one bit for each kind, at its place.
    pub const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl FromIterator<Missing> for MissingSet {
    fn from_iter<I: IntoIterator<Item = Missing>>(missing: I) -> Self {
        missing.into_iter().fold(Self::EMPTY, Self::with)
    }
}
