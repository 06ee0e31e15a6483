//! What was read of products is in memory, and is never older than what is promised of the list.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use domain::{
    field::{Field, ImageField, Value, VariantField},
    handle::Handle,
    ids::{ProductId, Seq},
    money::Currency,
    op::{Action, Base, Edit, Op},
    product::Product,
    query::{ListQuery, Window},
    role::Role,
};
use ports::{
    Catalogue,
    product::{Name, ProductView, Receipt, Source},
    products::Part,
};
use store::Store;

use crate::support::{Arranged, batch, create, edit, op_id, product, rich, seq};

/// Longer than a process may do without looking for what others have written.
const A_WHILE: i64 = 301;

/// How many statements something costs, and what it came to.
macro_rules! cost {
    ($store:expr, $request:expr) => {{
        let before = $store.db().statements();
        let answer = $request.await.unwrap();
        ($store.db().statements() - before, answer)
    }};
}

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

/// Asks a store for everything that it tells of products, which has to be what the tables have.
async fn is_as_the_tables_have_it(arranged: &Arranged, store: &Store, when: &str) {
    let who = arranged.who(Role::Viewer);
    let stored: BTreeMap<ProductId, Product> =
        arranged.store.export_batch(&arranged.shop, None, 1_000).await.unwrap().into_iter().map(|product| (product.id, product)).collect();

    let part: Part = store.part(&who, &ListQuery::default(), None, 250).await.unwrap();
    let list = store.list(&who, &Window { query: ListQuery::default(), start: 0, count: 250 }).await.unwrap();

    assert_eq!((part.products.len(), list.rows.len(), part.total as usize), (stored.len(), stored.len(), stored.len()), "{when}");
    for (summary, row) in part.products.iter().zip(&list.rows) {
        let Product { content, versions, optimisation, .. } = &stored[&summary.id];
        assert_eq!((&summary.handle, &summary.title, summary.version), (&content.handle, &content.title, versions.latest), "{when}");
        assert_eq!((&summary.vendor, &summary.tags, summary.status), (&content.vendor, &content.tags, content.status), "{when}");
        assert_eq!((summary.price, summary.highest_price, summary.optimisation), (content.price(), content.highest_price(), *optimisation), "{when}");
        assert_eq!((summary.variants as usize, summary.images as usize), (content.variants.len(), content.images.len()), "{when}");
        assert_eq!(summary.thumbnail, content.thumbnail().map(|image| image.url.clone()).unwrap_or_default(), "{when}");
        let of_summary = (&summary.handle, &summary.title, summary.price, &summary.thumbnail, summary.updated_at);
        assert_eq!((&row.handle, &row.title, row.price, &row.thumbnail, row.updated_at), of_summary, "{when}");
    }
    for product in stored.values() {
        let by_handle = store.product(&who, &product.content.handle).await.unwrap().unwrap();
        let by_id = store.products(&who, &[product.id]).await.unwrap().remove(0);
        let summary = part.products.iter().find(|summary| summary.id == product.id).unwrap();
        assert_eq!(by_id, ProductView::new(product.clone(), Currency::EUR, summary.updated_at, false), "{when}");
        assert_eq!(by_handle, by_id, "{when}");
    }
}

pub async fn what_was_read_is_read_no_more(arranged: &Arranged) {
    let store = &arranged.store;
    let (lamp, bowl) = (arranged.create(rich("lamp")).await, arranged.create(rich("bowl")).await);
    let who = arranged.who(Role::Viewer);
    store.warm_up().await.unwrap();
    // Which store it is has been looked up.
    store.products(&who, &[]).await.unwrap();
    let (first, whole) = cost!(store, store.product(&who, &lamp.content.handle));
    let (part_first, part) = cost!(store, store.part(&who, &ListQuery::default(), None, 20));

    let (by_handle, same) = cost!(store, store.product(&who, &lamp.content.handle));
    let (by_id, found) = cost!(store, store.products(&who, &[lamp.id]));
    let (both, _) = cost!(store, store.products(&who, &[bowl.id, lamp.id]));
    let (again, told) = cost!(store, store.part(&who, &ListQuery::from_address("sort=title"), None, 20));
    let (listed, _) = cost!(store, store.list(&who, &Window { query: ListQuery::default(), start: 0, count: 50 }));

    assert_eq!((first, part_first), (3, 1));
    assert_eq!((by_handle, by_id, again, listed), (0, 0, 0, 0));
    assert_eq!(both, 3, "the bowl alone");
    assert_eq!((same.as_ref(), &found[0]), (whole.as_ref(), whole.as_ref().unwrap()));
    assert_eq!((part.read, told.read, told.products.len()), (2, 0, 2));
    let known = store.known_products();
    assert!(known.iter().all(|known| known.hits > 0 && known.misses > 0), "{known:?}");
}

pub async fn a_write_takes_the_parts_of_its_product_from_memory(arranged: &Arranged) {
    let (store, editor) = (&arranged.store, arranged.editor());
    let lamp = arranged.create(rich("lamp")).await;
    let title = |text: &str| edit(lamp.id, &[(Field::Title, Base::Any, Value::text(text))]);
    store.product(&editor, &lamp.content.handle).await.unwrap();

    let (known, _) = cost!(store, store.submit(&editor, title("Oak lamp")));
    // There is no list, and so nobody has kept what that came to.
    let (read, _) = cost!(store, store.submit(&editor, title("Brass lamp")));

    assert_eq!(read, known + 2);
    let after = arranged.store.load_by_handles(&arranged.shop, std::slice::from_ref(&lamp.content.handle)).await.unwrap().remove(0);
    assert_eq!((&after.content.variants, &after.content.images), (&lamp.content.variants, &lamp.content.images));
}

pub async fn while_there_is_no_list_products_are_read(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let who = arranged.who(Role::Viewer);
    // Which store it is has been looked up.
    arranged.store.products(&who, &[]).await.unwrap();

    for _ in 0..2 {
        let (statements, _) = cost!(arranged.store, arranged.store.product(&who, &lamp.content.handle));
        assert_eq!(statements, 3);
    }
    assert_eq!(arranged.store.known(&who, Name::Id(lamp.id)).await.unwrap(), None);
}

pub async fn whoever_changes_a_product_finds_it_changed_and_so_do_others(arranged: &Arranged) {
    let (store, other) = (&arranged.store, arranged.second_store().await);
    arranged.create(rich("bowl")).await;
    for (writing, reading, how) in [(store, &other, "here"), (&other, store, "elsewhere")] {
        let lamp = arranged.create(rich(&format!("lamp-{how}"))).await;
        let (variant, image) = (lamp.content.variants[1].id, lamp.content.images[0].id);
        arranged.clock.advance(A_WHILE);
        for store in [writing, reading] {
            store.warm_up().await.unwrap();
            is_as_the_tables_have_it(arranged, store, "at first").await;
        }
        let of = |field: Field, value: Value| Action::Edit(vec![Edit { field, base: Base::Any, value }]);
        let changes = [
            ("the title", of(Field::Title, Value::text("Brass lamp"))),
            ("a price", of(Field::VariantField(variant, VariantField::Price), Value::Number(77))),
            ("a variant's place", of(Field::VariantField(variant, VariantField::Position), Value::Number(9))),
            ("a variant is gone", of(Field::Variant(variant), Value::None)),
            ("a picture's text", of(Field::ImageField(image, ImageField::Alt), Value::text("From behind"))),
            ("a picture is gone", of(Field::Image(image), Value::None)),
            ("the tags", of(Field::Tags, Value::List(vec!["oak".into()]))),
            ("a kept column", of(Field::Extra("Metafield: care".into()), Value::text("None"))),
            ("the handle", of(Field::Handle, Value::text(format!("light-{how}")))),
            ("the trash", Action::Delete),
            ("out of the trash", Action::Restore),
        ];
        for (what, action) in changes {
            let when = format!("{what}, {how}");
            let receipt = writing.submit(&arranged.editor(), Op { id: op_id(), product: lamp.id, action }).await.unwrap();
            assert!(matches!(receipt, Receipt::Applied { .. }), "{when}: {receipt:?}");

            is_as_the_tables_have_it(arranged, writing, &when).await;
            arranged.clock.advance(A_WHILE);
            is_as_the_tables_have_it(arranged, reading, &when).await;
        }
    }
    other.close().await;
}

pub async fn an_author_reads_their_own_change_from_memory(arranged: &Arranged) {
    let store = &arranged.store;
    let lamp = arranged.create(rich("lamp")).await;
    let who = arranged.editor();
    store.warm_up().await.unwrap();

    let receipt = store.submit(&who, edit(lamp.id, &[(Field::Title, Base::Any, Value::text("Brass lamp"))])).await.unwrap();

    let (whole, view) = cost!(store, store.product(&who, &lamp.content.handle));
    let (part, told) = cost!(store, store.part(&who, &ListQuery::default(), None, 20));
    assert_eq!((whole, part, told.read), (0, 0, 0));
    assert_eq!((view.unwrap().versions.latest, told.products[0].title.as_str()), (seq(&receipt), "Brass lamp"));
    is_as_the_tables_have_it(arranged, store, "after an edit").await;
}

pub async fn a_batch_takes_no_place_in_memory(arranged: &Arranged) {
    arranged.store.warm_up().await.unwrap();
    arranged.list("").await;
    let who = arranged.who(Role::Viewer);

    arranged.store.write(&arranged.shop, &batch(), vec![create(product("lamp"))], None).await.unwrap();

    let (statements, _) = cost!(arranged.store, arranged.store.product(&who, &handle("lamp")));
    assert_eq!(statements, 3);
}

pub async fn a_handle_that_was_given_up_is_not_the_old_product(arranged: &Arranged) {
    let (store, other) = (&arranged.store, arranged.second_store().await);
    let who = arranged.editor();
    let lamp = arranged.create(rich("lamp")).await;
    for store in [store, &other] {
        store.warm_up().await.unwrap();
        assert_eq!(store.product(&who, &handle("lamp")).await.unwrap().unwrap().id, lamp.id);
    }

    store.submit(&who, edit(lamp.id, &[(Field::Handle, Base::Any, Value::text("light"))])).await.unwrap();
    arranged.clock.advance(A_WHILE);
    let gone = [store.product(&who, &handle("lamp")).await.unwrap(), other.product(&who, &handle("lamp")).await.unwrap()];
    let new = Op { id: op_id(), product: create(product("x")).product, action: Action::Create(Box::new(product("lamp"))) };
    let id = new.product;
    store.submit(&who, new).await.unwrap();
    arranged.clock.advance(A_WHILE);

    assert_eq!(gone, [None, None]);
    for store in [store, &other] {
        assert_eq!(store.product(&who, &handle("lamp")).await.unwrap().unwrap().id, id);
        assert_eq!(store.product(&who, &handle("light")).await.unwrap().unwrap().id, lamp.id);
    }
    other.close().await;
}

pub async fn what_decides_about_a_write_is_read(arranged: &Arranged) {
    let (store, other) = (&arranged.store, arranged.second_store().await);
    let who = arranged.editor();
    let lamp = arranged.create(rich("lamp")).await;
    store.warm_up().await.unwrap();
    store.product(&who, &lamp.content.handle).await.unwrap();

    // Nobody has told this process yet.
    let receipt = other.submit(&who, edit(lamp.id, &[(Field::Title, Base::Any, Value::text("Brass lamp"))])).await.unwrap();
    let view = store::deciding(store.product(&who, &lamp.content.handle)).await.unwrap().unwrap();

    assert_eq!((view.versions.latest, view.title.as_str()), (seq(&receipt), "Brass lamp"));
    other.close().await;
}

pub async fn a_change_is_made_upon_what_was_known_or_not_at_all(arranged: &Arranged) {
    let (store, other) = (&arranged.store, arranged.second_store().await);
    let who = arranged.editor();
    let lamp = arranged.create(rich("lamp")).await;
    store.warm_up().await.unwrap();
    store.product(&who, &lamp.content.handle).await.unwrap();
    let (looked, known) = cost!(store, store.known(&who, Name::Handle(&lamp.content.handle)));
    let version = known.unwrap().versions.latest;
    // Another field, in another process.
    other.submit(&who, edit(lamp.id, &[(Field::Vendor, Base::Any, Value::text("Acme"))])).await.unwrap();
    let op = edit(lamp.id, &[(Field::Title, Base::Seen(version), Value::text("Brass lamp"))]);

    let refused = store.submit_upon(&who, Source::Api.into(), op.clone(), version).await.unwrap();
    let untouched = arranged.load("lamp").await;
    let done = store.submit_upon(&who, Source::Api.into(), op.clone(), untouched.versions.latest).await.unwrap();
    let again = store.submit_upon(&who, Source::Api.into(), op, version).await.unwrap();

    assert_eq!((looked, version, refused), (0, lamp.versions.latest, None));
    assert_eq!((untouched.content.title.as_str(), untouched.content.vendor.as_str()), ("lamp", "Acme"));
    assert!(matches!(done, Some(Receipt::Applied { .. })) && again == done, "{done:?}, then {again:?}");
    let (after, view) = cost!(store, store.known(&who, Name::Id(lamp.id)));
    assert_eq!((after, view.map(|view| view.versions.latest)), (0, done.as_ref().map(seq)));
    let nowhere = edit(create(product("x")).product, &[(Field::Title, Base::Any, Value::text("x"))]);
    assert_eq!(store.submit_upon(&who, Source::Api.into(), nowhere, Seq(1)).await.unwrap(), None);
    other.close().await;
}

pub async fn nobody_reads_less_than_what_was_acknowledged(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    arranged.store.warm_up().await.unwrap();
    let (acknowledged, is_over) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let (store, who, handle) = (arranged.store.clone(), arranged.who(Role::Viewer), lamp.content.handle.clone());
            let (acknowledged, is_over) = (acknowledged.clone(), is_over.clone());
            tokio::spawn(async move {
                while !is_over.load(Ordering::SeqCst) {
                    let least = acknowledged.load(Ordering::SeqCst);
                    let title = if reader % 2 == 0 {
                        store.product(&who, &handle).await.unwrap().unwrap().title
                    } else {
                        store.part(&who, &ListQuery::default(), None, 20).await.unwrap().products[0].title.clone()
                    };
                    let seen: i64 = title.parse().unwrap_or(0);
                    assert!(seen >= least, "{seen} was read after {least} was acknowledged");
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();

    for number in 1..=60 {
        let op = edit(lamp.id, &[(Field::Title, Base::Any, Value::text(number.to_string()))]);
        arranged.store.submit(&arranged.editor(), op).await.unwrap();
        acknowledged.store(number, Ordering::SeqCst);
    }
    is_over.store(true, Ordering::SeqCst);

    for reader in readers {
        reader.await.unwrap();
    }
    is_as_the_tables_have_it(arranged, &arranged.store, "at the end").await;
}

/// The same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        // Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

pub async fn whatever_is_done_in_two_processes_both_tell_what_the_tables_have(arranged: &Arranged) {
    let stores = [arranged.store.clone(), arranged.second_store().await];
    let mut ids: Vec<ProductId> = Vec::new();
    for number in 0..6 {
        ids.push(arranged.create(rich(&format!("p-{number}"))).await.id);
    }
    for store in &stores {
        store.warm_up().await.unwrap();
    }
    let mut dice = Dice(7);
    for round in 0..150 {
        let (writing, other) = if dice.below(2) == 0 { (&stores[0], &stores[1]) } else { (&stores[1], &stores[0]) };
        let id = ids[dice.below(ids.len())];
        let stored = arranged.store.export_batch(&arranged.shop, None, 100).await.unwrap();
        let now = stored.iter().find(|product| product.id == id);
        let variant = now.and_then(|product| product.content.variants.first()).map(|variant| variant.id);
        let image = now.and_then(|product| product.content.images.last()).map(|image| image.id);
        let change = |field: Field, value: Value| edit(id, &[(field, Base::Any, value)]);
        let op = match (dice.below(8), variant, image) {
            (0, ..) => change(Field::Title, Value::text(format!("Title {round}"))),
            // Often one that another product has, or had.
            (1, ..) => change(Field::Handle, Value::text(format!("p-{}", dice.below(8)))),
            (2, Some(variant), _) => change(Field::VariantField(variant, VariantField::Price), Value::Number(round)),
            (3, Some(variant), _) => change(Field::VariantField(variant, VariantField::Position), Value::Number(1 + round % 5)),
            (4, _, Some(image)) => change(Field::ImageField(image, ImageField::Alt), Value::text(format!("Picture {round}"))),
            (5, ..) => Op { id: op_id(), product: id, action: Action::Delete },
            (6, ..) => Op { id: op_id(), product: id, action: Action::Restore },
            _ => change(Field::Tags, Value::List(vec![format!("tag {}", dice.below(3))])),
        };
        let when = format!("round {round}: {op:?}");
        let receipt = writing.submit(&arranged.editor(), op).await.unwrap();

        // Its author at once, the other one after a while. What was not done tells its author nothing of what others did.
        if matches!(receipt, Receipt::Applied { .. }) {
            is_as_the_tables_have_it(arranged, writing, &when).await;
        }
        if dice.below(3) == 0 {
            arranged.clock.advance(A_WHILE);
            is_as_the_tables_have_it(arranged, other, &when).await;
        }
    }
    let [_, other] = stores;
    other.close().await;
}
