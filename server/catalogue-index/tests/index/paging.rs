//! Lists that are read in parts while they change.

use std::collections::BTreeMap;

use catalogue_index::{Bookmark, CatalogueIndex, SortValue};
use domain::{
    ids::Seq,
    money::Money,
    query::{ListQuery, Sort, SortKey},
};
use proptest::{collection::vec, prelude::*};
use roaring::RoaringBitmap;

use crate::{
    model::{Model, Product, in_order},
    same_as_model::{Change, ORDS, Question, apply, built, change, product, question},
};

/// What happens between two parts, and how many rows the second has.
type Step = (Vec<Change>, u32);

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stays_where_it_is_is_shown_once(first in vec(product(), 0..80), steps in vec(step(), 1..25), question in question()) {
        for sort in sorts() {
            let query = ListQuery { sort, ..question.query.clone() };
            page_through(&first, &steps, &query, &question.also_found.iter().collect())?;
        }
    }

    #[test]
    fn a_part_is_what_is_behind_the_place(
        first in vec(product(), 0..80),
        changes in vec(change(), 0..40),
        Question { query, also_found, .. } in question(),
        place in (0..ORDS + 5, product()),
        count in 0..30_u32,
    ) {
        let (mut index, mut model) = built(first);
        let elsewhere = Model { products: BTreeMap::from([place.clone()]) };
        let also_found = also_found.iter().collect();
        for round in 0..2 {
            for sort in sorts() {
                let query = ListQuery { sort, ..query.clone() };
                let bookmark = elsewhere.bookmark(sort.key, place.0);
                for bookmark in [None, Some(&bookmark)] {
                    let part = index.behind(&query, &also_found, bookmark, count);
                    prop_assert_eq!(part, Some(model.behind(&query, &also_found, bookmark, count)), "round {}, behind {:?}", round, bookmark);
                }
            }
            for change in &changes {
            apply(change, &mut index, &mut model);
        }
        }
    }
}

#[test]
fn a_place_in_a_list_that_is_sorted_otherwise_is_none() {
    let mut index = CatalogueIndex::new();
    index.put(&Product::titled("Lamp").entry(0));
    let behind = |value: &SortValue, key| {
        let query = ListQuery { sort: Sort { key, descending: false }, ..ListQuery::default() };
        index.behind(&query, &RoaringBitmap::new(), Some(&Bookmark { ord: 0, value: value.clone() }), 10).is_some()
    };

    let accepted = [SortValue::Text("a".into()), SortValue::Price(Some(Money(1))), SortValue::Updated(Seq(1))]
        .map(|value| SortKey::ALL.map(|key| behind(&value, key)));

    assert_eq!(accepted, [[true, true, false, false], [false, false, true, false], [false, false, false, true]]);
}

#[test]
fn a_list_is_at_hand_once_it_was_asked_for() {
    let mut index = CatalogueIndex::new();
    index.put(&Product::titled("Lamp").entry(0));
    let none = RoaringBitmap::new();
    let query = ListQuery { search: "lamp".into(), ..ListQuery::default() };
    let before = index.is_at_hand(&query, &none);

    index.behind(&query, &none, None, 10);
    let kept = index.is_at_hand(&query, &none);
    let otherwise = index.is_at_hand(&ListQuery { sort: Sort { key: SortKey::Title, descending: false }, ..query.clone() }, &none);
    index.put(&Product::titled("Lamp").entry(1));

    assert_eq!((before, kept, otherwise, index.is_at_hand(&query, &none)), (false, true, false, false));
}

/// Reads a list to its end: first from its beginning, then behind the place where the last part ended, while it changes.
fn page_through(first: &[Product], steps: &[Step], query: &ListQuery, also_found: &RoaringBitmap) -> Result<(), TestCaseError> {
    let (mut index, mut model) = built(first.to_vec());
    // The products that were in the list all the time, each in its one place.
    let mut steady: Option<BTreeMap<u32, SortValue>> = None;
    let mut shown: Vec<Bookmark> = Vec::new();
    let mut next = None;
    // At its end nothing changes any more, so that there is an end.
    for (changes, count) in steps.iter().cloned().chain(std::iter::repeat((Vec::new(), 7))) {
        for change in &changes {
            apply(change, &mut index, &mut model);
        }
        let whole = model.behind(query, also_found, None, u32::MAX).ords;
        let now: BTreeMap<u32, SortValue> = whole.into_iter().map(|ord| (ord, model.bookmark(query.sort.key, ord).value)).collect();
        match &mut steady {
            None => steady = Some(now),
            Some(steady) => steady.retain(|ord, value| now.get(ord) == Some(value)),
        }

        let part = index.behind(query, also_found, next.as_ref(), count);
        prop_assert_eq!(part.as_ref(), Some(&model.behind(query, also_found, next.as_ref(), count)));
        let Some(part) = part else { break };
        shown.extend(part.ords.iter().map(|ord| model.bookmark(query.sort.key, *ord)));
        next = part.next;
        if next.is_none() {
            break;
        }
    }
    prop_assert!(shown.is_sorted_by(|left, right| in_order(query.sort, left, right).is_lt()), "a place was shown twice, or too late");
    for ord in steady.unwrap_or_default().into_keys() {
        prop_assert_eq!(shown.iter().filter(|place| place.ord == ord).count(), 1, "product {} stays where it is", ord);
    }
    Ok(())
}

fn sorts() -> impl Iterator<Item = Sort> {
    SortKey::ALL.into_iter().flat_map(|key| [false, true].map(|descending| Sort { key, descending }))
}

fn step() -> impl Strategy<Value = Step> {
    (vec(change(), 0..8), 1..12_u32)
}
