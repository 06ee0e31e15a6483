use std::collections::BTreeMap;

use domain::{
    field::{Field, ImageField, Value, VariantField},
    ids::{ImageId, ProductId, Seq, VariantId},
    op::{Action, Base, Op},
};
use ports::{
    Catalogue,
    product::{Receipt, Source},
};
use store::{Author, StoreError};

use crate::support::{Arranged, Build, batch, create, edit, image, op_id, priced, product, rich, seq, variant};

pub async fn a_product_comes_back_as_it_was_made(arranged: &Arranged) {
    let made = rich("brass-lamp");

    let product = arranged.create(made.clone()).await;

    assert_eq!(product.content, made);
    assert_eq!((product.ord, product.deleted, product.versions.created, product.versions.latest), (0, false, Seq(1), Seq(1)));
    let view = arranged.store.product(&arranged.editor(), &made.handle).await.unwrap().unwrap();
    assert_eq!((view.title.as_str(), view.variants.len(), view.images.len(), view.editable), ("brass lamp", 3, 2, true));
    assert_eq!(arranged.store.product(&arranged.editor(), &"nothing".parse().unwrap()).await.unwrap(), None);
}

pub async fn edits_reach_every_field(arranged: &Arranged) {
    let before = arranged.create(rich("brass-lamp")).await;
    let (kept, gone) = (before.content.variants[0].id, before.content.variants[1].id);
    let (picture, dropped) = (before.content.images[0].id, before.content.images[1].id);
    let (added, taken) = (variant(9, Some(7)), image(3));
    let mut other = before.content.clone();
    other.variants.push(added.clone());
    other.images.push(taken.clone());
    let text = Value::text;
    let edits: Vec<(Field, Value)> = vec![
        (Field::Title, text("Steel lamp")),
        (Field::Handle, text("steel-lamp")),
        (Field::Description, text("<p>Steel</p>")),
        (Field::Vendor, text("Acme")),
        (Field::ProductType, text("Lights")),
        (Field::Category, text("Home")),
        (Field::Tags, Value::List(vec!["steel".into()])),
        (Field::Status, text("archived")),
        (Field::Published, Value::Flag(true)),
        (Field::GiftCard, Value::Flag(false)),
        (Field::SeoTitle, text("Steel")),
        (Field::SeoDescription, text("Of steel")),
        (Field::OptionNames, Value::List(vec!["Size".into()])),
        (Field::Extra("Metafield: care".into()), Value::None),
        (Field::Extra("Metafield: new".into()), text("1")),
        (Field::VariantField(kept, VariantField::Price), Value::Number(42)),
        (Field::VariantField(kept, VariantField::Sku), text("STEEL-1")),
        (Field::VariantField(kept, VariantField::WeightGrams), Value::None),
        (Field::Variant(gone), Value::None),
        (Field::Variant(added.id), other.get(&Field::Variant(added.id))),
        (Field::ImageField(picture, ImageField::Alt), text("Steel lamp")),
        (Field::Image(dropped), Value::None),
        (Field::Image(taken.id), other.get(&Field::Image(taken.id))),
    ];
    let mut expected = before.content.clone();
    for (field, value) in &edits {
        expected.set(field, value.clone()).unwrap();
    }

    let edits: Vec<_> = edits.into_iter().map(|(field, value)| (field, Base::Seen(Seq(1)), value)).collect();
    let receipt = arranged.store.submit(&arranged.editor(), edit(before.id, &edits)).await.unwrap();

    assert_eq!(receipt, Receipt::Applied { seq: Seq(2) });
    let after = arranged.load("steel-lamp").await;
    assert_eq!(after.content, expected);
    assert_eq!(after.versions.latest, Seq(2));
    let versions: BTreeMap<Field, Seq> = edits.into_iter().map(|(field, _, _)| (field, Seq(2))).collect();
    assert_eq!(after.versions.fields, versions);
    assert_eq!(arranged.handles("").await, ["steel-lamp"]);
}

pub async fn an_edit_of_what_somebody_changed_is_a_conflict(arranged: &Arranged) {
    let product = arranged.create(product("lamp")).await;
    arranged.edit(&product, Field::Title, Value::text("Red lamp")).await;

    let receipt = arranged.edit(&product, Field::Title, Value::text("Blue lamp")).await;

    let Receipt::Conflict(conflicts) = receipt else { panic!("{receipt:?}") };
    assert_eq!((conflicts[0].seen, conflicts[0].current), (Seq(1), Seq(2)));
    assert_eq!((&conflicts[0].theirs, &conflicts[0].mine), (&Value::text("Red lamp"), &Value::text("Blue lamp")));
    assert_eq!(arranged.load("lamp").await.content.title, "Red lamp");
}

pub async fn an_op_sent_again_answers_the_same(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    arranged.create(product("bowl")).await;
    let title = |value: &str| edit(lamp.id, &[(Field::Title, Base::Seen(Seq(1)), Value::text(value))]);
    let handle = edit(lamp.id, &[(Field::Handle, Base::Seen(Seq(1)), Value::text("bowl"))]);
    let who = arranged.editor();

    for op in [title("Red lamp"), title("Blue lamp"), title("Red lamp"), handle] {
        let first = arranged.store.submit(&who, op.clone()).await.unwrap();
        let again = arranged.store.submit(&who, op).await.unwrap();
        assert_eq!(again, first);
    }

    assert_eq!(arranged.store.history(&who, lamp.id, None).await.unwrap().len(), 2);
}

pub async fn an_op_id_with_other_content_is_refused(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let op = edit(lamp.id, &[(Field::Title, Base::Any, Value::text("Red lamp"))]);
    arranged.store.submit(&arranged.editor(), op.clone()).await.unwrap();

    let other = Op { action: edit(lamp.id, &[(Field::Title, Base::Any, Value::text("Blue lamp"))]).action, ..op };
    let receipt = arranged.store.submit(&arranged.editor(), other).await.unwrap();

    assert!(matches!(receipt, Receipt::Rejected { field: None, .. }), "{receipt:?}");
    assert_eq!(arranged.load("lamp").await.content.title, "Red lamp");
}

pub async fn a_taken_handle_is_refused_and_the_rest_of_the_batch_done(arranged: &Arranged) {
    arranged.create(product("lamp")).await;
    let trashed = arranged.create(product("vase")).await;
    arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: trashed.id, action: Action::Delete }).await.unwrap();
    let ops = ["bowl", "lamp", "rug", "bowl", "vase"].map(|handle| create(product(handle))).to_vec();

    let receipts = arranged.store.write(&arranged.shop, &batch(), ops, None).await.unwrap();

    let refused =
        |receipt: &Receipt, word: &str| matches!(receipt, Receipt::Rejected { field: Some(Field::Handle), reason } if reason.contains(word));
    assert!(matches!(receipts[0], Receipt::Applied { .. }));
    assert!(refused(&receipts[1], "Another product"), "{:?}", receipts[1]);
    assert!(matches!(receipts[2], Receipt::Applied { .. }));
    assert!(refused(&receipts[3], "Another product"), "{:?}", receipts[3]);
    assert!(refused(&receipts[4], "trash"), "{:?}", receipts[4]);
    assert_eq!(arranged.handles("sort=title").await, ["bowl", "lamp", "rug"]);
}

pub async fn a_handle_given_up_in_a_batch_is_free_in_it(arranged: &Arranged) {
    let (a, b) = (arranged.create(product("a")).await, arranged.create(product("b")).await);
    let rename = |product: ProductId, handle: &str| edit(product, &[(Field::Handle, Base::Any, Value::text(handle))]);
    // The two change places, and a third takes what is left.
    let ops = vec![rename(a.id, "c"), rename(b.id, "a"), rename(a.id, "b"), create(product("c"))];

    let receipts = arranged.store.write(&arranged.shop, &batch(), ops, None).await.unwrap();

    assert_eq!(receipts.iter().map(seq).collect::<Vec<_>>(), [Seq(3), Seq(4), Seq(5), Seq(6)]);
    assert_eq!((arranged.load("a").await.id, arranged.load("b").await.id), (b.id, a.id));
    assert_eq!(arranged.load("c").await.ord, 2);
    assert_eq!(arranged.load("b").await.versions.of(&Field::Handle), Seq(5));
}

pub async fn ops_of_one_product_in_a_batch_see_each_other(arranged: &Arranged) {
    let made = create(product("lamp"));
    let title = |base: Base, value: &str| edit(made.product, &[(Field::Title, base, Value::text(value))]);
    let (red, seen_before, same) = (title(Base::Any, "Red"), title(Base::Seen(Seq(0)), "Blue"), title(Base::Any, "Red"));

    let receipts = arranged.store.write(&arranged.shop, &batch(), vec![made.clone(), red, seen_before, same], None).await.unwrap();

    assert_eq!((&receipts[0], &receipts[1]), (&Receipt::Applied { seq: Seq(1) }, &Receipt::Applied { seq: Seq(2) }));
    let Receipt::Conflict(conflicts) = &receipts[2] else { panic!("{receipts:?}") };
    assert_eq!(conflicts[0].current, Seq(2));
    assert_eq!(receipts[3], Receipt::NoOp { seq: Seq(2) });
    let lamp = arranged.load("lamp").await;
    assert_eq!((lamp.content.title.as_str(), lamp.versions.created, lamp.versions.latest), ("Red", Seq(1), Seq(2)));
    assert_eq!(arranged.store.history(&arranged.editor(), lamp.id, None).await.unwrap().len(), 2);
}

pub async fn a_deleted_product_leaves_the_list_and_comes_back(arranged: &Arranged) {
    let lamp = arranged.create(priced("lamp", Some(100))).await;
    arranged.create(product("bowl")).await;
    let submit = async |action| arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: lamp.id, action }).await.unwrap();

    submit(Action::Delete).await;
    assert_eq!(arranged.handles("").await, ["bowl"]);
    assert_eq!(arranged.store.product_count(&arranged.shop).await.unwrap(), 1);
    let view = arranged.store.product(&arranged.editor(), &lamp.content.handle).await.unwrap().unwrap();
    assert!(view.deleted);

    submit(Action::Restore).await;
    assert_eq!(arranged.handles("").await, ["lamp", "bowl"]);
    assert_eq!(arranged.load("lamp").await.content, lamp.content);
    assert_eq!(arranged.list("").await.of, 2);
}

pub async fn a_big_batch_is_written_whole(arranged: &Arranged) {
    let contents: Vec<_> =
        (0..1_111).map(|number| rich(&format!("p-{number:04}")).with(|content| content.vendor = format!("V{}", number % 7))).collect();

    let receipts = arranged.store.write(&arranged.shop, &batch(), contents.iter().cloned().map(create).collect(), None).await.unwrap();

    assert_eq!(receipts.iter().map(|receipt| seq(receipt).0).collect::<Vec<_>>(), (1..=1_111).collect::<Vec<_>>());
    for part in contents.chunks(300) {
        let handles: Vec<_> = part.iter().map(|content| content.handle.clone()).collect();
        let mut loaded = arranged.store.load_by_handles(&arranged.shop, &handles).await.unwrap();
        loaded.sort_by_key(|product| product.ord);
        assert!(loaded.iter().map(|product| &product.content).eq(part));
    }
    // And changed all at once.
    let mut ops = Vec::new();
    for product in arranged.store.export_batch(&arranged.shop, None, 2_000).await.unwrap() {
        let variant = product.content.variants[1].id;
        ops.push(edit(product.id, &[(Field::Vendor, Base::Any, Value::text("One")), (Field::Variant(variant), Base::Any, Value::None)]));
    }
    let receipts = arranged.store.write(&arranged.shop, &batch(), ops, None).await.unwrap();
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Applied { .. })));
    let changed = arranged.store.export_batch(&arranged.shop, None, 2_000).await.unwrap();
    assert!(changed.iter().all(|product| product.content.vendor == "One" && product.content.variants.len() == 2));
    assert_eq!(arranged.list("vendor=One").await.total, 1_111);
}

pub async fn no_change_takes_no_number(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;

    let receipt = arranged.edit(&lamp, Field::Title, Value::text("lamp")).await;
    let missing =
        arranged.store.submit(&arranged.editor(), edit(ProductId(op_id().0), &[(Field::Title, Base::Any, Value::text("x"))])).await.unwrap();
    let odd = arranged.edit(&lamp, Field::VariantField(VariantId(op_id().0), VariantField::Price), Value::Number(1)).await;
    let odd_too = arranged.edit(&lamp, Field::ImageField(ImageId(op_id().0), ImageField::Alt), Value::text("x")).await;
    let next = arranged.edit(&lamp, Field::Title, Value::text("Lamp")).await;

    assert_eq!(receipt, Receipt::NoOp { seq: Seq(1) });
    assert!(matches!(missing, Receipt::Rejected { .. }), "{missing:?}");
    assert!(matches!((&odd, &odd_too), (Receipt::Rejected { .. }, Receipt::Rejected { .. })), "{odd:?}");
    assert_eq!(next, Receipt::Applied { seq: Seq(2) });
}

pub async fn one_bad_row_takes_the_batch_back(arranged: &Arranged) {
    // A job that is not there is found last, when all rows are written.
    let job = domain::ids::JobId(op_id().0);
    let author = Author { user: None, source: Source::Import, job: Some(job), remember: false };
    let mark = store::JobMark { job, leased_by: "nobody", progress: "{}", items: &[] };

    let result = arranged.store.write(&arranged.shop, &author, vec![create(product("lamp"))], Some(mark)).await;

    assert!(matches!(result, Err(StoreError::LeaseLost)), "{result:?}");
    assert_eq!(arranged.handles("").await, [""; 0]);
    assert_eq!(arranged.create(product("lamp")).await.versions.created, Seq(1));
}
