//! Where the engines differ, and the store must not.

use domain::{
    clock::Clock,
    field::{Field, Value, VariantField},
    money::Money,
};
use ports::{Catalogue, product::Receipt};

use crate::support::{Arranged, Build, START, batch, create, priced, product, variant};

pub async fn times_are_kept_to_the_microsecond(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;

    let row = arranged.list("").await.rows.remove(0);
    let history = arranged.store.history(&arranged.editor(), lamp.id, None).await.unwrap();

    assert_eq!(arranged.clock.now().micros(), START);
    assert_eq!((row.updated_at.micros(), history[0].at.micros()), (START, START));
}

pub async fn products_without_a_price_come_last_in_both_directions(arranged: &Arranged) {
    for (handle, price) in [("none", None), ("cheap", Some(1)), ("free", Some(0)), ("dear", Some(Money::MAX.0))] {
        arranged.create(priced(handle, price)).await;
    }

    assert_eq!(arranged.handles("sort=price").await, ["free", "cheap", "dear", "none"]);
    assert_eq!(arranged.handles("sort=-price").await, ["dear", "cheap", "free", "none"]);
}

pub async fn wildcards_of_the_engine_mean_nothing_in_a_search(arranged: &Arranged) {
    for (handle, sku) in [("one", "100%-off"), ("two", "100x-off"), ("three", "A_B*C\"D'E"), ("four", "axb")] {
        arranged
            .create(product(handle).with(|content| {
                let mut variant = variant(1, None);
                variant.sku = sku.into();
                content.variants.push(variant);
            }))
            .await;
    }

    assert_eq!(arranged.handles("q=100%25-").await, ["one"]);
    assert_eq!(arranged.handles("q=A_B").await, ["three"]);
    assert_eq!(arranged.handles("q=a_b*c%22d'e").await, ["three"]);
    assert_eq!(arranged.handles("q=%25%25%25").await, [""; 0]);
    assert_eq!(arranged.handles("q=***").await, [""; 0]);
    assert_eq!(arranged.handles("q=%22%22%22").await, [""; 0]);
    assert_eq!(arranged.handles("q=AXB").await, ["four"]);
    assert_eq!(arranged.handles("q=one+OR+two").await, [""; 0]);
}

pub async fn the_widest_values_survive(arranged: &Arranged) {
    let made = product("wide").with(|content| {
        let mut variant = variant(i64::MAX, Some(Money::MAX.0));
        variant.inventory_quantity = Some(i64::MIN);
        variant.weight_grams = Some(i64::MAX);
        content.variants.push(variant);
        content.description = "é".repeat(200_000);
    });

    let wide = arranged.create(made.clone()).await;

    assert_eq!(wide.content, made);
    let quantity = Field::VariantField(wide.content.variants[0].id, VariantField::InventoryQuantity);
    assert!(matches!(arranged.edit(&wide, quantity, Value::Number(i64::MAX)).await, Receipt::Applied { .. }));
    assert_eq!(arranged.load("wide").await.content.variants[0].inventory_quantity, Some(i64::MAX));
}

pub async fn text_is_kept_to_the_byte(arranged: &Arranged) {
    let odd = "\u{feff}e\u{301} é \u{1F3FA} \\ \\N \\. \t \r\n ' \" \u{1} {\"a\":[1]} ' -- ; $1 ?";
    let made = product("日本-lamp").with(|content| {
        content.title = odd.into();
        content.description = odd.into();
        content.tags = vec!["a\tb".into(), "\\".into()];
        content.extras.insert(odd.into(), odd.into());
    });
    // By both roads: one row, and many at once.
    let many: Vec<_> = (0..50).map(|number| create(made.clone().with(|content| content.handle = content.handle.numbered(number + 1)))).collect();

    let lamp = arranged.create(made.clone()).await;
    arranged.store.write(&arranged.shop, &batch(), many, None).await.unwrap();

    assert_eq!(lamp.content, made);
    let copies = arranged.store.export_batch(&arranged.shop, Some(0), 100).await.unwrap();
    assert_eq!(copies.len(), 50);
    assert!(copies.iter().all(|copy| copy.content.clone().with(|content| content.handle = made.handle.clone()) == made));
    // What no engine can hold is taken out, not refused.
    arranged.edit(&lamp, Field::Title, Value::text("a\0b")).await;
    assert_eq!(arranged.load("日本-lamp").await.content.title, "ab");
}

pub async fn a_taken_handle_is_told_from_other_violations(arranged: &Arranged) {
    arranged.create(product("lamp")).await;

    let taken = arranged.store.submit(&arranged.editor(), create(product("lamp"))).await.unwrap();
    let same_id = create(product("bowl"));
    arranged.store.submit(&arranged.editor(), same_id.clone()).await.unwrap();
    let exists = domain::op::Op { id: crate::support::op_id(), action: domain::op::Action::Create(Box::new(product("vase"))), ..same_id };
    let exists = arranged.store.submit(&arranged.editor(), exists).await.unwrap();

    assert_eq!(taken, Receipt::Rejected { field: Some(Field::Handle), reason: "Another product has the handle lamp. Choose another one.".into() });
    assert_eq!(exists, Receipt::Rejected { field: None, reason: "This product has been made already.".into() });
}

pub async fn order_by_text_does_not_depend_on_the_engine(arranged: &Arranged) {
    for (number, title) in ["b", "a-z", "a z", "Á", "Z", "_", "ä", "a"].into_iter().enumerate() {
        arranged.create(product(&format!("p-{number}")).with(|content| content.title = title.into())).await;
    }

    let titles: Vec<String> = arranged.list("sort=title").await.rows.into_iter().map(|row| row.title).collect();

    assert_eq!(titles, ["_", "Á", "ä", "a", "a z", "a-z", "b", "Z"]);
}
