use domain::{clock::Clock, ids::JobId, role::Role};
use ports::jobs::{JobKind, JobState};
use store::{Asked, Author, JobItem, JobItemKind, JobMark, NewJob, StoreError};

use crate::support::{Arranged, batch, create, product};

const NEW: NewJob<'_> = NewJob { kind: JobKind::Import, subject: "shop.csv", params: r#"{"overwrite":true}"#, progress: r#"{"at":0}"#, user: None };

const ALL: &[JobKind] = &[JobKind::Import, JobKind::DryRun, JobKind::Optimise];

fn item(number: i64, detail: &str) -> JobItem {
    JobItem { kind: JobItemKind::Bad, number, detail: detail.into() }
}

pub async fn a_job_goes_from_the_queue_to_its_end(arranged: &Arranged) {
    let store = &arranged.store;
    let ada = store.create_user("ada@example.com", "Ada", "correct horse").await.unwrap();
    store.set_member(ada, &arranged.shop, Role::Owner).await.unwrap();
    assert_eq!(store.lease_next("w1", 60, ALL).await.unwrap(), None);

    let id = store.enqueue(&arranged.shop, NewJob { user: Some(ada), ..NEW }).await.unwrap();
    let queued = store.job(&arranged.shop, id).await.unwrap().unwrap();
    assert_eq!((queued.state, queued.who.as_str(), queued.params.as_str(), queued.attempts), (JobState::Queued, "Ada", NEW.params, 0));

    arranged.clock.advance(5);
    let leased = store.lease_next("w1", 60, ALL).await.unwrap().unwrap();
    assert_eq!((leased.job.id, leased.job.state, leased.job.attempts, &leased.store), (id, JobState::Running, 1, &arranged.shop));
    assert_eq!(leased.job.due_at, leased.job.created_at);
    assert_eq!(leased.job.started_at.unwrap().micros() - leased.job.created_at.micros(), 5_000_000);
    assert_eq!(store.renew(id, "w1", 60).await.unwrap(), Asked::default());

    store.finish(id, "w1", JobState::Done, "").await.unwrap();
    let done = store.job(&arranged.shop, id).await.unwrap().unwrap();
    assert_eq!((done.state, done.finished_at), (JobState::Done, done.started_at));
    assert!(matches!(store.finish(id, "w1", JobState::Failed, "").await, Err(StoreError::LeaseLost)));
    assert_eq!(store.lease_next("w1", 60, ALL).await.unwrap(), None);
}

pub async fn progress_is_saved_with_the_work_or_not_at_all(arranged: &Arranged) {
    let store = &arranged.store;
    let id = store.enqueue(&arranged.shop, NEW).await.unwrap();
    store.lease_next("w1", 60, ALL).await.unwrap();
    let author = Author { job: Some(id), ..batch() };
    let items = [item(2, "first"), item(7, "second")];
    let mark = |leased_by: &'static str, progress: &'static str| JobMark { job: id, leased_by, progress, items: &items };

    store.write(&arranged.shop, &author, vec![create(product("lamp"))], Some(mark("w1", r#"{"at":1}"#))).await.unwrap();
    let lost = store.write(&arranged.shop, &author, vec![create(product("bowl"))], Some(mark("w2", r#"{"at":2}"#))).await;
    // The same results again, as after a restart, are there once; no ops save the progress alone.
    let again = [item(2, "other"), item(9, "third")];
    store.write(&arranged.shop, &author, Vec::new(), Some(JobMark { items: &again, ..mark("w1", r#"{"at":3}"#) })).await.unwrap();

    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    assert_eq!(arranged.handles("").await, ["lamp"]);
    assert_eq!(store.job(&arranged.shop, id).await.unwrap().unwrap().progress, r#"{"at":3}"#);
    let kept = store.job_items(&arranged.shop, id, JobItemKind::Bad, 0, 10).await.unwrap();
    assert_eq!(kept, [item(2, "first"), item(7, "second"), item(9, "third")]);
    assert_eq!(store.job_items(&arranged.shop, id, JobItemKind::Bad, 2, 1).await.unwrap(), [item(7, "second")]);
    assert_eq!(store.job_items(&arranged.shop, id, JobItemKind::Planned, 0, 10).await.unwrap(), []);
}

pub async fn an_expired_lease_is_taken_over(arranged: &Arranged) {
    let store = &arranged.store;
    let id = store.enqueue(&arranged.shop, NEW).await.unwrap();
    store.lease_next("w1", 60, ALL).await.unwrap();
    assert_eq!(store.lease_next("w2", 60, ALL).await.unwrap(), None);

    arranged.clock.advance(61);
    let taken = store.lease_next("w2", 60, ALL).await.unwrap().unwrap();

    assert_eq!((taken.job.id, taken.job.attempts), (id, 2));
    assert_eq!(arranged.clock.now().micros() - taken.job.due_at.micros(), 1_000_000);
    assert!(matches!(store.renew(id, "w1", 60).await, Err(StoreError::LeaseLost)));
    assert!(matches!(store.retry_later(id, "w1", 1, "").await, Err(StoreError::LeaseLost)));
    arranged.clock.advance(61);
    assert_eq!(store.reap_expired().await.unwrap(), 1);
    assert_eq!(store.job(&arranged.shop, id).await.unwrap().unwrap().state, JobState::Queued);
    assert_eq!(store.lease_next("w3", 60, ALL).await.unwrap().unwrap().job.attempts, 3);
}

pub async fn what_a_worker_could_take_is_counted_by_kind(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let first = store.enqueue(shop, NEW).await.unwrap();
    for shop in [shop, &arranged.other_shop] {
        store.enqueue(shop, NewJob { kind: JobKind::Optimise, ..NEW }).await.unwrap();
    }
    let paused = store.enqueue(shop, NEW).await.unwrap();
    store.pause(shop, paused).await.unwrap();
    let waiting = async || {
        let mut waiting = store.waiting_jobs().await.unwrap();
        waiting.sort_by_key(|(kind, _)| kind.name());
        waiting
    };

    assert_eq!(waiting().await, [(JobKind::Import, 1), (JobKind::Optimise, 2)]);
    // Neither what runs nor what is to wait; what a dead worker has left behind does.
    assert_eq!(store.lease_next("w1", 60, &[JobKind::Import]).await.unwrap().unwrap().job.id, first);
    assert_eq!(waiting().await, [(JobKind::Optimise, 2)]);
    arranged.clock.advance(61);
    assert_eq!(waiting().await, [(JobKind::Import, 1), (JobKind::Optimise, 2)]);
    store.lease_next("w2", 60, &[JobKind::Import]).await.unwrap();
    store.retry_later(first, "w2", 30, "").await.unwrap();
    assert_eq!(waiting().await, [(JobKind::Optimise, 2)]);
}

pub async fn a_failed_attempt_waits(arranged: &Arranged) {
    let store = &arranged.store;
    let id = store.enqueue(&arranged.shop, NEW).await.unwrap();
    store.lease_next("w1", 60, ALL).await.unwrap();

    store.retry_later(id, "w1", 30, "The disk is full. It is tried again.").await.unwrap();

    let waiting = store.job(&arranged.shop, id).await.unwrap().unwrap();
    assert_eq!((waiting.state, waiting.message.as_str()), (JobState::Queued, "The disk is full. It is tried again."));
    assert_eq!(store.lease_next("w1", 60, ALL).await.unwrap(), None);
    arranged.clock.advance(30);
    assert_eq!(store.lease_next("w1", 60, ALL).await.unwrap().unwrap().job.message, "");
}

pub async fn a_job_is_cancelled(arranged: &Arranged) {
    let store = &arranged.store;
    let waiting = store.enqueue(&arranged.shop, NEW).await.unwrap();
    assert!(store.request_cancel(&arranged.shop, waiting).await.unwrap());
    assert_eq!(store.job(&arranged.shop, waiting).await.unwrap().unwrap().state, JobState::Cancelled);
    assert!(!store.request_cancel(&arranged.shop, waiting).await.unwrap());
    assert_eq!(store.lease_next("w1", 60, ALL).await.unwrap(), None);

    let running = store.enqueue(&arranged.shop, NEW).await.unwrap();
    store.lease_next("w1", 60, ALL).await.unwrap().unwrap();
    assert!(store.request_cancel(&arranged.shop, running).await.unwrap());
    assert_eq!(store.renew(running, "w1", 60).await.unwrap(), Asked { cancel: true, pause: false });
    store.finish(running, "w1", JobState::Cancelled, "Cancelled.").await.unwrap();

    let states: Vec<_> = store.jobs(&arranged.shop, ALL, 10).await.unwrap().into_iter().map(|job| (job.id, job.state)).collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&(running, JobState::Cancelled)) && states.contains(&(waiting, JobState::Cancelled)));
    assert_eq!(store.jobs(&arranged.shop, ALL, 1).await.unwrap().len(), 1);
}

pub async fn two_workers_never_have_the_same_job(arranged: &Arranged) {
    let store = &arranged.store;
    for _ in 0..20 {
        store.enqueue(&arranged.shop, NEW).await.unwrap();
    }

    let workers: Vec<_> = (0..4)
        .map(|worker| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(leased) = store.lease_next(&format!("w{worker}"), 60, ALL).await.unwrap() {
                    mine.push(leased.job.id);
                }
                mine
            })
        })
        .collect();
    let mut taken: Vec<JobId> = Vec::new();
    for worker in workers {
        taken.extend(worker.await.unwrap());
    }

    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 20);
}

pub async fn a_worker_takes_the_kinds_it_asks_for(arranged: &Arranged) {
    let store = &arranged.store;
    let import = store.enqueue(&arranged.shop, NEW).await.unwrap();
    let run = store.enqueue(&arranged.shop, NewJob { kind: JobKind::Optimise, ..NEW }).await.unwrap();
    let ids = |jobs: Vec<store::JobRow>| jobs.into_iter().map(|job| job.id).collect::<Vec<_>>();

    assert_eq!(ids(store.jobs(&arranged.shop, &[JobKind::Optimise], 10).await.unwrap()), [run]);
    assert_eq!(ids(store.jobs(&arranged.shop, &[JobKind::Import, JobKind::DryRun], 10).await.unwrap()), [import]);
    assert_eq!(store.jobs(&arranged.shop, &[], 10).await.unwrap(), []);
    assert_eq!(store.lease_next("w1", 60, &[JobKind::DryRun]).await.unwrap(), None);
    assert_eq!(store.lease_next("w1", 60, &[]).await.unwrap(), None);
    assert_eq!(store.lease_next("w1", 60, &[JobKind::Optimise, JobKind::DryRun]).await.unwrap().unwrap().job.id, run);
    assert_eq!(store.lease_next("w1", 60, &[JobKind::Optimise]).await.unwrap(), None);
    assert_eq!(store.lease_next("w1", 60, &[JobKind::Import]).await.unwrap().unwrap().job.id, import);
}

pub async fn a_paused_job_waits_until_it_is_resumed(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let id = store.enqueue(shop, NEW).await.unwrap();
    let job = async || store.job(shop, id).await.unwrap().unwrap();
    assert!(!store.resume(shop, id, None, None).await.unwrap(), "it is not paused");
    assert!(!store.pause(&arranged.other_shop, id).await.unwrap());

    assert!(store.pause(shop, id).await.unwrap());
    assert_eq!((job().await.paused, store.lease_next("w1", 60, ALL).await.unwrap()), (true, None));
    assert!(!store.resume(&arranged.other_shop, id, None, None).await.unwrap());
    assert!(store.resume(shop, id, None, None).await.unwrap());
    let leased = store.lease_next("w1", 60, ALL).await.unwrap().unwrap();
    assert_eq!((leased.job.paused, leased.job.progress.as_str()), (false, NEW.progress));

    // Of one that runs it is asked; asked and taken back before it was heard, it goes on, but not with another progress.
    assert!(store.pause(shop, id).await.unwrap());
    assert_eq!(store.renew(id, "w1", 60).await.unwrap(), Asked { cancel: false, pause: true });
    assert!(!store.resume(shop, id, Some("{}"), None).await.unwrap());
    assert!(store.resume(shop, id, None, None).await.unwrap());
    assert_eq!(store.renew(id, "w1", 60).await.unwrap(), Asked::default());
    // It puts itself back, and goes on with what it is given.
    assert!(matches!(store.pause_self(id, "w2", "").await, Err(StoreError::LeaseLost)));
    store.pause_self(id, "w1", "The cap is reached.").await.unwrap();
    let waiting = job().await;
    assert_eq!((waiting.state, waiting.paused, waiting.message.as_str()), (JobState::Queued, true, "The cap is reached."));
    assert!(matches!(store.renew(id, "w1", 60).await, Err(StoreError::LeaseLost)));
    assert_eq!((store.reap_expired().await.unwrap(), store.lease_next("w1", 60, ALL).await.unwrap()), (0, None));
    assert!(store.resume(shop, id, Some(r#"{"at":9}"#), Some(r#"{"cap":1}"#)).await.unwrap());
    let leased = store.lease_next("w1", 60, ALL).await.unwrap().unwrap();
    assert_eq!((leased.job.progress.as_str(), leased.job.params.as_str(), leased.job.message.as_str()), (r#"{"at":9}"#, r#"{"cap":1}"#, ""));
}

pub async fn a_paused_job_can_be_cancelled_and_a_finished_one_not_paused(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    let id = store.enqueue(shop, NEW).await.unwrap();
    store.pause(shop, id).await.unwrap();

    assert!(store.request_cancel(shop, id).await.unwrap());

    let over = store.job(shop, id).await.unwrap().unwrap();
    assert_eq!((over.state, over.paused), (JobState::Cancelled, false));
    assert!(!store.pause(shop, id).await.unwrap() && !store.resume(shop, id, None, None).await.unwrap());
    // Paused while its worker dies: it waits, and is shown as waiting.
    let id = store.enqueue(shop, NEW).await.unwrap();
    store.lease_next("w1", 60, ALL).await.unwrap().unwrap();
    store.pause(shop, id).await.unwrap();
    arranged.clock.advance(61);
    assert_eq!((store.lease_next("w2", 60, ALL).await.unwrap(), store.reap_expired().await.unwrap()), (None, 1));
    assert_eq!(store.job(shop, id).await.unwrap().unwrap().state, JobState::Queued);
}
