//! Random histories of a store: whatever is put, replaced and removed, every list, count and position is
//! what filtering and sorting all products gives.

use catalogue_index::CatalogueIndex;
use domain::{
    money::Money,
    product::{Missing, OptimisationStatus, Status},
    query::{Facet, ListQuery, Sort, SortKey, Window},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use roaring::RoaringBitmap;

use crate::model::{Model, Product};

/// Products of a history have ords below this.
pub(crate) const ORDS: u32 = 150;

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(u32, Product),
    Remove(u32),
}

#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) query: ListQuery,
    pub(crate) also_found: Vec<u32>,
    start: u32,
    count: u32,
    limit: usize,
    containing: String,
    ord: u32,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_store_that_changes_answers_like_the_model(first in vec(product(), 0..80), changes in vec(change(), 0..200), questions in vec(question(), 1..12)) {
        let (mut index, mut model) = built(first);

        for (round, question) in questions.iter().enumerate() {
            let share = changes.len().div_ceil(questions.len());
            changes.iter().skip(round * share).take(share).for_each(|change| apply(change, &mut index, &mut model));
            check(question, &index, &model)?;
            // Again, from what is kept.
            check(question, &index, &model)?;
        }
    }

    #[test]
    fn a_built_index_is_the_same_in_whatever_order_products_come(products in vec(product(), 0..60), question in question()) {
        let (_, model) = built(products);
        let mut builder = CatalogueIndex::build();

        for (ord, product) in model.products.iter().rev() {
            builder.push(&Product::titled("replaced below").entry(*ord));
            builder.push(&product.entry(*ord));
        }

        check(&question, &builder.finish(), &model)?;
    }
}

pub(crate) fn built(products: Vec<Product>) -> (CatalogueIndex, Model) {
    let mut builder = CatalogueIndex::build();
    let mut model = Model::default();
    for (ord, product) in (0..).step_by(2).zip(products) {
        builder.push(&product.entry(ord));
        model.products.insert(ord, product);
    }
    (builder.finish(), model)
}

pub(crate) fn apply(change: &Change, index: &mut CatalogueIndex, model: &mut Model) {
    match change {
        Change::Put(ord, product) => {
            index.put(&product.entry(*ord));
            model.products.insert(*ord, product.clone());
        }
        Change::Remove(ord) => {
            index.remove(*ord);
            model.products.remove(ord);
        }
    }
}

fn check(question: &Question, index: &CatalogueIndex, model: &Model) -> Result<(), TestCaseError> {
    let Question { query, start, count, limit, containing, ord, .. } = question;
    let also_found: RoaringBitmap = question.also_found.iter().collect();

    prop_assert_eq!(index.len() as usize, model.products.len());
    for key in SortKey::ALL {
        for descending in [false, true] {
            let query = ListQuery { sort: Sort { key, descending }, ..query.clone() };
            let window = Window { query: query.clone(), start: *start, count: *count };
            let whole = Window { query: query.clone(), start: 0, count: u32::MAX };
            prop_assert_eq!(index.list(&window, &also_found), model.list(&window, &also_found));
            prop_assert_eq!(index.list(&whole, &also_found), model.list(&whole, &also_found));
            prop_assert_eq!(index.position(&query, &also_found, *ord), model.position(&query, &also_found, *ord));
        }
    }
    for facet in Facet::ALL {
        prop_assert_eq!(
            index.facet(query, &also_found, facet, *limit, containing),
            model.facet(query, &also_found, facet, *limit, containing),
            "{:?}",
            facet
        );
    }
    Ok(())
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![3 => (0..ORDS, product()).prop_map(|(ord, product)| Change::Put(ord, product)), 1 => (0..ORDS).prop_map(Change::Remove)]
}

pub(crate) fn product() -> impl Strategy<Value = Product> {
    (0..40_i64, title(), name(), name(), vec(name(), 0..4), status(), optimisation(), vec(missing(), 0..5), option::weighted(0.7, price())).prop_map(
        |(seq, title, vendor, kind, tags, status, optimisation, missing, price)| Product {
            seq,
            title,
            vendor,
            kind,
            tags,
            status,
            optimisation,
            missing,
            price,
        },
    )
}

/// Few words in many spellings, so that titles, prefixes and ties meet.
fn title() -> impl Strategy<Value = String> {
    let word = select(vec!["Lamp", "lamp", "Lamps", "LÄMPCHEN", "la", "Red", "rouge", "7", "77x", "ß", "ランプ", "Ⅳ"]);
    let gap = select(vec![" ", " ", " ", " ", "  ", "-", " - ", ", ", "_", " – ", "~", "'"]);
    let unique = "[a-z]{2}[0-9]{3}";
    let regular = vec((word, gap), 0..4).prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [word, gap]).collect::<String>());
    prop_oneof![6 => regular, 2 => unique.prop_map(|word| format!("Lamp {word}")), 1 => any::<String>(), 1 => "(a|ab| ){40,60}"]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(vec!["", "Acme", "ACME", "acme & co", "Lumen", "lum", "Été", "ete", "Z 9"]).prop_map(str::to_owned), 1 => any::<String>()]
}

fn status() -> impl Strategy<Value = Status> {
    select(Status::ALL)
}

fn optimisation() -> impl Strategy<Value = OptimisationStatus> {
    select(OptimisationStatus::ALL)
}

fn missing() -> impl Strategy<Value = Missing> {
    select(Missing::ALL)
}

fn price() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..12_i64, 1 => 200..300_i64, 1 => any::<i64>()]
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    let mostly_none = |inner: BoxedStrategy<Vec<String>>| prop_oneof![4 => Just(Vec::new()), 1 => inner];
    let search = prop_oneof![
        3 => Just(String::new()),
        1 => select(vec![" ", "-", "!?"]).prop_map(str::to_owned),
        6 => vec(select(vec!["l", "la", "LAMP", "amp", "läm", "a", "7", "x", "acme", "co", "ss", "プ", "iv", "qqq", "e"]), 1..4).prop_map(|words| words.join(" ")),
        1 => any::<String>(),
    ];
    let filters = (
        prop_oneof![3 => Just(Vec::new()), 1 => vec(status(), 1..3)],
        mostly_none(vec(name(), 1..3).boxed()),
        mostly_none(vec(name(), 1..3).boxed()),
        mostly_none(vec(name(), 1..3).boxed()),
        prop_oneof![3 => Just(Vec::new()), 1 => vec(optimisation(), 1..6)],
        prop_oneof![4 => Just(Vec::new()), 1 => vec(missing(), 1..3)],
        option::weighted(0.2, price().prop_map(Money)),
        option::weighted(0.2, price().prop_map(Money)),
    );
    let query = (search, filters).prop_map(|(search, (status, vendor, product_type, tag, optimisation, missing, price_min, price_max))| ListQuery {
        search,
        status,
        vendor,
        product_type,
        tag,
        optimisation,
        missing,
        price_min,
        price_max,
        sort: Sort::default(),
    });
    let containing = select(vec!["", "", "", "c", "AC", "é", "e & "]).prop_map(str::to_owned);
    (query, vec(0..ORDS + 5, 0..6), 0..ORDS, 0..30_u32, 0..8_usize, containing, 0..ORDS + 5)
        .prop_map(|(query, also_found, start, count, limit, containing, ord)| Question { query, also_found, start, count, limit, containing, ord })
}
