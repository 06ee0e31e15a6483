use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::{
    field::{Field, Value},
    ids::Seq,
    money::Cost,
    op::{Action, Base, Op},
    query::{ListQuery, Window},
    role::Role,
};
use ports::{Catalogue, product::Receipt};

use store::words::records::RunBatch;

use crate::{
    support::{Arranged, batch, create, edit, op_id, product, seq},
    words::{call, provider, run_batch, version, written},
};

pub async fn eight_writers_lose_nothing(arranged: &Arranged) {
    // Half of them in another process.
    let other = arranged.second_store().await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (store, shop) = (if writer % 2 == 0 { arranged.store.clone() } else { other.clone() }, arranged.shop.clone());
            tokio::spawn(async move {
                for number in 0..25 {
                    let receipts = store.write(&shop, &batch(), vec![create(product(&format!("p-{writer}-{number}")))], None).await.unwrap();
                    assert!(matches!(receipts[0], Receipt::Applied { .. }));
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }

    let products = arranged.store.export_batch(&arranged.shop, None, 1_000).await.unwrap();
    assert!(products.iter().map(|product| product.ord).eq(0..200));
    let seqs: HashSet<Seq> = products.iter().map(|product| product.versions.created).collect();
    assert_eq!(seqs, (1..=200).map(Seq).collect());
    assert_eq!(arranged.list("sort=title").await.total, 200);
    other.close().await;
}

pub async fn change_numbers_are_given_in_the_order_of_commits(arranged: &Arranged) {
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let (store, shop) = (arranged.store.clone(), arranged.shop.clone());
            tokio::spawn(async move {
                for number in 0..15 {
                    let ops = (0..=number % 5).map(|part| create(product(&format!("p-{writer}-{number}-{part}")))).collect();
                    store.write(&shop, &batch(), ops, None).await.unwrap();
                }
            })
        })
        .collect();

    // Whoever sees a change number sees every smaller one: no gap ever, whatever is running.
    let watcher = {
        let (store, who) = (arranged.second_store().await, arranged.who(Role::Viewer));
        let shop = arranged.shop.clone();
        tokio::spawn(async move {
            let mut looks = 0;
            loop {
                let seen: HashSet<i64> =
                    store.export_batch(&shop, None, 10_000).await.unwrap().iter().map(|product| product.versions.created.0).collect();
                let highest = seen.iter().copied().max().unwrap_or(0);
                assert_eq!(seen.len() as i64, highest, "a change is missing");
                looks += 1;
                if highest == 270 {
                    let window = Window { query: ListQuery::from_address("sort=title"), start: 0, count: 1 };
                    assert_eq!(store.list(&who, &window).await.unwrap().as_of, Seq(270));
                    store.close().await;
                    return looks;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
    };
    for writer in writers {
        writer.await.unwrap();
    }

    let looks = tokio::time::timeout(Duration::from_mins(1), watcher).await.expect("all changes are seen in the end").unwrap();
    assert!(looks > 1);
}

pub async fn a_handle_goes_to_one_of_many(arranged: &Arranged) {
    for round in 0..5 {
        let attempts: Vec<_> = (0..6)
            .map(|_| {
                let (store, who) = (arranged.store.clone(), arranged.editor());
                let op = create(product(&format!("wanted-{round}")));
                tokio::spawn(async move { store.submit(&who, op).await.unwrap() })
            })
            .collect();
        let mut made = 0;
        for attempt in attempts {
            match attempt.await.unwrap() {
                Receipt::Applied { .. } => made += 1,
                Receipt::Rejected { field: Some(Field::Handle), .. } => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(made, 1);
    }
}

pub async fn the_same_op_many_times_at_once_is_done_once(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let op = edit(lamp.id, &[(Field::Title, Base::Seen(Seq(1)), Value::text("Lamp"))]);

    let sent: Vec<_> = (0..8)
        .map(|_| {
            let (store, who, op) = (arranged.store.clone(), arranged.editor(), op.clone());
            tokio::spawn(async move { store.submit(&who, op).await.unwrap() })
        })
        .collect();
    for receipt in sent {
        assert_eq!(receipt.await.unwrap(), Receipt::Applied { seq: Seq(2) });
    }

    assert_eq!(arranged.store.history(&arranged.editor(), lamp.id, None).await.unwrap().len(), 2);
}

pub async fn two_people_on_different_fields_do_not_disturb_each_other(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let fields = [Field::Title, Field::Vendor, Field::Category, Field::SeoTitle, Field::Description, Field::ProductType];

    let edits: Vec<_> = fields
        .iter()
        .map(|field| {
            let (store, who) = (arranged.store.clone(), arranged.editor());
            let op = edit(lamp.id, &[(field.clone(), Base::Seen(Seq(1)), Value::text("new"))]);
            tokio::spawn(async move { store.submit(&who, op).await.unwrap() })
        })
        .collect();
    let mut seqs = Vec::new();
    for edited in edits {
        seqs.push(seq(&edited.await.unwrap()));
    }

    seqs.sort_unstable();
    assert_eq!(seqs, (2..=7).map(Seq).collect::<Vec<_>>());
    let lamp = arranged.load("lamp").await;
    assert!(fields.iter().all(|field| lamp.get(field) == Value::text("new")));
}

pub async fn a_list_built_in_the_middle_of_changes_is_right(arranged: &Arranged) {
    let other = arranged.second_store().await;
    let follower = arranged.store.keep_current();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (store, shop) = (if writer % 2 == 0 { arranged.store.clone() } else { other.clone() }, arranged.shop.clone());
            tokio::spawn(async move {
                let mut made = Vec::new();
                for number in 0..30 {
                    let mut ops: Vec<_> = (0..10).map(|part| create(product(&format!("p-{writer}-{number}-{part}")))).collect();
                    made.extend(ops.iter().map(|op| op.product));
                    // Something that was there already changes with them, and something goes.
                    ops.push(edit(made[number * 7], &[(Field::Title, Base::Any, Value::text(format!("title {writer} {number}")))]));
                    ops.push(Op { id: op_id(), product: made[number * 3], action: Action::Delete });
                    store.write(&shop, &batch(), ops, None).await.unwrap();
                }
            })
        })
        .collect();
    let mut totals = Vec::new();
    while writers.iter().any(|writer| !writer.is_finished()) {
        totals.push(arranged.window("sort=title", 0, 5).await.total);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }

    let mut products = arranged.store.export_batch(&arranged.shop, None, 10_000).await.unwrap();
    let fresh = arranged.second_store().await;
    let everything = Window { query: ListQuery::default(), start: 0, count: 1 };
    let last = fresh.list(&arranged.editor(), &everything).await.unwrap().as_of;
    fresh.close().await;
    tokio::time::timeout(Duration::from_secs(20), async {
        while arranged.window("sort=title", 0, 1).await.as_of != last {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("the list learns of the last change");
    follower.abort();
    products.sort_by_key(|product| std::cmp::Reverse(product.versions.latest));
    let expected: Vec<String> = products.iter().map(|product| product.content.handle.to_string()).collect();
    let (first, second) = (arranged.window("sort=-updated", 0, 1_000).await, arranged.window("sort=-updated", 1_000, 1_000).await);
    let listed: Vec<String> = first.rows.iter().chain(&second.rows).map(|row| row.handle.to_string()).collect();
    assert_eq!(listed, expected);
    assert!(totals.windows(2).any(|pair| pair[0] < pair[1]), "the list was looked at while it grew: {totals:?}");
    other.close().await;
}

pub async fn runs_calls_and_people_at_once_lose_nothing(arranged: &Arranged) {
    let (shop, provider) = (arranged.shop.clone(), provider("One").id);
    let mut products = Vec::new();
    for number in 0..20 {
        products.push(arranged.create(product(&format!("p-{number}"))).await);
    }
    let products = Arc::new(products);
    let mut writers = Vec::new();
    // Two runs over the same products from both ends, people who edit them, and previews that cost something.
    for backwards in [false, true] {
        let run = arranged.begin_run(&shop, &products.iter().collect::<Vec<_>>()).await;
        let (store, shop, products) = (arranged.store.clone(), shop.clone(), products.clone());
        writers.push(tokio::spawn(async move {
            for number in 0..20 {
                let product = &products[if backwards { 19 - number } else { number }];
                let items = vec![written(product, version(product, run, provider))];
                let came = store.write_run(&shop, RunBatch { usage: vec![call(provider)], ..run_batch(run, items, &[]) }).await.unwrap();
                assert_eq!(came.gone, [0; 0]);
            }
        }));
    }
    for writer in 0..3 {
        let (store, shop, products) = (arranged.second_store().await, shop.clone(), products.clone());
        writers.push(tokio::spawn(async move {
            for number in 0..10 {
                let ops = products
                    .iter()
                    .map(|product| edit(product.id, &[(Field::Vendor, Base::Any, Value::text(format!("{writer}-{number}")))]))
                    .collect();
                store.write(&shop, &batch(), ops, None).await.unwrap();
                store.record_usage(&shop, &vec![call(provider); 5]).await.unwrap();
            }
            store.close().await;
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }

    let store = &arranged.store;
    assert_eq!(store.budget_now(&shop).await.unwrap().spent, Cost((2 * 20 + 3 * 10 * 5) * Cost::UNIT));
    assert_eq!(arranged.number("SELECT CAST(SUM(cost) AS BIGINT) FROM ai_usage_records").await, (2 * 20 + 3 * 10 * 5) * Cost::UNIT);
    assert_eq!(store.open_reviews(&shop, None).await.unwrap(), 20);
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM optimization_versions WHERE number IN (1, 2)").await, 40);
}
