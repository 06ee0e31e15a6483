//! A store of some thousand products through a long history: enough for orders to split and join, for common
//! words to be kept as bits, and for what is no longer used to be cleared away.

use catalogue_index::CatalogueIndex;
use domain::{
    money::Money,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, ListQuery, Sort, SortKey, Window},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use roaring::RoaringBitmap;

use crate::model::{Model, Product};

const PRODUCTS: u32 = 9_000;

#[test]
fn a_large_store_that_changes_answers_like_the_model() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut model = Model::default();
    let mut builder = CatalogueIndex::build();
    for ord in 0..PRODUCTS {
        let product = product(&mut rng);
        builder.push(&product.entry(ord));
        model.products.insert(ord, product);
    }
    let mut index = builder.finish();

    for round in 0..6 {
        (0..12).for_each(|_| check(&query(&mut rng), &index, &model, &mut rng));
        for _ in 0..4_000 {
            // From growth in the first rounds to an almost empty store in the last.
            let ord = rng.random_range(0..PRODUCTS + PRODUCTS / 4);
            if rng.random_range(0..8) > round {
                let product = product(&mut rng);
                index.put(&product.entry(ord));
                model.products.insert(ord, product);
            } else {
                (ord..ord + 8).for_each(|ord| index.remove(ord));
                (ord..ord + 8).for_each(|ord| drop(model.products.remove(&ord)));
            }
        }
    }
    check(&ListQuery::default(), &index, &model, &mut rng);
}

fn check(query: &ListQuery, index: &CatalogueIndex, model: &Model, rng: &mut StdRng) {
    let none = RoaringBitmap::new();
    for key in SortKey::ALL {
        let query = ListQuery { sort: Sort { key, descending: rng.random_bool(0.5) }, ..query.clone() };
        let whole = model.list(&Window { query: query.clone(), start: 0, count: u32::MAX }, &none);
        assert_eq!(index.list(&Window { query: query.clone(), start: 0, count: u32::MAX }, &none), whole, "{query:?}");
        for _ in 0..5 {
            let start = rng.random_range(0..whole.total + 10);
            let rows = index.list(&Window { query: query.clone(), start, count: 50 }, &none).ords;
            assert!(rows.iter().eq(whole.ords.iter().skip(start as usize).take(50)), "{query:?} from {start}");
            if let Some((ord, row)) = rows.first().zip(Some(start)) {
                assert_eq!(index.position(&query, &none, *ord), Some(row), "{query:?}");
                let bookmark = model.bookmark(key, *ord);
                let behind = index.behind(&query, &none, Some(&bookmark), 60).map(|part| part.ords);
                let expected = whole.ords.iter().copied().skip(row as usize + 1).take(60).collect();
                assert_eq!(behind, Some(expected), "{query:?} behind {bookmark:?}");
            }
        }
    }
    for facet in Facet::ALL {
        assert_eq!(index.facet(query, &none, facet, 20, ""), model.facet(query, &none, facet, 20, ""), "{facet:?} of {query:?}");
        assert_eq!(index.facet(query, &none, facet, 20, "1"), model.facet(query, &none, facet, 20, "1"), "{facet:?} of {query:?}");
    }
}

fn product(rng: &mut StdRng) -> Product {
    let words = ["Lamp", "lampe", "Red", "blue", "Oak", "chair", "X-Large", "42"];
    let mut title = if rng.random_bool(0.8) { "Lamp".to_owned() } else { String::new() };
    for _ in 0..rng.random_range(0..4) {
        title.push_str([" ", " ", "-", " / "][rng.random_range(0..4)]);
        title.push_str(words[rng.random_range(0..words.len())]);
    }
    if rng.random_bool(0.5) {
        title = format!("{title} m{}", rng.random_range(0..1_000_000));
    }
    Product {
        seq: rng.random_range(0..50_000),
        title,
        vendor: format!("Vendor {}", rng.random_range(0..300)),
        kind: format!("Type {}", rng.random_range(0..20)),
        tags: (0..rng.random_range(0..4)).map(|_| format!("tag {}", rng.random_range(0_u32..10).pow(rng.random_range(1..5)))).collect(),
        status: Status::ALL[rng.random_range(0..3)],
        optimisation: OptimisationStatus::ALL[rng.random_range(0..7)],
        missing: Missing::ALL.iter().copied().filter(|_| rng.random_bool(0.3)).collect(),
        price: rng.random_bool(0.9).then(|| rng.random_range(0..5_000)),
    }
}

fn query(rng: &mut StdRng) -> ListQuery {
    let mut query = ListQuery::default();
    if rng.random_bool(0.5) {
        query.search.push_str(["lamp", "a", "m1", "red 4", "lampe x", "vendor 7 lamp", "m12 oak", "tag", "qq"][rng.random_range(0..9)]);
    }
    if rng.random_bool(0.3) {
        query.status = vec![Status::ALL[rng.random_range(0..3)]];
    }
    if rng.random_bool(0.3) {
        query.vendor = (0..rng.random_range(1..200)).map(|vendor| format!("Vendor {vendor}")).collect();
    }
    if rng.random_bool(0.2) {
        query.product_type = vec![format!("Type {}", rng.random_range(0..20))];
    }
    if rng.random_bool(0.2) {
        query.tag = vec!["tag 1".to_owned(), format!("tag {}", rng.random_range(0..10))];
    }
    if rng.random_bool(0.2) {
        query.missing = vec![Missing::ALL[rng.random_range(0..Missing::ALL.len())]];
    }
    if rng.random_bool(0.2) {
        query.price_min = Some(Money(rng.random_range(0..3_000)));
    }
    query
}
