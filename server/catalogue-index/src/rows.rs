//! What is known of each product, and how two of them compare.

use std::cmp::Ordering;

use domain::{
    ids::Seq,
    money::Money,
    product::{Missing, OptimisationStatus, Status},
    query::SortKey,
};

use crate::{
    bits::BitSet,
    column::{Column, bytes_held, grow},
    dictionary::Dictionary,
    entry::MissingSet,
    part::SortValue,
    records::Records,
    title,
    values::Values,
};

#[derive(Debug)]
pub(crate) struct Rows {
    /// The products there are; what columns say of others means nothing.
    pub(crate) present: BitSet,
    pub(crate) total: u32,
    /// The products that have a price.
    pub(crate) priced: BitSet,
    pub(crate) flags: Vec<Flags>,
    pub(crate) price: Column,
    pub(crate) seq: Column,
    pub(crate) vendor: Column,
    pub(crate) product_type: Column,
    pub(crate) records: Records,
    /// Pieces of titles.
    pub(crate) words: Dictionary,
    pub(crate) vendors: Values,
    pub(crate) types: Values,
    pub(crate) tags: Values,
}

/// A product as the columns have it.
pub(crate) struct Row {
    pub(crate) flags: Flags,
    pub(crate) price: Option<Money>,
    pub(crate) seq: Seq,
    pub(crate) vendor: u32,
    pub(crate) product_type: u32,
}

/// Status, optimisation and what is missing: two, three and six bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

const _: () = assert!(Status::ALL.len() <= 4 && OptimisationStatus::ALL.len() <= 8 && Missing::ALL.len() <= 6, "flags are eleven bits");

impl Flags {
    pub(crate) fn new(status: Status, optimisation: OptimisationStatus, missing: MissingSet) -> Self {
        Self(status as u16 | (optimisation as u16) << 2 | u16::from(missing.bits()) << 5)
    }

    /// How many there are.
    pub(crate) const COUNT: usize = 1 << 11;

    pub(crate) fn every() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u16).map(Self)
    }

    /// The place among all.
    pub(crate) const fn place(self) -> usize {
        self.0 as usize
    }

    /// The place in `Status::ALL`.
    pub(crate) const fn status(self) -> usize {
        (self.0 & 0b11) as usize
    }

    /// The place in `OptimisationStatus::ALL`.
    pub(crate) const fn optimisation(self) -> usize {
        (self.0 >> 2 & 0b111) as usize
    }

    pub(crate) const fn missing(self) -> MissingSet {
        MissingSet::from_bits((self.0 >> 5) as u8)
    }
}

/// A place in an order, made of a product's values.
pub(crate) enum Key {
    /// The title's sort key.
    Title(Vec<u8>),
    /// The vendor's number.
    Vendor(u32),
    /// The sort key of a vendor, whom no product need have.
    GivenVendor(Vec<u8>),
    Price(Option<Money>),
    Updated(Seq),
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self {
            present: BitSet::default(),
            total: 0,
            priced: BitSet::default(),
            flags: Vec::new(),
            price: Column::new(),
            seq: Column::new(),
            vendor: Column::new(),
            product_type: Column::new(),
            records: Records::default(),
            words: Dictionary::default(),
            vendors: Values::default(),
            types: Values::default(),
            tags: Values::default(),
        }
    }

    /// All ords are below this.
    pub(crate) fn len(&self) -> usize {
        self.flags.len()
    }

    /// Makes room for a product, and for a few more while at it.
    pub(crate) fn grow(&mut self, ord: u32) {
        if (ord as usize) < self.len() {
            return;
        }
        let len = (ord as usize + 1).next_multiple_of(64);
        self.present.grow(len);
        self.priced.grow(len);
        grow(&mut self.flags, len);
        for column in [&mut self.price, &mut self.seq, &mut self.vendor, &mut self.product_type] {
            column.grow(len);
        }
        self.records.grow(len);
    }

    pub(crate) fn row(&self, ord: u32) -> Option<Row> {
        self.present.contains(ord).then(|| Row {
            flags: self.flags[ord as usize],
            price: self.price_of(ord),
            seq: Seq(self.seq.get(ord)),
            vendor: self.vendor.get(ord) as u32,
            product_type: self.product_type.get(ord) as u32,
        })
    }

    pub(crate) fn set(&mut self, ord: u32, row: &Row) {
        self.total += u32::from(!self.present.contains(ord));
        self.present.insert(ord);
        self.flags[ord as usize] = row.flags;
        match row.price {
            Some(price) => {
                self.priced.insert(ord);
                self.price.set(ord, price.0);
            }
            None => self.priced.remove(ord),
        }
        self.seq.set(ord, row.seq.0);
        self.vendor.set(ord, i64::from(row.vendor));
        self.product_type.set(ord, i64::from(row.product_type));
    }

    pub(crate) fn remove(&mut self, ord: u32) {
        self.total -= u32::from(self.present.contains(ord));
        self.present.remove(ord);
        self.priced.remove(ord);
        self.records.remove(ord);
    }

    pub(crate) fn price_of(&self, ord: u32) -> Option<Money> {
        self.priced.contains(ord).then(|| Money(self.price.get(ord)))
    }

    /// The text the title sorts by.
    pub(crate) fn title(&self, ord: u32) -> Vec<u8> {
        let mut key = Vec::with_capacity(64);
        title::texts(&self.words, self.records.title(ord)).for_each(|text| key.extend_from_slice(text));
        key
    }

    pub(crate) fn key(&self, sort: SortKey, ord: u32) -> Key {
        match sort {
            SortKey::Title => Key::Title(self.title(ord)),
            SortKey::Vendor => Key::Vendor(self.vendor.get(ord) as u32),
            SortKey::Price => Key::Price(self.price_of(ord)),
            SortKey::Updated => Key::Updated(Seq(self.seq.get(ord))),
        }
    }

    /// What a product is sorted by, in a form that outlives the product.
    pub(crate) fn sort_value(&self, sort: SortKey, ord: u32) -> SortValue {
        match sort {
            // A title is put together of whole texts.
            SortKey::Title => SortValue::Text(String::from_utf8(self.title(ord)).unwrap_or_default()),
            SortKey::Vendor => SortValue::Text(self.vendors.key(self.vendor.get(ord) as u32).to_owned()),
            SortKey::Price => SortValue::Price(self.price_of(ord)),
            SortKey::Updated => SortValue::Updated(Seq(self.seq.get(ord))),
        }
    }

    /// Whether a product stands before the place of `ord`, were its key `key`.
    pub(crate) fn precedes(&self, other: u32, key: &Key, ord: u32) -> bool {
        self.compare(other, key, ord) == Ordering::Less
    }

    /// Where a product stands, seen from the place of `ord`, were its key `key`.
    pub(crate) fn compare(&self, other: u32, key: &Key, ord: u32) -> Ordering {
        let by_key = match key {
            Key::Title(key) => title::compare(&self.words, self.records.title(other), key),
            Key::Vendor(vendor) => self.compare_vendors(self.vendor.get(other) as u32, *vendor),
            Key::GivenVendor(key) => self.vendors.key(self.vendor.get(other) as u32).as_bytes().cmp(key),
            Key::Price(price) => price_place(self.price_of(other)).cmp(&price_place(*price)),
            Key::Updated(seq) => Seq(self.seq.get(other)).cmp(seq),
        };
        by_key.then(other.cmp(&ord))
    }

    /// By key alone: vendors that differ in case only are equal.
    pub(crate) fn compare_vendors(&self, left: u32, right: u32) -> Ordering {
        if left == right { Ordering::Equal } else { self.vendors.key(left).cmp(self.vendors.key(right)) }
    }

    pub(crate) fn shrink(&mut self) {
        self.present.shrink();
        self.priced.shrink();
        self.flags.shrink_to_fit();
        for column in [&mut self.price, &mut self.seq, &mut self.vendor, &mut self.product_type] {
            column.shrink();
        }
        self.records.shrink();
        self.words.shrink();
        for values in [&mut self.vendors, &mut self.types, &mut self.tags] {
            values.shrink();
        }
    }

    pub(crate) fn memory(&self) -> usize {
        let columns = [&self.price, &self.seq, &self.vendor, &self.product_type].into_iter().map(Column::memory).sum::<usize>();
        let values = [&self.vendors, &self.types, &self.tags].into_iter().map(Values::memory).sum::<usize>();
        self.present.memory() + self.priced.memory() + bytes_held(&self.flags) + columns + self.records.memory() + self.words.memory() + values
    }
}

/// Products without a price come last.
fn price_place(price: Option<Money>) -> (bool, Option<Money>) {
    (price.is_none(), price)
}
