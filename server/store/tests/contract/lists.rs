use std::{collections::BTreeMap, time::Duration};

use domain::{
    field::{Field, ImageField, Value},
    fold::sort_key,
    op::{Action, Base, Op},
    product::{Image, Missing, OptimisationStatus, Product, SHORT_DESCRIPTION, Status},
    query::{Facet, ListQuery, SortKey},
    role::Role,
};
use ports::Catalogue;
use store::Changed;

use crate::support::{Arranged, Build, batch, create, edit, image, op_id, priced, product, variant};

/// Products of all sorts, as they are stored, in the order of their making.
async fn catalogue(arranged: &Arranged, products: usize) -> Vec<Product> {
    let words = ["Oak", "Ceramic", "linen", "Brass", "émaillé"];
    let things = ["Lamp", "Bowl", "Chair"];
    let contents = (0..products).map(|number| {
        product(&format!("p-{number}")).with(|content| {
            content.title = format!("{} {} {}", words[number % 5], things[number % 3], number % 4);
            content.vendor = format!("Vendor {}", number * 7 % 4);
            content.product_type = things[number % 3].into();
            content.tags = (0..number % 3).map(|tag| format!("tag-{tag}")).collect();
            content.status = Status::ALL[number % 3];
            if number % 2 == 0 {
                content.description = "<p>Words</p>".repeat(if number % 4 == 0 { 1 } else { 10 });
            }
            if number % 3 == 0 {
                content.images.push(image(1));
            }
            if number % 6 == 0 {
                content.images.push(Image { alt: " ".into(), ..image(2) });
            }
            if number % 4 == 0 {
                content.seo_title = "Title".into();
                content.seo_description = "Description".into();
            }
            for position in 0..number % 3 {
                content.variants.push(variant(position as i64 + 1, Some((number * 13 % 10 * 100) as i64 + position as i64)));
            }
        })
    });
    let receipts = arranged.store.write(&arranged.shop, &batch(), contents.map(create).collect(), None).await.unwrap();
    assert_eq!(receipts.len(), products);
    arranged.store.export_batch(&arranged.shop, None, 10_000).await.unwrap()
}

fn naive(products: &[Product], query: &ListQuery) -> Vec<String> {
    let ListQuery { search, status, vendor, product_type, tag, optimisation, missing, price_min, price_max, sort } = query;
    assert!(search.is_empty());
    let any = |chosen: &[String], has: &dyn Fn(&String) -> bool| chosen.is_empty() || chosen.iter().any(has);
    let mut found: Vec<&Product> = products
        .iter()
        .filter(|product| {
            let content = &product.content;
            let price = content.price();
            !product.deleted
                && (status.is_empty() || status.contains(&content.status))
                && any(vendor, &|vendor| *vendor == content.vendor)
                && any(product_type, &|product_type| *product_type == content.product_type)
                && any(tag, &|tag| content.tags.contains(tag))
                && (optimisation.is_empty() || optimisation.contains(&product.optimisation))
                && (missing.is_empty() || missing.iter().any(|missing| content.is_missing(*missing)))
                && price_min.is_none_or(|min| price.is_some_and(|price| price >= min))
                && price_max.is_none_or(|max| price.is_some_and(|price| price <= max))
        })
        .collect();
    match sort.key {
        SortKey::Title => found.sort_by_key(|product| (sort_key(&product.content.title), product.ord)),
        SortKey::Vendor => found.sort_by_key(|product| (sort_key(&product.content.vendor), product.ord)),
        SortKey::Price => found.sort_by_key(|product| (product.content.price().map_or(i64::MAX, |price| price.0), product.ord)),
        SortKey::Updated => found.sort_by_key(|product| product.versions.latest),
    }
    if sort.descending {
        found.reverse();
        if sort.key == SortKey::Price {
            // Those without a price stay last, and turn among themselves.
            let (priced, unpriced): (Vec<&Product>, Vec<&Product>) = found.into_iter().partition(|product| product.content.price().is_some());
            found = priced.into_iter().chain(unpriced).collect();
        }
    }
    found.into_iter().map(|product| product.content.handle.to_string()).collect()
}

pub async fn lists_are_those_a_naive_one_would_be(arranged: &Arranged) {
    let mut products = catalogue(arranged, 240).await;
    let filters = [
        "",
        "status=active",
        "status=draft&status=archived",
        "vendor=Vendor+1",
        "vendor=Vendor+1&vendor=Vendor+3&type=Lamp",
        "tag=tag-1",
        "tag=tag-0&tag=tag-1",
        "missing=description",
        "missing=image&missing=seo",
        "missing=alt",
        "missing=tags&status=draft",
        "missing=short&missing=alt",
        "price_min=300",
        "price_max=300",
        "price_min=200&price_max=700&status=active",
        "vendor=Nobody",
        "optimisation=none",
        "optimisation=queued",
        "type=Chair&missing=seo&tag=tag-0",
    ];
    let sorts = ["title", "-title", "vendor", "-vendor", "price", "-price", "updated", "-updated"];

    for round in 0..2 {
        for filter in filters {
            for sort in sorts {
                let address = format!("{filter}&sort={sort}");
                let expected = naive(&products, &ListQuery::from_address(&address));
                let listing = arranged.list(&address).await;
                let handles: Vec<String> = listing.rows.iter().map(|row| row.handle.to_string()).collect();
                assert_eq!(handles, expected, "{address}, round {round}");
                let live = products.iter().filter(|product| !product.deleted).count();
                assert_eq!((listing.total as usize, listing.of as usize), (expected.len(), live), "{address}");
                let window = arranged.window(&address, 7, 5).await;
                let handles: Vec<String> = window.rows.iter().map(|row| row.handle.to_string()).collect();
                assert_eq!(handles, expected.iter().skip(7).take(5).cloned().collect::<Vec<_>>(), "{address}");
            }
        }
        // Change a third of them, put a tenth into the trash, and look again.
        let ops = products.iter().enumerate().filter_map(|(number, product)| match number {
            number if number % 10 == 0 => Some(Op { id: op_id(), product: product.id, action: Action::Delete }),
            number if number % 3 == 0 => Some(edit(
                product.id,
                &[(Field::Title, Base::Any, Value::text(format!("Zinc {number}"))), (Field::Vendor, Base::Any, Value::text("Vendor 1"))],
            )),
            _ => None,
        });
        arranged.store.write(&arranged.shop, &batch(), ops.collect(), None).await.unwrap();
        let handles: Vec<_> = products.iter().map(|product| product.content.handle.clone()).collect();
        products = arranged.store.load_by_handles(&arranged.shop, &handles).await.unwrap();
        products.sort_by_key(|product| product.ord);
    }
}

pub async fn what_was_written_is_in_the_next_list(arranged: &Arranged) {
    arranged.store.warm_up().await.unwrap();
    assert_eq!(arranged.list("sort=title").await.total, 0);

    let lamp = arranged.create(priced("lamp", Some(100))).await;
    assert_eq!(arranged.handles("price_max=100").await, ["lamp"]);

    arranged.edit(&lamp, Field::VariantField(lamp.content.variants[0].id, domain::field::VariantField::Price), Value::Number(900)).await;
    assert_eq!(arranged.handles("price_max=100").await, [""; 0]);
    let listing = arranged.list("price_min=900").await;
    assert_eq!((listing.rows[0].price, listing.as_of.0), (Some(domain::money::Money(900)), 2));
}

pub async fn what_a_product_lacks_follows_its_edits(arranged: &Arranged) {
    let lamp = product("lamp").with(|content| {
        content.description = "<p>Oak.</p>".into();
        content.images = vec![image(1), Image { alt: String::new(), ..image(2) }];
    });
    let lamp = arranged.create(lamp).await;
    let lacks = async || {
        let mut lacks = Vec::new();
        for missing in [Missing::Alt, Missing::Tags, Missing::Short] {
            if arranged.list(&format!("missing={}", missing.name())).await.total == 1 {
                lacks.push(missing.name());
            }
        }
        lacks
    };
    let edit = async |field, value| arranged.edit(&arranged.load("lamp").await, field, value).await;
    assert_eq!(lacks().await, ["alt", "tags", "short"]);

    edit(Field::ImageField(lamp.content.images[1].id, ImageField::Alt), Value::text("The lamp from behind")).await;
    assert_eq!(lacks().await, ["tags", "short"]);
    edit(Field::Tags, Value::List(vec!["oak".into()])).await;
    assert_eq!(lacks().await, ["short"]);
    edit(Field::Description, Value::text("é".repeat(SHORT_DESCRIPTION))).await;
    assert_eq!(lacks().await, [""; 0]);
    edit(Field::Description, Value::text(format!("{:130}\n", "é".repeat(SHORT_DESCRIPTION - 1)))).await;
    edit(Field::ImageField(lamp.content.images[0].id, ImageField::Alt), Value::text("\u{a0}")).await;
    assert_eq!(lacks().await, ["alt", "short"]);
}

pub async fn a_list_follows_another_process(arranged: &Arranged) {
    catalogue(arranged, 30).await;
    let other = arranged.second_store().await;
    let mut told = arranged.store.changes();
    let follower = arranged.store.keep_current();
    assert_eq!(arranged.list("sort=title").await.total, 30);

    let written = other.write(&arranged.shop, &batch(), (0..40).map(|number| create(product(&format!("q-{number}")))).collect(), None).await.unwrap();
    let last = crate::support::seq(written.last().unwrap());
    tokio::time::timeout(Duration::from_secs(20), async { while told.recv().await.unwrap() != (Changed { store: arranged.shop.id, seq: last }) {} })
        .await
        .expect("the other process's writes arrive");

    let listing = arranged.list("sort=title").await;
    assert_eq!((listing.total, listing.as_of), (70, last));
    // Own writes on top of unseen ones of others: none is missed.
    other.write(&arranged.shop, &batch(), vec![create(product("theirs"))], None).await.unwrap();
    arranged.create(product("mine")).await;
    assert_eq!(arranged.list("sort=title").await.total, 72);
    follower.abort();
    other.close().await;
}

pub async fn the_list_is_there_before_its_index(arranged: &Arranged) {
    catalogue(arranged, 120).await;
    let fresh = arranged.second_store().await;
    let who = arranged.who(Role::Viewer);
    let window = |start| domain::query::Window { query: ListQuery::default(), start, count: 50 };

    let first = fresh.list(&who, &window(10)).await.unwrap();
    fresh.warm_up().await.unwrap();
    let second = fresh.list(&who, &window(10)).await.unwrap();

    assert_eq!((first.total, first.of, first.as_of.0, first.rows.len()), (120, 120, 120, 50));
    assert_eq!(first, second);
    fresh.close().await;
}

pub async fn search_finds_codes_and_handles_by_their_beginning(arranged: &Arranged) {
    let coded = |handle: &str, sku: &str, barcode: &str| {
        product(handle).with(|content| {
            content.title = "Thing".into();
            let mut variant = variant(1, None);
            (variant.sku, variant.barcode) = (sku.into(), barcode.into());
            content.variants.push(variant);
        })
    };
    arranged.create(coded("green-mug", "MUG-Grün/01", "4006381333931")).await;
    let lamp = arranged.create(coded("floor-lamp", "LAMP-77", "")).await;
    arranged.create(coded("desk-lamp", "", "")).await;

    assert_eq!(arranged.handles("q=mug-GRUN/0").await, ["green-mug"]);
    assert_eq!(arranged.handles("q=400638").await, ["green-mug"]);
    assert_eq!(arranged.handles("q=Floor-L").await, ["floor-lamp"]);
    assert_eq!(arranged.handles("q=006381").await, [""; 0], "not in the middle");
    assert_eq!(arranged.handles("q=lamp-7&status=draft").await, [""; 0], "filters narrow");
    arranged.edit(&lamp, Field::VariantField(lamp.content.variants[0].id, domain::field::VariantField::Sku), Value::text("LIGHT-1")).await;
    assert_eq!(arranged.handles("q=lamp-7").await, [""; 0]);
    assert_eq!(arranged.handles("q=light-").await, ["floor-lamp"]);
    let lamp = arranged.load("floor-lamp").await;
    arranged.edit(&lamp, Field::Variant(lamp.content.variants[0].id), Value::None).await;
    assert_eq!(arranged.handles("q=light-").await, [""; 0]);
}

pub async fn facets_count_the_list(arranged: &Arranged) {
    let products = catalogue(arranged, 60).await;
    let who = arranged.who(Role::Viewer);
    let query = ListQuery::from_address("type=Lamp&vendor=Vendor+1");

    let facets = arranged.store.facets(&who, &query).await.unwrap();

    assert_eq!(facets.iter().map(|facet| facet.facet).collect::<Vec<_>>(), Facet::ALL);
    let vendors = &facets[3];
    let mut expected: BTreeMap<String, u32> = BTreeMap::new();
    products
        .iter()
        .filter(|product| product.content.product_type == "Lamp")
        .for_each(|product| *expected.entry(product.content.vendor.clone()).or_default() += 1);
    assert_eq!(vendors.values[0].value, "Vendor 1");
    assert_eq!(vendors.values.iter().map(|value| (value.value.clone(), value.count)).collect::<BTreeMap<_, _>>(), expected);
    let missing = products.iter().filter(|product| ListQuery::from_address("").is_unfiltered() && product.content.is_missing(Missing::Image));
    let listed = missing.filter(|product| product.content.product_type == "Lamp" && product.content.vendor == "Vendor 1").count();
    let images = facets[2].values.iter().find(|value| value.value == Missing::Image.name()).map_or(0, |value| value.count);
    assert_eq!(images as usize, listed);
    let some = arranged.store.facet(&who, &ListQuery::default(), Facet::Vendor, "OR 2").await.unwrap();
    assert_eq!((some.values.len(), some.values[0].value.as_str()), (1, "Vendor 2"));
    assert!(facets[1].values.iter().all(|value| OptimisationStatus::from_name(&value.value).is_some()));
}

pub async fn neighbours_are_those_in_the_list(arranged: &Arranged) {
    let products = catalogue(arranged, 25).await;
    let who = arranged.who(Role::Viewer);

    for address in ["sort=title", "status=active&sort=-price"] {
        let query = ListQuery::from_address(address);
        let handles = arranged.handles(address).await;
        for (at, handle) in handles.iter().enumerate() {
            let product = products.iter().find(|product| product.content.handle.as_str() == handle).unwrap();
            let found = arranged.store.neighbours(&who, &query, product.id).await.unwrap();
            let beside = |at: Option<usize>| at.and_then(|at| handles.get(at)).cloned();
            assert_eq!(found.position, Some(at as u32));
            assert_eq!(found.total as usize, handles.len());
            assert_eq!(found.previous.map(String::from), beside(at.checked_sub(1)), "{address} {at}");
            assert_eq!(found.next.map(String::from), beside(Some(at + 1)), "{address} {at}");
        }
    }
    let elsewhere = arranged.store.neighbours(&who, &ListQuery::from_address("status=draft"), products[0].id).await.unwrap();
    assert_eq!((elsewhere.position, elsewhere.total, elsewhere.next), (None, 8, None));
}

pub async fn an_idle_list_is_dropped_and_comes_back(arranged: &Arranged) {
    catalogue(arranged, 12).await;
    assert_eq!(arranged.list("sort=title").await.total, 12);
    assert!(arranged.store.listings_memory() > 0);
    let follower = arranged.store.keep_current();

    arranged.clock.advance(15 * 60 + 1);
    tokio::time::timeout(Duration::from_secs(20), async {
        while arranged.store.listings_memory() > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("the index is dropped");
    follower.abort();

    arranged.create(product("lamp")).await;
    assert_eq!(arranged.list("sort=title").await.total, 13);
}

pub async fn listeners_are_told_of_commits(arranged: &Arranged) {
    let mut told = arranged.store.changes();

    let lamp = arranged.create(product("lamp")).await;
    arranged.edit(&lamp, Field::Title, Value::text("lamp")).await;
    arranged.edit(&lamp, Field::Title, Value::text("Lamp")).await;

    let seqs = [told.try_recv().unwrap(), told.try_recv().unwrap()].map(|changed| (changed.store, changed.seq.0));
    assert_eq!(seqs, [(arranged.shop.id, 1), (arranged.shop.id, 2)]);
    assert!(told.try_recv().is_err());
}
