//! What every test needs: ids that count, and readers of texts.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::Read;

use domain::{
    clock::Timestamp,
    ids::{ImageId, ProductId, Seq, VariantId},
    money::Currency,
    op::{Action, Edit, Op},
    product::{Content, OptimisationStatus, Product, Versions},
    reduce::{Outcome, reduce},
};
use shopify_csv::{BadRow, FileError, Ids, Item, Options, ProductRecord, Reader, content, edits};

pub const OPTIONS: Options = Options { currency: Currency::EUR };

#[derive(Default)]
pub struct CountingIds(u64);

impl CountingIds {
    /// Other ids than those of a product that was just made.
    pub fn later() -> Self {
        Self(1_000)
    }

    fn next(&mut self) -> [u8; 10] {
        self.0 += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.0.to_be_bytes());
        random
    }
}

impl Ids for CountingIds {
    fn variant(&mut self) -> VariantId {
        VariantId::new(Timestamp::from_micros(0), self.next())
    }

    fn image(&mut self) -> ImageId {
        ImageId::new(Timestamp::from_micros(0), self.next())
    }
}

pub fn items(input: impl Read) -> Vec<Item> {
    Reader::open(input, OPTIONS).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Products and bad rows apart.
pub fn read(input: impl AsRef<[u8]>) -> (Vec<ProductRecord>, Vec<BadRow>) {
    let (mut products, mut bad) = (Vec::new(), Vec::new());
    for item in items(input.as_ref()) {
        match item {
            Item::Product(product) => products.push(product),
            Item::Bad(row) => bad.push(row),
        }
    }
    (products, bad)
}

/// The products of a file in which every row is good.
pub fn good(input: impl AsRef<[u8]>) -> Vec<ProductRecord> {
    let (products, bad) = read(input);
    assert_eq!(bad, []);
    products
}

/// The bad rows as (line, column, reason).
pub fn complaints(bad: &[BadRow]) -> Vec<(u64, &str, &str)> {
    bad.iter().map(|bad| (bad.line, bad.column.as_str(), bad.reason.as_str())).collect()
}

pub fn handles(products: &[ProductRecord]) -> Vec<&str> {
    products.iter().map(|product| product.handle.as_str()).collect()
}

/// The sentence with which a file is refused.
pub fn refusal(input: impl Read) -> String {
    let error: FileError = Reader::open(input, OPTIONS).err().expect("the file is refused");
    error.to_string()
}

/// The new product a file describes.
pub fn made(record: &ProductRecord) -> Content {
    content(record.clone(), &mut CountingIds::default()).unwrap()
}

pub fn edits_of(file: impl AsRef<[u8]>, existing: &Content) -> Vec<Edit> {
    edits(&good(file)[0], existing, &mut CountingIds::later()).unwrap()
}

/// What a product is after a file was imported over it.
pub fn overwritten(file: impl AsRef<[u8]>, existing: &Content) -> Content {
    applied(edits_of(file, existing), existing)
}

pub fn applied(edits: Vec<Edit>, existing: &Content) -> Content {
    let at = Timestamp::from_micros(0);
    let id = ProductId::new(at, [0; 10]);
    let product =
        Product { id, ord: 0, content: existing.clone(), optimisation: OptimisationStatus::None, deleted: false, versions: Versions::new(Seq(1)) };
    match reduce(Some(&product), &Op { id: domain::ids::OpId::new(at, [1; 10]), product: id, action: Action::Edit(edits) }) {
        Outcome::Applied(applied) => applied.product.content,
        Outcome::NoOp => existing.clone(),
        other => panic!("the edits do not apply: {other:?}"),
    }
}
