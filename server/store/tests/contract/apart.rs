use domain::{
    field::{Field, Value},
    money::Cost,
    op::{Action, Base, Op},
    query::{Facet, ListQuery, Window},
    role::Role,
    words::brief::Brief,
};
use ports::{
    Access, Catalogue, People,
    deprecated::Deprecated,
    error::AppError,
    idempotency::{Begun, Idempotency},
    jobs::{JobKind, JobState},
    product::{Neighbours, Receipt},
    tokens::Tokens,
    usage::{Days, Usage},
};
use store::{
    JobItem, JobItemKind, JobMark, NewJob,
    words::records::{Measured, PriceRow},
};

use crate::{
    support::{Arranged, batch, create, edit, op_id, product, rich},
    tokens::{member, reading},
    words::{TODAY, call, failed, fingerprint, provider, run_batch},
};

pub async fn every_method_sees_its_own_store_only(arranged: &Arranged) {
    let store = &arranged.store;
    let theirs = arranged.create_in(&arranged.other_shop, rich("brass-lamp")).await;
    let job = store
        .enqueue(&arranged.other_shop, NewJob { kind: JobKind::Import, subject: "a.csv", params: "{}", progress: "{}", user: None })
        .await
        .unwrap();
    store.lease_next("w", 60, &[JobKind::Import]).await.unwrap().unwrap();
    let items = [JobItem { kind: JobItemKind::Bad, number: 1, detail: "{}".into() }];
    store.write(&arranged.other_shop, &batch(), Vec::new(), Some(JobMark { job, leased_by: "w", progress: "{}", items: &items })).await.unwrap();
    let ada = store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    store.set_member(ada, &arranged.other_shop, Role::Owner).await.unwrap();
    let me = arranged.who(Role::Owner);
    let window = |query: &str| Window { query: ListQuery::from_address(query), start: 0, count: 50 };

    for query in ["", "q=lamp", "q=LAMP-1", "q=4000000", "q=brass-la", "sort=title", "vendor=%C3%86r%C3%B8+%26+S%C3%B8n"] {
        assert_eq!(store.list(&me, &window(query)).await.unwrap().total, 0, "{query}");
        let part = store.part(&me, &ListQuery::from_address(query), None, 50).await.unwrap();
        assert_eq!((part.products, part.total, part.next), (Vec::new(), 0, None), "{query}");
    }
    assert_eq!(store.products(&me, &[theirs.id]).await.unwrap(), []);
    assert!(store.facets(&me, &ListQuery::default()).await.unwrap().iter().all(|facet| facet.values.iter().all(|value| value.count == 0)));
    assert_eq!(store.facet(&me, &ListQuery::default(), Facet::Vendor, "").await.unwrap().distinct, 0);
    assert_eq!(store.product(&me, &theirs.content.handle).await.unwrap(), None);
    assert_eq!(store.neighbours(&me, &ListQuery::default(), theirs.id).await.unwrap(), Neighbours::default());
    assert_eq!(store.history(&me, theirs.id, None).await.unwrap(), []);
    let changes = [Action::Delete, Action::Restore, edit(theirs.id, &[(Field::Title, Base::Any, Value::text("Mine"))]).action];
    for action in changes {
        let receipt = store.submit(&me, Op { id: op_id(), product: theirs.id, action }).await.unwrap();
        assert!(matches!(receipt, Receipt::Rejected { .. }), "{receipt:?}");
    }
    assert_eq!(store.members(&me).await.unwrap(), []);
    assert_eq!(store.load_by_handles(&arranged.shop, std::slice::from_ref(&theirs.content.handle)).await.unwrap(), []);
    assert_eq!(store.export_batch(&arranged.shop, None, 10).await.unwrap(), []);
    assert_eq!(store.product_count(&arranged.shop).await.unwrap(), 0);
    assert_eq!(store.jobs(&arranged.shop, &[JobKind::Import], 10).await.unwrap(), []);
    assert_eq!(store.job(&arranged.shop, job).await.unwrap(), None);
    assert_eq!(store.job_items(&arranged.shop, job, JobItemKind::Bad, 0, 10).await.unwrap(), []);
    assert!(!store.request_cancel(&arranged.shop, job).await.unwrap());
    let session = store.sign_in("ada@example.com", "correct horse", "1.2.3.4").await.unwrap();
    assert_eq!(store.switch_store(&session, arranged.shop.id).await, Err(AppError::NotFound));
    let nowhere = Access { store: domain::ids::StoreId(op_id().0), ..me.clone() };
    assert_eq!(store.list(&nowhere, &window("")).await, Err(AppError::NotFound));
    assert_eq!(store.part(&nowhere, &ListQuery::default(), None, 50).await, Err(AppError::NotFound));
    assert_eq!(store.products(&nowhere, &[theirs.id]).await, Err(AppError::NotFound));

    // And all of it is there for its own people.
    let them = Access { store: arranged.other_shop.id, ..me };
    assert_eq!(store.list(&them, &window("q=LAMP-1")).await.unwrap().total, 1);
    assert_eq!(store.part(&them, &ListQuery::from_address("q=LAMP-1"), None, 50).await.unwrap().products[0].id, theirs.id);
    assert_eq!(store.products(&them, &[theirs.id]).await.unwrap()[0].id, theirs.id);
    assert_eq!(store.load_by_handles(&arranged.other_shop, std::slice::from_ref(&theirs.content.handle)).await.unwrap(), [theirs]);
    assert_eq!(store.job_items(&arranged.other_shop, job, JobItemKind::Bad, 0, 10).await.unwrap(), items);
    assert_eq!(store.job(&arranged.other_shop, job).await.unwrap().unwrap().state, JobState::Running);
    assert_eq!(store.members(&them).await.unwrap().len(), 1);
}

pub async fn every_word_stays_in_its_own_store(arranged: &Arranged) {
    let (store, mine, theirs) = (&arranged.store, &arranged.shop, &arranged.other_shop);
    let lamp = arranged.create_in(theirs, rich("lamp")).await;
    let (one, ada) = (provider("One"), arranged.user("Ada").await);
    store.save_provider(theirs, &one).await.unwrap();
    let price = PriceRow { provider: one.id, model: "small".into(), from: arranged.now(), input: Cost(1), output: Cost(1) };
    store.save_price(theirs, &price).await.unwrap();
    store.save_brief(theirs, "", &Brief::default(), Some(ada)).await.unwrap();
    store.set_budget(theirs, Some(Cost(1)), Some(ada)).await.unwrap();
    store.record_usage(theirs, &[call(one.id)]).await.unwrap();
    let run = arranged.suggest(theirs, &[&lamp], one.id).await;
    store.write_run(theirs, run_batch(run, vec![failed(&lamp, "No.")], &[])).await.unwrap();
    arranged.execute("UPDATE optimization_versions SET is_active = TRUE").await;
    let (me, days) = (arranged.who(Role::Owner), Days { from: TODAY, to: TODAY });

    for (shop, there) in [(mine, 0), (theirs, 1)] {
        assert_eq!(store.providers(shop).await.unwrap().len(), there);
        assert_eq!(store.provider_names(shop).await.unwrap().len(), 1 + there);
        assert_eq!(store.prices(shop).await.unwrap().len(), there);
        assert_eq!(store.price_at(shop, one.id, "small", arranged.now()).await.unwrap().iter().len(), there);
        assert_eq!(store.briefs(shop).await.unwrap().len(), there);
        assert_eq!(store.budget_now(shop).await.unwrap().monthly.iter().len(), there);
        assert_eq!(store.budget_now(shop).await.unwrap().spent, Cost(there as i64 * Cost::UNIT));
        assert_eq!(store.usage_records(shop, days, None).await.unwrap().0.len(), there);
        assert_eq!(store.measured(shop, one.id, "small").await.unwrap().answers, there as u64);
        assert_eq!(store.matching(shop, &ListQuery::default()).await.unwrap().len(), there as u64);
        assert_eq!(store.ords_of(shop, std::slice::from_ref(&lamp.content.handle)).await.unwrap().len(), there as u64);
        assert_eq!(store.load_run_products(shop, &[lamp.ord]).await.unwrap().len(), there);
        assert_eq!(store.known_answers(shop, &[fingerprint(lamp.id)]).await.unwrap().len(), there);
        assert_eq!(store.run_failures(shop, run, 10).await.unwrap().len(), there);
        assert_eq!(store.failed_of(shop, run).await.unwrap().len(), there as u64);
        assert_eq!(store.run_results(shop, run, 10).await.unwrap().len(), there);
        assert_eq!(store.open_reviews(shop, None).await.unwrap(), there as u64);
        assert_eq!(store.open_reviews(shop, Some(run)).await.unwrap(), there as u64);
        assert_eq!(store.mean_scores(shop).await.unwrap().0, there as u64);
        assert_eq!(store.jobs(shop, &[JobKind::Optimise], 10).await.unwrap().len(), there);
        let who = Access { store: shop.id, ..me.clone() };
        assert_eq!(store.usage(&who, days).await.unwrap().total.calls, there as u64);
        assert_eq!(store.records(&who, days, None).await.unwrap().0.len(), there);
        assert_eq!(store.warning(&who).await.unwrap().iter().len(), there);
    }
    assert!(!store.remove_provider(mine, one.id).await.unwrap());
    assert!(!store.remove_price(mine, one.id, "small", price.from).await.unwrap());
    assert!(!store.remove_brief(mine, "").await.unwrap());
    assert!(!store.pause(mine, run).await.unwrap());
    store.pause(theirs, run).await.unwrap();
    assert!(!store.resume(mine, run, None, None).await.unwrap());
    let nowhere = Access { store: domain::ids::StoreId(op_id().0), ..me };
    assert_eq!(store.usage(&nowhere, days).await.map(|_| ()), Err(AppError::NotFound));
    assert_ne!(store.measured(theirs, one.id, "small").await.unwrap(), Measured::default());
}

pub async fn what_programs_do_stays_in_its_own_store(arranged: &Arranged) {
    let (store, theirs) = (&arranged.store, &arranged.other_shop);
    let them = member(arranged, "Bob", theirs, Role::Owner).await;
    // The same person everywhere, as far as that can be.
    store.set_member(them.user, &arranged.shop, Role::Owner).await.unwrap();
    let me = Access { store: arranged.shop.id, ..them.clone() };
    let (token, secret) = store.make_token(&them, reading("Theirs")).await.unwrap();
    store.begin(&them, "key", [1; 32]).await.unwrap();
    store.count(theirs.id, token.id, "/api/products").await;

    for (who, there) in [(&me, 0), (&them, 1)] {
        assert_eq!(store.tokens(who).await.unwrap().len(), there);
        assert_eq!(store.report(who, 1).await.unwrap().len(), there);
    }
    assert_eq!(store.revoke_token(&me, token.id).await, Err(AppError::NotFound));
    store.give_back(&me, "key").await.unwrap();
    assert_eq!(store.begin(&them, "key", [1; 32]).await.unwrap(), Begun::Running);
    assert_eq!(store.begin(&me, "key", [1; 32]).await.unwrap(), Begun::New);
    assert_eq!(store.bearer(&secret).await.unwrap().unwrap().access, them);
    let nowhere = Access { store: domain::ids::StoreId(op_id().0), ..me };
    assert_eq!(store.tokens(&nowhere).await, Err(AppError::NotFound));
    assert_eq!(store.begin(&nowhere, "key", [1; 32]).await, Err(AppError::NotFound));
    assert_eq!(store.report(&nowhere, 1).await, Err(AppError::NotFound));
}

pub async fn an_id_of_another_store_is_not_free(arranged: &Arranged) {
    let theirs = create(product("lamp"));
    arranged.store.write(&arranged.other_shop, &batch(), vec![theirs.clone()], None).await.unwrap();

    let product_id = Op { id: op_id(), ..theirs.clone() };
    let receipts = arranged.store.write(&arranged.shop, &batch(), vec![product_id, create(product("bowl"))], None).await.unwrap();

    assert!(matches!(receipts[0], Receipt::Rejected { .. }), "{receipts:?}");
    assert!(matches!(receipts[1], Receipt::Applied { .. }), "{receipts:?}");
    assert_eq!(arranged.handles("").await, ["bowl"]);

    // An op that another store has remembered is not answered with their receipt.
    let them = Access { store: arranged.other_shop.id, ..arranged.editor() };
    let op = create(product("vase"));
    arranged.store.submit(&them, op.clone()).await.unwrap();
    let receipt = arranged.store.submit(&arranged.editor(), op).await.unwrap();
    assert!(matches!(receipt, Receipt::Rejected { field: None, .. }), "{receipt:?}");
}
