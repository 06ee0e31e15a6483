//! Lists as programs read them, in parts, and whole products by their ids.

use std::collections::BTreeSet;

use domain::{
    clock::Timestamp,
    field::{Field, Value, VariantField},
    ids::{ProductId, Seq},
    money::{Currency, Money},
    op::{Action, Op},
    product::{OptimisationStatus, Product, Status},
    query::ListQuery,
    role::Role,
};
use ports::{
    Catalogue,
    error::AppError,
    product::Receipt,
    products::{Bookmark, Part, SortValue, Summary},
};
use store::Store;

use crate::support::{Arranged, Build, START, batch, create, op_id, product, rich, variant};

/// Of all sorts: equal titles and vendors, however written, equal prices and none.
async fn catalogue(arranged: &Arranged, products: usize) -> Vec<Product> {
    let contents = (0..products).map(|number| {
        product(&format!("p-{number}")).with(|content| {
            content.title = format!("{} {}", ["Oak Lamp", "oak lamp", "Émaillé", "Bowl"][number % 4], number % 3);
            content.vendor = ["Acme", "ACME", "Ærø & Søn", ""][number * 7 % 4].into();
            content.status = Status::ALL[number % 3];
            if number % 5 > 0 {
                content.variants.push(variant(1, Some((number % 5 * 100) as i64)));
            }
        })
    });
    arranged.store.write(&arranged.shop, &batch(), contents.map(create).collect(), None).await.unwrap();
    arranged.store.export_batch(&arranged.shop, None, 10_000).await.unwrap()
}

async fn part(store: &Store, arranged: &Arranged, address: &str, behind: Option<&Bookmark>, count: u32) -> Part {
    store.part(&arranged.who(Role::Viewer), &ListQuery::from_address(address), behind, count).await.unwrap()
}

fn handles(parts: &[Part]) -> Vec<String> {
    parts.iter().flat_map(|part| &part.products).map(|product| product.handle.to_string()).collect()
}

const SORTS: [&str; 8] = ["title", "-title", "vendor", "-vendor", "price", "-price", "updated", "-updated"];

pub async fn a_list_in_parts_is_the_list(arranged: &Arranged) {
    catalogue(arranged, 60).await;
    for filter in ["", "status=active", "q=lamp", "q=p-1", "price_min=200", "vendor=Nobody"] {
        for sort in SORTS {
            let address = format!("{filter}&sort={sort}");
            let whole = arranged.list(&address).await;
            let (mut parts, mut next) = (Vec::new(), None);
            loop {
                let part = part(&arranged.store, arranged, &address, next.as_ref(), 7).await;
                assert_eq!((part.total, part.as_of, part.currency), (whole.total, whole.as_of, Currency::EUR), "{address}");
                next.clone_from(&part.next);
                parts.push(part);
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(handles(&parts), arranged.handles(&address).await, "{address}");
            assert_eq!(parts.len(), (whole.total as usize).div_ceil(7).max(1), "{address}");
        }
    }
    assert_eq!(part(&arranged.store, arranged, "", None, 1_000).await.products.len(), 60);
    assert_eq!(part(&arranged.store, arranged, "", None, 0).await.total, 60);
}

pub async fn whatever_happens_between_two_parts_what_stays_is_shown_once(arranged: &Arranged) {
    let products = catalogue(arranged, 60).await;
    let mut gone = 0;
    for (round, sort) in SORTS.into_iter().enumerate() {
        let address = format!("sort={sort}");
        let (mut parts, mut next) = (Vec::new(), None);
        let mut changed: BTreeSet<String> = BTreeSet::new();
        loop {
            let shown = part(&arranged.store, arranged, &address, next.as_ref(), 9).await;
            next.clone_from(&shown.next);
            // The last one shown, where the next part begins, goes away or elsewhere; another one comes.
            let last = shown.products.last().unwrap().clone();
            parts.push(shown);
            if next.is_none() {
                break;
            }
            changed.insert(last.handle.to_string());
            let last = arranged.load(last.handle.as_str()).await;
            match (parts.len() + round) % 3 {
                0 => {
                    let receipt = arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: last.id, action: Action::Delete }).await;
                    assert!(matches!(receipt, Ok(Receipt::Applied { .. })), "{receipt:?}");
                    gone += 1;
                }
                1 => {
                    arranged.edit(&last, Field::Title, Value::text(format!("Moved {round}"))).await;
                    arranged.edit(&arranged.load(last.content.handle.as_str()).await, Field::Vendor, Value::text(format!("Moved {round}"))).await;
                }
                _ => {
                    if let Some(variant) = last.content.variants.first() {
                        arranged.edit(&last, Field::VariantField(variant.id, VariantField::Price), Value::Number(250 + round as i64)).await;
                    }
                }
            }
            let added = format!("new-{round}-{}", parts.len());
            changed.insert(added.clone());
            arranged.create(product(&added)).await;
        }
        let shown = handles(&parts);
        let there: Vec<String> = arranged.handles(&address).await.into_iter().filter(|handle| !changed.contains(handle)).collect();
        let stayed: Vec<String> = shown.into_iter().filter(|handle| !changed.contains(handle)).collect();
        assert_eq!(stayed, there, "{address}");
    }
    assert!(gone > 10 && gone < products.len());
}

pub async fn a_part_tells_what_is_known_of_a_product(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    arranged.clock.advance(60);
    arranged.edit(&lamp, Field::Title, Value::text("Brass lamp")).await;

    let part = part(&arranged.store, arranged, "status=draft", None, 20).await;

    let expected = Summary {
        id: lamp.id,
        handle: lamp.content.handle.clone(),
        title: "Brass lamp".into(),
        vendor: lamp.content.vendor.clone(),
        product_type: "Lamps".into(),
        tags: lamp.content.tags.clone(),
        status: Status::Draft,
        optimisation: OptimisationStatus::None,
        price: Some(Money(1_000)),
        highest_price: Some(Money(3_000)),
        variants: 3,
        images: 2,
        thumbnail: "https://example.com/1.jpg".into(),
        version: Seq(2),
        created_at: Timestamp::from_micros(START),
        updated_at: Timestamp::from_micros(START + 60_000_000),
    };
    assert_eq!(part, Part { products: vec![expected.into()], read: 1, total: 1, next: None, as_of: Seq(2), currency: Currency::EUR });
}

pub async fn a_part_is_there_before_the_index(arranged: &Arranged) {
    let products = catalogue(arranged, 50).await;
    let trashed = Op { id: op_id(), product: products[30].id, action: Action::Delete };
    arranged.store.write(&arranged.shop, &batch(), vec![trashed], None).await.unwrap();
    let (mut parts, mut next) = (Vec::new(), None);
    for _ in 0..3 {
        // Just started, each of them.
        let fresh = arranged.second_store().await;
        let first = part(&fresh, arranged, "", next.as_ref(), 20).await;
        fresh.warm_up().await.unwrap();
        let again = part(&fresh, arranged, "", next.as_ref(), 20).await;

        assert_eq!((first.read as usize, again.read), (first.products.len(), 0));
        assert_eq!(first, Part { read: first.read, ..again });
        next.clone_from(&first.next);
        parts.push(first);
        fresh.close().await;
    }

    assert_eq!(handles(&parts), arranged.handles("").await);
    assert_eq!((parts[2].products.len(), parts[2].total, &parts[2].next), (9, 49, &None));
    let fresh = arranged.second_store().await;
    assert_eq!(handles(&[part(&fresh, arranged, "sort=title", None, 100).await]), arranged.handles("sort=title").await);
    fresh.close().await;
}

pub async fn a_part_behind_a_place_of_another_order_is_refused(arranged: &Arranged) {
    catalogue(arranged, 5).await;
    let place = Bookmark { ord: 2, value: SortValue::Price(Some(Money(100))) };
    let who = arranged.who(Role::Viewer);
    let fresh = arranged.second_store().await;

    let before_the_index = fresh.part(&who, &ListQuery::default(), Some(&place), 10).await;
    let from_the_index = arranged.store.part(&who, &ListQuery::from_address("sort=title"), Some(&place), 10).await;

    for refused in [before_the_index, from_the_index] {
        assert!(matches!(&refused, Err(AppError::Invalid(sentence)) if sentence.contains("another order")), "{refused:?}");
    }
    fresh.close().await;
}

pub async fn whole_products_come_in_the_order_asked_for(arranged: &Arranged) {
    let lamp = arranged.create(rich("lamp")).await;
    let bowl = arranged.create(product("bowl")).await;
    let vase = arranged.create(rich("vase")).await;
    let theirs = arranged.create_in(&arranged.other_shop, product("theirs")).await;
    let trashed = arranged.create(product("trashed")).await;
    arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: trashed.id, action: Action::Delete }).await.unwrap();
    let nobody = ProductId(op_id().0);

    for who in [arranged.who(Role::Viewer), arranged.editor()] {
        let ids = [vase.id, nobody, lamp.id, theirs.id, bowl.id, trashed.id, vase.id];
        let found = arranged.store.products(&who, &ids).await.unwrap();

        let one = async |product: &Product| arranged.store.product(&who, &product.content.handle).await.unwrap().unwrap();
        let expected = [one(&vase).await, one(&lamp).await, one(&bowl).await];
        assert_eq!(found, expected);
        assert_eq!((found[0].variants.len(), found[0].images.len(), found[0].editable), (3, 2, who.role == Role::Editor));
    }
    assert_eq!(arranged.store.products(&arranged.editor(), &[]).await.unwrap(), []);
}
