//! How many statements a request costs.

use domain::{
    field::{Field, Value},
    query::{ListQuery, Window},
    role::Role,
};
use ports::{
    Catalogue, People,
    product::{Source, Submission},
    usage::Usage,
};

use crate::support::{Arranged, batch, create, product, rich};

pub async fn pages_keep_to_their_budget(arranged: &Arranged) {
    let store = &arranged.store;
    let lamp = arranged.create(rich("lamp")).await;
    let bowl = arranged.create(rich("bowl")).await;
    let who = arranged.who(Role::Owner);
    let ada = store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    store.set_member(ada, &arranged.shop, Role::Owner).await.unwrap();
    let session = store.sign_in("ada@example.com", "correct horse", "1.2.3.4").await.unwrap();
    store.warm_up().await.unwrap();
    arranged.list("").await;
    let window = |query: &str| Window { query: ListQuery::from_address(query), start: 0, count: 50 };
    let search = ListQuery::from_address("q=lamp");

    macro_rules! costs {
        ($most:literal, $request:expr) => {{
            let before = store.db().statements();
            $request.await.unwrap();
            let cost = store.db().statements() - before;
            assert!(cost <= $most, "{} cost {cost} statements", stringify!($request));
        }};
    }
    // What lists tell of these two was read above, and is in memory: a search looks for handles and codes.
    costs!(0, store.list(&who, &window("")));
    costs!(0, store.list(&who, &window("vendor=Acme&sort=price")));
    costs!(1, store.list(&who, &window("q=lamp")));
    costs!(0, store.part(&who, &ListQuery::default(), None, 20));
    costs!(0, store.part(&who, &ListQuery::from_address("status=draft&sort=title"), None, 20));
    costs!(1, store.part(&who, &search, None, 20));
    costs!(3, store.products(&who, &[lamp.id, bowl.id]));
    costs!(0, store.products(&who, &[lamp.id, bowl.id]));
    costs!(0, store.products(&who, &[]));
    costs!(0, store.facets(&who, &ListQuery::default()));
    costs!(1, store.facets(&who, &search));
    costs!(0, store.product(&who, &lamp.content.handle));
    costs!(1, store.neighbours(&who, &ListQuery::default(), lamp.id));
    costs!(2, store.neighbours(&who, &search, lamp.id));
    costs!(1, store.history(&who, lamp.id, None));
    costs!(1, store.me(&session));
    costs!(1, store.members(&who));
    let call = crate::words::call(domain::ids::ProviderId::BUILT_IN);
    let days = ports::usage::Days { from: crate::words::TODAY - 29, to: crate::words::TODAY };
    costs!(3, store.record_usage(&arranged.shop, &[store::words::records::NewUsage { user: Some(ada), ..call }]));
    // Days, dimensions, names of providers and of people, budget.
    costs!(5, Usage::usage(store, &who, days));
    costs!(1, Usage::warning(store, &who));
    costs!(1, Usage::records(store, &who, days, None));
    // Receipts, product, variants, images; numbers, product, log, receipt.
    costs!(8, store.submit(&who, crate::support::edit(lamp.id, &[(Field::Title, domain::op::Base::Any, Value::text("Lamp"))])));
    // Its parts are in memory now, and what cannot come again needs no receipt: product; numbers, product, log.
    let once = Submission { source: Source::Api, may_be_retried: false };
    let shorter = crate::support::edit(lamp.id, &[(Field::Title, domain::op::Base::Any, Value::text("Lamps"))]);
    let op = shorter.id;
    costs!(4, store.submit_from(&who, once, shorter));
    assert_eq!(store.receipt(&who, op).await.unwrap(), None);
    let fresh = arranged.second_store().await;
    let before = fresh.db().statements();
    fresh.list(&who, &window("")).await.unwrap();
    // Without an index, which is being built meanwhile: the store, its counts, the rows; the same and a page for the index.
    assert!(fresh.db().statements() - before <= 6);
    fresh.close().await;
    let fresh = arranged.second_store().await;
    let before = fresh.db().statements();
    fresh.part(&who, &ListQuery::default(), None, 20).await.unwrap();
    assert!(fresh.db().statements() - before <= 6);
    fresh.close().await;
}

pub async fn a_batch_costs_no_more_statements_than_its_rows(arranged: &Arranged) {
    let store = &arranged.store;
    let count = async |products: std::ops::Range<usize>| {
        let ops = products.map(|number| create(product(&format!("p-{number}")))).collect();
        let before = store.db().statements();
        store.write(&arranged.shop, &batch(), ops, None).await.unwrap();
        store.db().statements() - before
    };

    let (one, many) = (count(0..1).await, count(1..513).await);

    if arranged.is_sqlite() {
        // Rows in sixty-fours: 8 statements for the products, 8 for their log.
        assert!(one <= 5 && many <= 3 + 2 * 8, "{one} and {many}");
    } else {
        assert!(one == many && one <= 5, "{one} and {many}");
    }
}
