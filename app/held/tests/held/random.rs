//! Products, ops and questions by chance: few words in few spellings, so that they meet.

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{ImageId, OpId, ProductId, Seq, UserId, VariantId},
    money::Money,
    product::{Content, Image, Missing, OptimisationStatus, Product, Status, Variant, Versions},
    query::{ListQuery, Sort, SortKey},
    sync::{
        end::{End, Refusal},
        intent::{Intent, Payload, Seen},
        outbox::{Draft, Saved, State},
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

/// What the device's rows are as of.
pub const NOW: i64 = 100;

pub const ADA: UserId = UserId(Uuid::from_u128(1));
pub const BEN: UserId = UserId(Uuid::from_u128(2));

pub fn id(ord: u32) -> ProductId {
    ProductId(Uuid::from_u128(1_000 + u128::from(ord)))
}

prop_compose! {
    pub fn product()(
        title in vec(select(vec!["Oak", "lamp", "LÄMPCHEN", "Red", "7", "Straße"]), 0..4),
        (vendor, kind) in (name(), name()),
        tags in vec(name(), 0..3),
        status in select(Status::ALL),
        optimisation in select(OptimisationStatus::ALL),
        (pictures, described, deleted) in (0..3_i64, any::<bool>(), prop::bool::weighted(0.1)),
        variants in vec((option::weighted(0.8, 0..9_i64), select(vec!["", "AB-1", "ab-12", "Zé 9", "4006381333931"])), 0..4),
        latest in 1..=NOW,
    ) -> Product {
        let mut content = Content::new("made-below".parse().unwrap(), title.join(" "));
        (content.vendor, content.product_type, content.tags, content.status) = (vendor, kind, tags, status);
        if described {
            content.description = "<p>Oak, oiled.</p>".into();
        }
        content.images = (1..=pictures).map(|position| Image { id: ImageId(Uuid::from_u128(position as u128)), position, url: format!("/{position}.jpg"), alt: String::new() }).collect();
        content.variants = (1..).zip(variants).map(|(position, (price, code))| {
            let variant = Variant::new(VariantId(Uuid::from_u128(position as u128)), position);
            Variant { price: price.map(Money), sku: code.to_owned(), barcode: code.chars().rev().collect(), ..variant }
        }).collect();
        Product { id: id(0), ord: 0, content, optimisation, deleted, versions: Versions::new(Seq(latest)) }
    }
}

/// With a number of its own.
pub fn numbered(product: Product, ord: u32) -> Product {
    let mut product = Product { id: id(ord), ord, ..product };
    product.content.handle = format!("{}-{ord}", if ord.is_multiple_of(3) { "oak-lamp" } else { "p" }).parse().unwrap();
    product
}

prop_compose! {
    /// About one of so many products, and saved in any order.
    pub fn op(products: u32)(ord in 0..products, user in select(vec![ADA, ADA, ADA, BEN]), intent in intent(), state in state(), number in 1..1_000_u64) -> Saved {
        let payload = Payload { intent, at: Timestamp::from_micros(5_000 + number as i64), batch: None };
        let draft = Draft { id: OpId(Uuid::from_u128(number.into())), lane: id(ord), user, payload: payload.seal(), row: Some(ord), at: payload.at };
        Saved { number, reducer: 1, draft, state }
    }
}

pub fn query() -> impl Strategy<Value = ListQuery> {
    let search = select(vec!["", "", "", "oak", "la", "lamp oak", "OAK-l", "oak-lamp-1", "ab-1", "AB-", "zé", "400", "133", "strasse", "-", "p-1"]);
    let few = |strategy: BoxedStrategy<Vec<String>>| prop_oneof![3 => Just(Vec::new()), 1 => strategy];
    let filters = (
        prop_oneof![3 => Just(Vec::new()), 1 => vec(select(Status::ALL), 1..3)],
        few(vec(name(), 1..3).boxed()),
        few(vec(name(), 1..3).boxed()),
        few(vec(name(), 1..3).boxed()),
        prop_oneof![4 => Just(Vec::new()), 1 => vec(select(OptimisationStatus::ALL), 1..6)],
        prop_oneof![4 => Just(Vec::new()), 1 => vec(select(Missing::ALL), 1..3)],
        (option::weighted(0.2, (0..9_i64).prop_map(Money)), option::weighted(0.2, (0..9_i64).prop_map(Money))),
        (select(SortKey::ALL.to_vec()), any::<bool>()),
    );
    (search, filters).prop_map(|(search, (status, vendor, product_type, tag, optimisation, missing, (price_min, price_max), (key, descending)))| {
        let sort = Sort { key, descending };
        ListQuery { search: search.to_owned(), status, vendor, product_type, tag, optimisation, missing, price_min, price_max, sort }
    })
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["", "Acme", "ACME", "Lumen", "Été"]).prop_map(str::to_owned)
}

fn intent() -> impl Strategy<Value = Intent> {
    let edit = |field: Field, value: String| Intent::edit(field, Seen::At(Seq(1)), Value::None, Value::text(value));
    prop_oneof![
        select(vec!["Zinc lamp", "oak", ""]).prop_map(move |title| edit(Field::Title, title.to_owned())),
        name().prop_map(move |vendor| edit(Field::Vendor, vendor)),
        (1..999_u32).prop_map(move |number| edit(Field::Handle, format!("own-{number}"))),
        select(vec![10_000, -5_000, -20_000]).prop_map(|basis_points| Intent::AdjustPrice { variants: Vec::new(), basis_points }),
        Just(Intent::Delete),
        Just(Intent::Restore),
    ]
}

fn state() -> impl Strategy<Value = State> {
    let ended = |end: End, seq: i64| State::Ended { end, seq: Some(Seq(seq)), at: Timestamp::default() };
    prop_oneof![
        4 => Just(State::Pending),
        1 => Just(State::Quarantined),
        2 => (NOW - 5..NOW + 20).prop_map(move |seq| ended(End::Applied, seq)),
        1 => (NOW - 5..NOW + 20).prop_map(move |seq| ended(End::Rejected(Refusal::Deleted), seq)),
        1 => Just(State::Discarded { at: Timestamp::default() }),
    ]
}
