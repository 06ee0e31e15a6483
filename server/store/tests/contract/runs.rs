use domain::{
    field::{Field, Value},
    ids::{ProviderId, VersionId},
    money::Cost,
    op::{Action, Base, Op},
    product::{OptimisationStatus, Product},
    query::ListQuery,
    role::Role,
    words::{
        Words,
        check::{Finding, FindingKind},
        part::Part,
        source::Source as Known,
    },
};
use ports::{
    Catalogue,
    jobs::JobState,
    product::{Receipt, Source},
};
use roaring::RoaringBitmap;
use store::{
    Asked, StoreError,
    words::records::{ItemCame, NewUsage, NewVersion, RunBatch, RunItem, RunWritten},
};

use crate::{
    support::{Arranged, Build, START, batch, create, edit, image, op_id, product, rich},
    words::{RUN, bytes, call, failed, fingerprint, ords, provider, run_batch, version, written},
};

async fn lamp_and_bowl(arranged: &Arranged) -> (Product, Product) {
    (arranged.create(rich("lamp")).await, arranged.create(product("bowl")).await)
}

fn finding() -> Finding {
    Finding { part: Part::Title, kind: FindingKind::Banned, excerpt: "best".into() }
}

pub async fn a_run_begins_with_the_products_that_match(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let gone = arranged.create(product("gone")).await;
    arranged.create_in(&arranged.other_shop, product("lamp")).await;
    store.submit(&arranged.editor(), Op { id: op_id(), product: gone.id, action: Action::Delete }).await.unwrap();

    assert_eq!(store.matching(shop, &ListQuery::default()).await.unwrap(), ords(&[&lamp, &bowl]));
    assert_eq!(store.matching(shop, &ListQuery::from_address("q=LAMP-1")).await.unwrap(), ords(&[&lamp]));
    assert_eq!(store.matching(shop, &ListQuery::from_address("missing=description")).await.unwrap(), ords(&[&bowl]));
    let handles = ["bowl", "gone", "nowhere"].map(|handle| handle.parse().unwrap());
    assert_eq!(store.ords_of(shop, &handles).await.unwrap(), ords(&[&bowl]));

    let run = store.new_job_id();
    assert_eq!(store.run_products(run).await.unwrap(), None);
    store.start_run(run, shop, RUN, &ords(&[&lamp, &bowl])).await.unwrap();
    assert_eq!(store.run_products(run).await.unwrap(), Some((ords(&[&lamp, &bowl]), RoaringBitmap::new())));
    assert_eq!(store.job(shop, run).await.unwrap().unwrap().state, JobState::Queued);
    assert!(store.start_run(run, shop, RUN, &ords(&[&lamp])).await.is_err());
    assert_eq!(store.run_products(run).await.unwrap(), Some((ords(&[&lamp, &bowl]), RoaringBitmap::new())));
}

pub async fn products_of_a_run_are_read_whole(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let gone = arranged.create(product("gone")).await;
    store.submit(&arranged.editor(), Op { id: op_id(), product: gone.id, action: Action::Delete }).await.unwrap();
    // An edit by a person is later, and asked nobody.
    let run = arranged.suggest(shop, &[&lamp], one).await;
    let by_hand = NewVersion { provider: None, fingerprint: [1; 32], ..version(&lamp, run, one) };
    let first = NewVersion { fingerprint: [2; 32], ..version(&lamp, run, one) };
    for version in [first, by_hand] {
        store.write_run(shop, run_batch(run, vec![written(&lamp, version)], &[])).await.unwrap();
    }

    let read = store.load_run_products(shop, &[bowl.ord, gone.ord, lamp.ord, 99]).await.unwrap();

    assert_eq!(read.iter().map(|read| (read.ord, read.last_fingerprint)).collect::<Vec<_>>(), [(lamp.ord, Some([2; 32])), (bowl.ord, None)]);
    assert_eq!((&read[0].product, &read[1].product), (&arranged.load("lamp").await, &bowl));
    assert_eq!(store.load_run_products(shop, &[]).await.unwrap(), []);
}

pub async fn a_batch_of_a_run_is_written_whole(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One"));
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let vase = arranged.create(product("vase")).await;
    store.save_provider(shop, &one).await.unwrap();
    let ada = arranged.user("Ada").await;
    let run = arranged.begin_run(shop, &[&lamp, &bowl, &vase]).await;
    store.matching(shop, &ListQuery::default()).await.unwrap();
    arranged.clock.advance(7);
    let odd = NewVersion {
        findings: vec![finding()],
        words: Words { title: Some("The best\0 lamp".into()), ..Words::default() },
        ..version(&lamp, run, one.id)
    };
    let items = vec![written(&lamp, odd), failed(&bowl, "The provider's answer was no JSON."), RunItem { ord: vase.ord, came: ItemCame::Skipped }];
    let done = bytes(&ords(&[&lamp, &bowl, &vase]));
    let usage = vec![NewUsage { run: Some(run), user: Some(ada), ..call(one.id) }; 2];

    let came = store.write_run(shop, RunBatch { user: Some(ada), usage, ..run_batch(run, items, &done) }).await.unwrap();

    assert_eq!(came, RunWritten::default());
    assert_eq!(store.run_products(run).await.unwrap().unwrap().1, ords(&[&lamp, &bowl, &vase]));
    assert_eq!(store.job(shop, run).await.unwrap().unwrap().progress, r#"{"attempt":1}"#);
    // The product says so, in the list too, and its history says who.
    assert_eq!(arranged.load("lamp").await.optimisation, OptimisationStatus::Suggested);
    assert_eq!(arranged.handles("optimisation=suggested").await, ["lamp"]);
    let history = store.history(&arranged.who(Role::Viewer), lamp.id, None).await.unwrap();
    assert_eq!((history[0].who.as_str(), history[0].source), ("Ada", Source::Run));
    assert_eq!(arranged.number("SELECT last_optimized FROM products WHERE handle = 'lamp'").await, START + 7_000_000);
    // The suggestion, with a review that waits.
    let results = store.run_results(shop, run, 10).await.unwrap();
    let result = &results[0];
    assert_eq!((results.len(), result.handle.as_str()), (1, "lamp"));
    assert_eq!((result.title_before.as_str(), result.title_after.as_str()), ("lamp", "The best lamp"));
    assert_eq!((result.quality, result.seo, result.findings, result.cost, result.reused), ((40, 80), (30, 90), 1, Cost(Cost::UNIT), false));
    assert!(result.review.is_some());
    assert_eq!((store.open_reviews(shop, Some(run)).await.unwrap(), store.open_reviews(shop, None).await.unwrap()), (1, 1));
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM content_reviews WHERE odd").await, 1);
    // The failure and the calls.
    let failures = store.run_failures(shop, run, 10).await.unwrap();
    assert_eq!(
        failures.iter().map(|(_, handle, title, reason)| (handle.as_str(), title.as_str(), reason.as_str())).collect::<Vec<_>>(),
        [("bowl", "bowl", "The provider's answer was no JSON.")]
    );
    assert_eq!(store.failed_of(shop, run).await.unwrap(), ords(&[&bowl]));
    assert_eq!(store.budget_now(shop).await.unwrap().spent, Cost(2 * Cost::UNIT));
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM ai_usage_records WHERE run_id IS NOT NULL").await, 2);
}

pub async fn every_part_of_a_version_is_kept(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let lamp = arranged.create(rich("lamp")).await;
    let run = arranged.begin_run(shop, &[&lamp]).await;
    let words = Words {
        title: Some("“Lamp” \u{1F3FA}".into()),
        description: Some("<p>x</p>\n".repeat(2_000)),
        seo_title: Some(String::new()),
        seo_description: None,
        tags: Some(vec!["a, b".into(), "\"".into()]),
        alts: lamp.content.images.iter().map(|image| (image.id, format!("Alt {}", image.position))).collect(),
    };
    let full = NewVersion { words: words.clone(), ..version(&lamp, run, one) };
    store.write_run(shop, run_batch(run, vec![written(&lamp, full)], &[])).await.unwrap();

    let known = store.known_answers(shop, &[fingerprint(lamp.id), [0; 32]]).await.unwrap();

    assert_eq!(known.len(), 1);
    assert_eq!((&known[&fingerprint(lamp.id)].words, known[&fingerprint(lamp.id)].model.as_str()), (&words, "small"));
}

pub async fn a_later_suggestion_takes_the_place_of_the_open_one(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let lamp = arranged.create(product("lamp")).await;

    let first = arranged.suggest(shop, &[&lamp], one).await;
    let second = arranged.suggest(shop, &[&lamp], one).await;

    assert_eq!((store.open_reviews(shop, Some(first)).await.unwrap(), store.open_reviews(shop, Some(second)).await.unwrap()), (0, 1));
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM content_reviews WHERE status = 'superseded' AND decided_at > 0").await, 1);
    assert_eq!(arranged.number("SELECT MAX(number) * 10 + MIN(number) FROM optimization_versions").await, 21);
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM asked_briefs").await, 1);
}

pub async fn a_worker_that_lost_the_run_writes_nothing_of_it(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let run = arranged.begin_run(shop, &[&lamp, &bowl]).await;
    arranged.clock.advance(61);
    store.lease(run, "w2", 60, false).await.unwrap().unwrap();

    let items = vec![written(&lamp, version(&lamp, run, one)), failed(&bowl, "No.")];
    let lost = store.write_run(shop, RunBatch { usage: vec![call(one)], ..run_batch(run, items, &bytes(&ords(&[&lamp]))) }).await;

    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    assert_eq!(arranged.load("lamp").await, lamp);
    assert_eq!(store.run_products(run).await.unwrap().unwrap().1, RoaringBitmap::new());
    for table in ["optimization_versions", "content_reviews", "run_failures", "ai_usage_records", "usage_days", "asked_briefs"] {
        assert_eq!(arranged.number(&format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}")).await, 0, "{table}");
    }
}

pub async fn a_batch_is_never_written_twice(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let run = arranged.begin_run(shop, &[&lamp, &bowl]).await;
    let done = bytes(&ords(&[&lamp]));
    let (op, suggestion) = (op_id(), version(&lamp, run, one));
    let items = || vec![RunItem { ord: lamp.ord, came: ItemCame::Written { op, version: Box::new(suggestion.clone()) } }];
    let twice = || RunBatch { usage: vec![call(one)], ..run_batch(run, items(), &done) };
    store.write_run(shop, twice()).await.unwrap();

    // Its answer was lost: by the same worker, and, after the lease, by the one that comes next.
    assert!(store.write_run(shop, twice()).await.is_err());
    arranged.clock.advance(61);
    assert_eq!(store.lease(run, "w2", 60, false).await.unwrap().unwrap().job.progress, r#"{"attempt":1}"#);
    assert!(matches!(store.write_run(shop, twice()).await, Err(StoreError::LeaseLost)));

    assert_eq!(store.run_products(run).await.unwrap(), Some((ords(&[&lamp, &bowl]), ords(&[&lamp]))), "the next one goes on with the bowl");
    assert_eq!(store.budget_now(shop).await.unwrap().spent, Cost(Cost::UNIT));
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM optimization_versions").await, 1);
    assert_eq!(store.open_reviews(shop, None).await.unwrap(), 1);
}

pub async fn a_product_in_the_trash_counts_as_gone_and_keeps_its_usage(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let run = arranged.begin_run(shop, &[&lamp, &bowl]).await;
    let before = arranged.suggest(shop, &[&lamp], one).await;
    store.submit(&arranged.editor(), Op { id: op_id(), product: lamp.id, action: Action::Delete }).await.unwrap();
    let deleted = arranged.load("lamp").await;

    let items = vec![written(&lamp, version(&lamp, run, one)), written(&bowl, version(&bowl, run, one))];
    let done = bytes(&ords(&[&lamp, &bowl]));
    let came = store.write_run(shop, RunBatch { usage: vec![call(one); 2], ..run_batch(run, items, &done) }).await.unwrap();
    store.write_run(shop, run_batch(run, vec![failed(&lamp, "Gone.")], &done)).await.unwrap();

    assert_eq!(came.gone, [lamp.ord]);
    assert_eq!(arranged.load("lamp").await, deleted);
    assert_eq!(store.run_results(shop, run, 10).await.unwrap().len(), 1);
    assert_eq!(store.open_reviews(shop, Some(before)).await.unwrap(), 1, "what was suggested before it was deleted waits");
    assert_eq!(store.budget_now(shop).await.unwrap().spent, Cost(2 * Cost::UNIT));
    assert_eq!(store.run_products(run).await.unwrap().unwrap().1, ords(&[&lamp, &bowl]));
    assert_eq!(store.run_failures(shop, run, 10).await.unwrap()[0].1, "");
}

pub async fn what_was_answered_before_is_found(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let run = arranged.begin_run(shop, &[&lamp, &bowl]).await;
    let titled = |product: &Product, title: &str, fingerprint| NewVersion {
        fingerprint,
        words: Words { title: Some(title.into()), ..Words::default() },
        ..version(product, run, one)
    };
    let versions = [
        titled(&lamp, "first", [1; 32]),
        titled(&bowl, "later", [1; 32]),
        NewVersion { reused: true, ..titled(&lamp, "copied", [1; 32]) },
        NewVersion { provider: None, ..titled(&lamp, "by hand", [1; 32]) },
        NewVersion { provider: None, ..titled(&lamp, "by hand", [2; 32]) },
        titled(&bowl, "other", [3; 32]),
    ];
    for version in versions {
        let product = if version.product == lamp.id { &lamp } else { &bowl };
        store.write_run(shop, run_batch(run, vec![written(product, version)], &[])).await.unwrap();
        arranged.clock.advance(1);
    }

    let known = store.known_answers(shop, &[[1; 32], [2; 32], [3; 32], [4; 32]]).await.unwrap();

    let title = |byte: u8| known.get(&[byte; 32]).and_then(|answer| answer.words.title.as_deref());
    assert_eq!([title(1), title(2), title(3), title(4)], [Some("later"), None, Some("other"), None]);
    assert_eq!(store.known_answers(&arranged.other_shop, &[[1; 32]]).await.unwrap().len(), 0);
    assert_eq!(store.known_answers(shop, &[]).await.unwrap().len(), 0);
}

pub async fn a_big_batch_of_a_run_costs_few_statements(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let ops = (0..256).map(|number| create(product(&format!("p-{number}")).with(|content| content.images.push(image(1))))).collect();
    store.write(shop, &batch(), ops, None).await.unwrap();
    let products = store.export_batch(shop, None, 1_000).await.unwrap();
    let run = arranged.begin_run(shop, &products.iter().collect::<Vec<_>>()).await;
    let items: Vec<RunItem> = products.iter().map(|product| written(product, version(product, run, one))).collect();
    let fingerprints: Vec<[u8; 32]> = products.iter().map(|product| fingerprint(product.id)).collect();
    let numbers: Vec<u32> = products.iter().map(|product| product.ord).collect();

    let before = store.db().statements();
    store.write_run(shop, RunBatch { usage: vec![call(one); 256], ..run_batch(run, items, &[]) }).await.unwrap();
    let write = store.db().statements() - before;
    assert_eq!(store.load_run_products(shop, &numbers).await.unwrap().len(), 256);
    assert_eq!(store.known_answers(shop, &fingerprints).await.unwrap().len(), 256);
    let read = store.db().statements() - before - write;

    assert_eq!(read, 4 + 1);
    assert_eq!(store.open_reviews(shop, Some(run)).await.unwrap(), 256);
    // Products, parts, numbers, brief, seq, products, log, mark, reviews before, versions, reviews, calls, days, done; SQLite takes
    // rows in sixty-fours.
    assert!(write <= if arranged.is_sqlite() { 10 + 6 * 4 } else { 16 }, "{write}");
}

pub async fn scores_are_those_of_what_is_published(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let vase = arranged.create(product("vase")).await;
    assert_eq!(store.mean_scores(shop).await.unwrap(), (0, (0, 0), (0, 0)));
    let run = arranged.begin_run(shop, &[&lamp, &bowl, &vase]).await;
    let scored = |product: &Product, quality, seo| written(product, NewVersion { quality, seo, ..version(product, run, one) });
    let items = vec![scored(&lamp, (10, 100), (0, 1)), scored(&bowl, (21, 100), (0, 2)), scored(&vase, (0, 0), (99, 0))];
    store.write_run(shop, run_batch(run, items, &[])).await.unwrap();
    assert_eq!(store.mean_scores(shop).await.unwrap().0, 0, "a suggestion is not yet published");

    arranged.execute("UPDATE optimization_versions SET is_active = TRUE WHERE seo_before = 0").await;

    assert_eq!(store.mean_scores(shop).await.unwrap(), (2, (16, 100), (0, 2)));
    assert_eq!(store.mean_scores(&arranged.other_shop).await.unwrap().0, 0);
}

pub async fn pages_do_not_say_how_far_the_words_are(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let set = |status: &str| edit(lamp.id, &[(Field::Title, Base::Any, Value::text("Lamp")), (Field::Optimisation, Base::Any, Value::text(status))]);

    let receipt = arranged.store.submit(&arranged.editor(), set("published")).await.unwrap();

    assert!(matches!(&receipt, Receipt::Rejected { field: Some(Field::Optimisation), reason } if reason.ends_with('.')), "{receipt:?}");
    assert_eq!(arranged.load("lamp").await, lamp);
    // Through the write path it is a field as others are, and only new words have a time.
    let last = async || arranged.number("SELECT COALESCE(last_optimized, 0) FROM products").await;
    for (status, time) in [("queued", 0), ("published", START + 2_000_000), ("rejected", START + 2_000_000), ("suggested", START + 4_000_000)] {
        arranged.clock.advance(1);
        let receipts = arranged.store.write(&arranged.shop, &batch(), vec![set(status)], None).await.unwrap();
        assert!(matches!(receipts[0], Receipt::Applied { .. }), "{receipts:?}");
        assert_eq!((last().await, arranged.load("lamp").await.optimisation.name()), (time, status));
    }
    let refused = arranged.store.write(&arranged.shop, &batch(), vec![set("better")], None).await.unwrap();
    assert!(matches!(refused[0], Receipt::Rejected { .. }), "{refused:?}");
}

/// What a run asks of its job is asked of every job; here with a run's own progress.
pub async fn a_run_is_paused_between_two_batches_and_goes_on(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, ProviderId::BUILT_IN);
    let (lamp, bowl) = lamp_and_bowl(arranged).await;
    let run = arranged.begin_run(shop, &[&lamp, &bowl]).await;
    assert!(store.pause(shop, run).await.unwrap());
    assert_eq!(store.renew(run, "w1", 60).await.unwrap(), Asked { cancel: false, pause: true });
    let done = bytes(&ords(&[&lamp]));
    store.write_run(shop, run_batch(run, vec![written(&lamp, version(&lamp, run, one))], &done)).await.unwrap();
    store.pause_self(run, "w1", "Paused.").await.unwrap();
    assert!(store.write_run(shop, run_batch(run, vec![written(&bowl, version(&bowl, run, one))], &done)).await.is_err());

    assert!(store.resume(shop, run, None, None).await.unwrap());
    let next = store.lease(run, "w2", 60, false).await.unwrap().unwrap();

    assert_eq!((next.job.progress.as_str(), next.job.message.as_str()), (r#"{"attempt":1}"#, ""));
    assert_eq!(store.run_products(run).await.unwrap(), Some((ords(&[&lamp, &bowl]), ords(&[&lamp]))));
}

/// An id that another store's product has is not written to, whatever the number says.
pub async fn a_run_never_reaches_into_another_store(arranged: &Arranged) {
    let (store, one) = (&arranged.store, ProviderId::BUILT_IN);
    let theirs = arranged.create_in(&arranged.other_shop, product("lamp")).await;
    let run = arranged.begin_run(&arranged.shop, &[&theirs]).await;
    let foreign = NewVersion { id: VersionId(op_id().0), source: Known::default(), ..version(&theirs, run, one) };

    let came = store.write_run(&arranged.shop, run_batch(run, vec![written(&theirs, foreign)], &[])).await.unwrap();

    assert_eq!(came.gone, [theirs.ord]);
    assert_eq!(store.load_by_handles(&arranged.other_shop, std::slice::from_ref(&theirs.content.handle)).await.unwrap(), [theirs]);
    assert_eq!(arranged.number("SELECT CAST(COUNT(*) AS BIGINT) FROM optimization_versions").await, 0);
}
