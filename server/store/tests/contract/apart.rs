use domain::{
    field::{Field, Value},
    op::{Action, Base, Op},
    query::{Facet, ListQuery, Window},
    role::Role,
};
use ports::{
    Access, Catalogue, People,
    error::AppError,
    jobs::{JobKind, JobState},
    product::{Neighbours, Receipt},
};
use store::{JobItem, JobItemKind, JobMark, NewJob};

use crate::support::{Arranged, batch, create, edit, op_id, product, rich};

pub async fn every_method_sees_its_own_store_only(arranged: &Arranged) {
    let store = &arranged.store;
    let theirs = arranged.create_in(&arranged.other_shop, rich("brass-lamp")).await;
    let job = store
        .enqueue(&arranged.other_shop, NewJob { kind: JobKind::Import, subject: "a.csv", params: "{}", progress: "{}", user: None })
        .await
        .unwrap();
    store.lease_next("w", 60).await.unwrap().unwrap();
    let items = [JobItem { kind: JobItemKind::Bad, number: 1, detail: "{}".into() }];
    store.write(&arranged.other_shop, &batch(), Vec::new(), Some(JobMark { job, leased_by: "w", progress: "{}", items: &items })).await.unwrap();
    let ada = store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    store.set_member(ada, &arranged.other_shop, Role::Owner).await.unwrap();
    let me = arranged.who(Role::Owner);
    let window = |query: &str| Window { query: ListQuery::from_address(query), start: 0, count: 50 };

    for query in ["", "q=lamp", "q=LAMP-1", "q=4000000", "q=brass-la", "sort=title", "vendor=%C3%86r%C3%B8+%26+S%C3%B8n"] {
        assert_eq!(store.list(&me, &window(query)).await.unwrap().total, 0, "{query}");
    }
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
    assert_eq!(store.jobs(&arranged.shop, 10).await.unwrap(), []);
    assert_eq!(store.job(&arranged.shop, job).await.unwrap(), None);
    assert_eq!(store.job_items(&arranged.shop, job, JobItemKind::Bad, 0, 10).await.unwrap(), []);
    assert!(!store.request_cancel(&arranged.shop, job).await.unwrap());
    let session = store.sign_in("ada@example.com", "correct horse", "1.2.3.4").await.unwrap();
    assert_eq!(store.switch_store(&session, arranged.shop.id).await, Err(AppError::NotFound));
    let nowhere = Access { store: domain::ids::StoreId(op_id().0), ..me.clone() };
    assert_eq!(store.list(&nowhere, &window("")).await, Err(AppError::NotFound));

    // And all of it is there for its own people.
    let them = Access { store: arranged.other_shop.id, ..me };
    assert_eq!(store.list(&them, &window("q=LAMP-1")).await.unwrap().total, 1);
    assert_eq!(store.load_by_handles(&arranged.other_shop, std::slice::from_ref(&theirs.content.handle)).await.unwrap(), [theirs]);
    assert_eq!(store.job_items(&arranged.other_shop, job, JobItemKind::Bad, 0, 10).await.unwrap(), items);
    assert_eq!(store.job(&arranged.other_shop, job).await.unwrap().unwrap().state, JobState::Running);
    assert_eq!(store.members(&them).await.unwrap().len(), 1);
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
