//! What becomes of a product whose suggestion a reviewer has sent back: it waits for a run of its own, and no longer than that.

use domain::{
    field::Field,
    ids::{JobId, ProviderId},
    op::{Action, Op},
    product::{OptimisationStatus, Product},
    role::Role,
};
use ports::{
    Catalogue,
    jobs::JobState,
    product::{Receipt, Source},
    review::{Outcome, Reviews},
};
use store::{
    NewJob, StoreError,
    words::records::{ItemCame, RunItem, RunParams, SENT_BACK},
};

use crate::{
    reviews::{changes, reviewer, suggest, title},
    support::{Arranged, op_id, product},
    words::{RUN, bytes, failed, ords, run_batch, version, written},
};

/// A product with a suggestion that was sent back, and the run that is to write it again.
async fn sent_back(arranged: &Arranged, handle: &str) -> (Product, JobId) {
    let made = arranged.create(product(handle)).await;
    let run = send_back(arranged, &made).await;
    (made, run)
}

async fn send_back(arranged: &Arranged, product: &Product) -> JobId {
    let card = suggest(arranged, product, title("Brass lamp")).await;
    assert_eq!(arranged.store.decide(&reviewer(arranged), changes(&card, "Shorter.")).await.unwrap(), Outcome::Done);
    let runs = arranged.store.runs_shown(&arranged.shop, 0, 100).await.unwrap();
    let seq = arranged.load(product.content.handle.as_str()).await.versions.current(&Field::Optimisation);
    let of = |params: &str| serde_json::from_str::<RunParams>(params).unwrap().queued.unwrap();
    runs.iter().find(|run| (of(&run.params).product, of(&run.params).seq) == (product.id, seq)).unwrap().id
}

/// In the hands of the worker `w1`.
async fn begin(arranged: &Arranged, run: JobId) {
    arranged.store.lease(run, "w1", 60, false).await.unwrap().unwrap();
}

async fn write(arranged: &Arranged, run: JobId, product: &Product, item: RunItem) {
    arranged.store.write_run(&arranged.shop, run_batch(run, vec![item], &bytes(&ords(&[product])))).await.unwrap();
}

fn skipped(product: &Product) -> RunItem {
    RunItem { ord: product.ord, came: ItemCame::Skipped }
}

async fn says(arranged: &Arranged, product: &Product) -> OptimisationStatus {
    arranged.load(product.content.handle.as_str()).await.optimisation
}

async fn state(arranged: &Arranged, run: JobId) -> JobState {
    arranged.store.job(&arranged.shop, run).await.unwrap().unwrap().state
}

async fn changes_of(arranged: &Arranged, product: &Product) -> usize {
    arranged.store.history(&arranged.who(Role::Viewer), product.id, None).await.unwrap().len()
}

async fn set_deleted(arranged: &Arranged, product: &Product, action: Action) {
    let receipt = arranged.store.submit(&arranged.editor(), Op { id: op_id(), product: product.id, action }).await.unwrap();
    assert!(matches!(receipt, Receipt::Applied { .. }), "{receipt:?}");
}

pub async fn a_product_waits_no_longer_than_its_run(arranged: &Arranged) {
    type Comes = fn(&Product, JobId) -> Option<RunItem>;
    let nothing: Comes = |_, _| None;
    let fails: Comes = |product, _| Some(failed(product, "No."));
    let skips: Comes = |product, _| Some(skipped(product));
    let writes: Comes = |product, run| Some(written(product, version(product, run, ProviderId::BUILT_IN)));
    let cases = [
        (fails, JobState::Done, OptimisationStatus::Failed),
        (fails, JobState::Cancelled, OptimisationStatus::Failed),
        (skips, JobState::Done, OptimisationStatus::Rejected),
        (nothing, JobState::Cancelled, OptimisationStatus::Rejected),
        (nothing, JobState::Failed, OptimisationStatus::Failed),
        (writes, JobState::Done, OptimisationStatus::Suggested),
        (writes, JobState::Cancelled, OptimisationStatus::Suggested),
        (writes, JobState::Failed, OptimisationStatus::Suggested),
    ];
    for (number, (item, end, expected)) in cases.into_iter().enumerate() {
        let (lamp, run) = sent_back(arranged, &format!("lamp-{number}")).await;
        assert_eq!(says(arranged, &lamp).await, OptimisationStatus::Queued);
        begin(arranged, run).await;
        if let Some(item) = item(&lamp, run) {
            write(arranged, run, &lamp, item).await;
        }

        arranged.store.finish(run, "w1", end, "").await.unwrap();

        assert_eq!((says(arranged, &lamp).await, state(arranged, run).await), (expected, end), "{number}");
        // Made, suggested, sent back, and that.
        let history = arranged.store.history(&arranged.who(Role::Viewer), lamp.id, None).await.unwrap();
        assert_eq!((history.len(), history[0].source), (4, Source::Run), "{number}");
    }
}

pub async fn a_run_that_nobody_has_is_cancelled_with_its_product(arranged: &Arranged) {
    let store = &arranged.store;
    let (waiting, idle) = sent_back(arranged, "waiting").await;
    let (begun, busy) = sent_back(arranged, "begun").await;
    let (left, dead) = sent_back(arranged, "left").await;
    begin(arranged, dead).await;
    arranged.clock.advance(61);
    begin(arranged, busy).await;

    assert!(!store.request_cancel(&arranged.other_shop, idle).await.unwrap());
    assert_eq!((says(arranged, &waiting).await, state(arranged, idle).await), (OptimisationStatus::Queued, JobState::Queued));
    assert!(store.pause(&arranged.shop, idle).await.unwrap());
    for (product, run) in [(&waiting, idle), (&left, dead)] {
        assert!(store.request_cancel(&arranged.shop, run).await.unwrap());
        assert!(!store.request_cancel(&arranged.shop, run).await.unwrap(), "it is over");
        assert_eq!((says(arranged, product).await, state(arranged, run).await), (OptimisationStatus::Rejected, JobState::Cancelled));
        assert_eq!(changes_of(arranged, product).await, 4);
    }
    assert!(matches!(store.finish(dead, "w1", JobState::Done, "").await, Err(StoreError::LeaseLost)));

    // Who works on it is asked, and has the last word.
    assert!(store.request_cancel(&arranged.shop, busy).await.unwrap());
    assert_eq!((says(arranged, &begun).await, state(arranged, busy).await), (OptimisationStatus::Queued, JobState::Running));
    assert!(store.renew(busy, "w1", 60).await.unwrap().cancel);
    store.finish(busy, "w1", JobState::Cancelled, "").await.unwrap();
    assert_eq!((says(arranged, &begun).await, changes_of(arranged, &begun).await), (OptimisationStatus::Rejected, 4));
}

pub async fn a_worker_that_dies_before_the_end_says_nothing_twice(arranged: &Arranged) {
    let store = &arranged.store;
    let (lamp, run) = sent_back(arranged, "lamp").await;
    begin(arranged, run).await;
    write(arranged, run, &lamp, failed(&lamp, "No.")).await;
    arranged.clock.advance(61);
    store.lease(run, "w2", 60, false).await.unwrap().unwrap();

    assert!(matches!(store.finish(run, "w1", JobState::Failed, "").await, Err(StoreError::LeaseLost)));
    assert_eq!((says(arranged, &lamp).await, changes_of(arranged, &lamp).await), (OptimisationStatus::Queued, 3));
    assert_eq!(store.run_products(run).await.unwrap().unwrap().1, ords(&[&lamp]), "the next one has nothing left to do");
    store.finish(run, "w2", JobState::Done, "").await.unwrap();
    assert!(matches!(store.finish(run, "w2", JobState::Done, "").await, Err(StoreError::LeaseLost)));

    assert_eq!((says(arranged, &lamp).await, changes_of(arranged, &lamp).await), (OptimisationStatus::Failed, 4));
}

/// Of an ordinary run too, which writes meanwhile what somebody sends back again.
pub async fn a_run_speaks_for_none_but_its_own_request(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let (lamp, first) = sent_back(arranged, "lamp").await;
    let ordinary = arranged.begin_run(shop, &[&lamp]).await;
    write(arranged, ordinary, &lamp, failed(&lamp, "No.")).await;
    store.finish(ordinary, "w1", JobState::Failed, "").await.unwrap();
    assert_eq!(says(arranged, &lamp).await, OptimisationStatus::Queued, "its own run is still to come");
    let second = send_back(arranged, &lamp).await;
    begin(arranged, first).await;
    begin(arranged, second).await;

    store.finish(first, "w1", JobState::Failed, "").await.unwrap();
    assert_eq!(says(arranged, &lamp).await, OptimisationStatus::Queued, "the second one is still to come");
    store.finish(second, "w1", JobState::Failed, "").await.unwrap();

    assert_eq!(says(arranged, &lamp).await, OptimisationStatus::Failed);
}

pub async fn a_product_in_the_trash_waits_for_nothing_either(arranged: &Arranged) {
    let store = &arranged.store;
    let (lamp, run) = sent_back(arranged, "lamp").await;
    let (bowl, idle) = sent_back(arranged, "bowl").await;
    set_deleted(arranged, &lamp, Action::Delete).await;
    set_deleted(arranged, &bowl, Action::Delete).await;
    begin(arranged, run).await;
    write(arranged, run, &lamp, skipped(&lamp)).await;

    store.finish(run, "w1", JobState::Done, "").await.unwrap();
    store.request_cancel(&arranged.shop, idle).await.unwrap();

    for product in [&lamp, &bowl] {
        assert!(arranged.load(product.content.handle.as_str()).await.deleted);
        assert!(!arranged.handles("optimisation=rejected").await.contains(&product.content.handle.to_string()), "it is not in the list yet");
        set_deleted(arranged, product, Action::Restore).await;
        assert_eq!(says(arranged, product).await, OptimisationStatus::Rejected);
    }
    assert_eq!(arranged.handles("optimisation=rejected").await.len(), 2);
}

pub async fn what_is_sent_back_does_not_crowd_the_list_of_runs(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let start = async |job: NewJob<'_>| {
        arranged.clock.advance(1);
        let id = store.new_job_id();
        store.start_run(id, shop, job, &ords(&[])).await.unwrap();
        id
    };
    let end = async |run: JobId| {
        store.lease(run, "w1", 60, false).await.unwrap().unwrap();
        store.finish(run, "w1", JobState::Done, "").await.unwrap();
    };
    let again = NewJob { subject: SENT_BACK, ..RUN };
    let (oldest, first) = (start(RUN).await, start(RUN).await);
    let (old_and_over, old_and_waiting) = (start(again).await, start(again).await);
    end(old_and_over).await;
    let mut latest = Vec::new();
    for _ in 0..6 {
        let run = start(again).await;
        end(run).await;
        latest.push(run);
    }
    let second = start(RUN).await;

    let shown = store.runs_shown(shop, 2, 3).await.unwrap();

    let expected = [second, latest[5], latest[4], latest[3], old_and_waiting, first];
    assert_eq!(shown.iter().map(|run| run.id).collect::<Vec<_>>(), expected, "not {oldest}, not {old_and_over}");
    assert_eq!(store.runs_shown(&arranged.other_shop, 10, 10).await.unwrap(), []);
}
