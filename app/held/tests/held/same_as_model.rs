use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    ids::{Seq, StoreId},
    money::Currency,
    product::Product,
    query::{Facet, ListQuery, Window},
    sync::{
        body,
        hash::Chain,
        intent::{Payload, shown},
        outbox::{Saved, State},
        wire::{Cookie, Extent, Row},
    },
};
use held::{About, HeldStore, Moment};
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use crate::{
    model::{Model, Seen},
    random::{ADA, NOW, numbered, op, product, query},
};

const PRODUCTS: u32 = 40;

pub const ABOUT: About = About { store: StoreId(Uuid::from_u128(9)), currency: Currency::EUR, user: ADA, editable: true };

pub fn moment(products: u32) -> Moment {
    let cookie = Cookie { epoch: 1, seq: Seq(NOW), hash: Chain(1) };
    Moment { cookie: Some(cookie), extent: Some(Extent { rows: products, products }), at: Timestamp::from_micros(77) }
}

/// Products as rows, and each row with when it was changed.
pub fn rows(products: &[Product]) -> Vec<Row> {
    products.iter().map(|product| body::row(product, updated_at(product))).collect()
}

fn updated_at(product: &Product) -> Timestamp {
    Timestamp::from_micros(product.versions.latest.0)
}

/// What is to be seen of products and of the ops that they lack.
fn model(products: &[Product], ops: &[Saved]) -> Model {
    let mut ops: Vec<&Saved> = ops.iter().filter(|op| op.draft.user == ADA && op.is_ahead_of(moment(0).cookie)).collect();
    ops.sort_by_key(|op| op.number);
    let told = |op: &Saved| if let State::Ended { seq, .. } = &op.state { *seq } else { None };
    let mut last = ops.iter().filter_map(|op| told(op)).fold(Seq(NOW), Seq::max);
    let mut all: BTreeMap<u32, Seen> = BTreeMap::new();
    for product in products {
        all.insert(product.ord, Seen { product: product.clone(), updated_at: updated_at(product), seq: product.versions.latest });
    }
    for op in ops {
        let payload: Payload = op.draft.payload.open().unwrap();
        let seq = told(op).unwrap_or_else(|| {
            last.0 += 1;
            last
        });
        let Some(seen) = all.values_mut().find(|seen| seen.product.id == op.draft.lane) else { continue };
        seen.product = shown(seen.product.clone(), [&payload.intent]);
        (seen.updated_at, seen.seq) = (seen.updated_at.max(payload.at), seen.seq.max(seq));
    }
    Model(all)
}

fn check(held: &HeldStore, model: &Model, query: &ListQuery, start: u32, count: u32) -> Result<(), TestCaseError> {
    let window = Window { query: query.clone(), start, count };
    let listing = held.list(&window);
    let (rows, total) = model.list(&window);
    prop_assert_eq!((&listing.rows, listing.total), (&rows, total));
    prop_assert_eq!((listing.of, listing.start), (model.living().count() as u32, start.min(total)));
    for facet in Facet::ALL {
        for containing in ["", "c", "É"] {
            prop_assert_eq!(held.facet(query, facet, containing), model.facet(query, facet, containing));
        }
    }
    for Seen { product, .. } in model.0.values() {
        prop_assert_eq!(held.neighbours(query, product.id), model.neighbours(query, product));
        let view = held.product(&product.content.handle).unwrap();
        // It is as the server had it; its page puts own ops on it.
        prop_assert_eq!(view.id, product.id);
    }
    Ok(())
}

/// Two products of one handle are what only a device has for a while: then it does not matter which of them is found.
fn is_unambiguous(model: &Model) -> bool {
    let mut handles: Vec<_> = model.0.values().map(|seen| &seen.product.content.handle).collect();
    handles.sort();
    handles.windows(2).all(|pair| pair[0] != pair[1])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_device_answers_as_the_store_would(
        first in vec(product(), 0..PRODUCTS as usize),
        later in vec((0..PRODUCTS + 5, product()), 0..12),
        (ops, later_ops) in (vec(op(PRODUCTS), 0..12), vec(op(PRODUCTS), 0..12)),
        (queries, start, count) in (vec(query(), 1..5), 0..30_u32, 0..30_u32),
    ) {
        let first: Vec<Product> = (0..).zip(first).map(|(ord, product)| numbered(product, ord)).collect();
        let mut held = HeldStore::new(ABOUT, moment(PRODUCTS), rows(&first), &ops);
        let seen = model(&first, &ops);
        prop_assume!(is_unambiguous(&seen));
        for query in &queries {
            check(&held, &seen, query, start, count)?;
        }

        let later: Vec<Product> = later.into_iter().map(|(ord, product)| numbered(product, ord)).collect();
        let all: BTreeMap<u32, Product> = first.into_iter().chain(later.clone()).map(|product| (product.ord, product)).collect();
        let all: Vec<Product> = all.into_values().collect();
        held.put(moment(PRODUCTS), rows(&later), &later_ops);
        let seen = model(&all, &later_ops);
        prop_assume!(is_unambiguous(&seen));
        for query in &queries {
            check(&held, &seen, query, start, count)?;
        }
        let part = held.held();
        prop_assert_eq!((part.rows, part.of), (all.iter().filter(|product| !product.deleted).count() as u32, Some(PRODUCTS)));

        held.remove(all.iter().map(|product| product.ord));
        prop_assert_eq!(held.list(&Window { query: ListQuery::default(), start: 0, count: 9 }).total, 0);
        prop_assert!(held.is_empty());
    }
}
