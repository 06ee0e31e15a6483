//! Webhooks: what is to be sent to each, and who sends it. Nothing is sent here.

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{DeliveryId, JobId, Seq, WebhookId},
    product::Product,
    role::Role,
};
use ports::{
    jobs::{JobKind, JobState},
    review::{Outcome, ReviewStatus, Reviews},
    webhooks::{DeliveryState, DeliveryView, Event, Events, MOST_WEBHOOKS, Since, WebhookState},
};
use store::{
    NewJob, Store, StoreError,
    webhooks::{FULL_OF_MANY, Flown, Health, LoggedChange, MANY, NewDelivery, NewWebhookRow, Parcel, Taken, WebhookRow, lane},
};

use crate::{
    reviews::{approve, suggest, title},
    support::{Arranged, START, batch, create, op_id, product},
    tokens::member,
};

const URL: &str = "https://example.com/hook";
const FULL: u32 = 500;
const DAY: i64 = 86_400;

/// A webhook of the shop that is told everything.
async fn webhook(arranged: &Arranged) -> WebhookId {
    webhook_for(arranged, Events::all()).await
}

async fn webhook_for(arranged: &Arranged, events: Events) -> WebhookId {
    let id = WebhookId(op_id().0);
    arranged.store.add_webhook(&arranged.shop, NewWebhookRow { id, url: URL, events, sealed_secret: &[1, 2, 3] }).await.unwrap();
    id
}

async fn row(arranged: &Arranged, id: WebhookId) -> WebhookRow {
    arranged.store.webhook_of(&arranged.shop, id).await.unwrap().unwrap()
}

/// Whether somebody could send something to it now.
async fn has_work(store: &Store, id: WebhookId) -> bool {
    store.webhooks_with_work(FULL, 100).await.unwrap().contains(&id)
}

async fn leased(arranged: &Arranged, id: WebhookId) {
    assert_eq!(arranged.store.lease_webhook(id, "w1", 30).await.unwrap().as_ref(), Some(&arranged.shop));
}

/// Reads on in the log, as whoever sends does.
async fn read_on(arranged: &Arranged, id: WebhookId) -> Vec<NewDelivery> {
    let hook = arranged.store.leased_webhook(id, "w1").await.unwrap().unwrap();
    let changes = arranged.store.changes_behind(&arranged.shop, hook.seen, 100).await.unwrap();
    let Some(last) = changes.last().map(|change| change.seq) else { return Vec::new() };
    let deliveries: Vec<NewDelivery> = changes.iter().map(delivery).collect();
    assert_eq!(arranged.store.take_in_changes(id, "w1", (hook.seen, last), &deliveries).await.unwrap(), Taken::Done);
    deliveries
}

/// The same for the same change.
fn delivery(change: &LoggedChange) -> NewDelivery {
    NewDelivery {
        id: DeliveryId(uuid::Uuid::from_u128(1_000 + change.seq.0 as u128)),
        event: "product.updated",
        product_key: change.product_key,
        seq: change.seq,
        job: None,
        happened_at: change.at,
        subject: change.handle.clone(),
        body: format!("{{\"seq\":{}}}", change.seq),
    }
}

fn flown(id: DeliveryId, state: DeliveryState, due_at: Timestamp) -> Flown {
    let at = Timestamp::from_micros(START);
    Flown { id, state, due_at, at, status: Some(500), milliseconds: 7, answer: "Sorry\0.".into() }
}

async fn ready(arranged: &Arranged, id: WebhookId) -> Vec<i64> {
    ready_without(arranged, id, &[]).await
}

/// The changes that may be told of now.
async fn ready_without(arranged: &Arranged, id: WebhookId, in_the_air: &[DeliveryId]) -> Vec<i64> {
    let parcels: Vec<Parcel> = arranged.store.ready_to_send(id, in_the_air, 100).await.unwrap();
    parcels.iter().map(|parcel| parcel.body.trim_start_matches("{\"seq\":").trim_end_matches('}').parse().unwrap()).collect()
}

async fn log(arranged: &Arranged, id: WebhookId) -> Vec<DeliveryView> {
    arranged.store.webhook_log(&arranged.shop, id, None, 100).await.unwrap().deliveries
}

async fn retitle(arranged: &Arranged, product: &Product, text: &str) {
    let now = arranged.load(product.content.handle.as_str()).await;
    arranged.edit(&now, Field::Title, Value::text(text)).await;
}

pub async fn a_webhook_is_told_of_what_happens_from_now_on(arranged: &Arranged) {
    let lamp = arranged.create(product("lamp")).await;
    let id = webhook(arranged).await;

    let new = row(arranged, id).await;
    assert_eq!((new.url.as_str(), new.events, new.state), (URL, Events::all(), WebhookState::Active));
    assert_eq!((new.sealed_secret.as_slice(), new.old_secret, new.seen, new.last, new.waiting), (&[1, 2, 3][..], None, Seq(1), Seq(1), 0));
    assert!(!has_work(&arranged.store, id).await, "what was before it is not told");

    retitle(arranged, &lamp, "Oak lamp").await;
    assert!(has_work(&arranged.store, id).await);
    leased(arranged, id).await;
    let changes = arranged.store.changes_behind(&arranged.shop, new.seen, 10).await.unwrap();
    assert_eq!((changes.len(), changes[0].seq, changes[0].product, changes[0].handle.as_str()), (1, Seq(2), lamp.id, "lamp"));
    assert_eq!((changes[0].fields.as_slice(), changes[0].decided), (&[Field::Title][..], None));
    assert_eq!(read_on(arranged, id).await.len(), 1);
    assert_eq!((row(arranged, id).await.seen, row(arranged, id).await.waiting), (Seq(2), 1));
    assert_eq!(read_on(arranged, id).await, []);

    // The same id again is noticed.
    let again = arranged.store.add_webhook(&arranged.shop, NewWebhookRow { id, url: URL, events: Events::all(), sealed_secret: &[9] }).await;
    assert!(matches!(again, Err(StoreError::Race(_))), "{again:?}");
    assert!(arranged.store.remove_webhook_row(&arranged.shop, id).await.unwrap());
    assert_eq!(arranged.number("SELECT count(*) FROM webhook_deliveries").await, 0);
    assert_eq!(arranged.store.leased_webhook(id, "w1").await.unwrap(), None);
    // Something that was sent by hand when it was still there.
    let (late, now) = (delivery(&changes[0]), Timestamp::from_micros(START));
    assert!(!arranged.store.note_delivery(&arranged.shop, id, &late, &flown(late.id, DeliveryState::Delivered, now)).await.unwrap());
}

pub async fn a_store_has_twenty_webhooks_at_most(arranged: &Arranged) {
    for _ in 0..MOST_WEBHOOKS {
        webhook(arranged).await;
    }

    let id = WebhookId(op_id().0);
    let refused = arranged.store.add_webhook(&arranged.shop, NewWebhookRow { id, url: URL, events: Events::all(), sealed_secret: &[1] }).await;

    assert!(matches!(&refused, Err(StoreError::Refused(sentence)) if sentence.contains("20 webhooks")), "{refused:?}");
    let there = arranged.store.webhooks_of(&arranged.shop).await.unwrap();
    assert_eq!(there.len(), MOST_WEBHOOKS as usize);
    assert!(there.is_sorted_by_key(|hook| hook.created_at));
}

pub async fn a_webhook_of_another_store_is_out_of_reach(arranged: &Arranged) {
    let (store, other) = (&arranged.store, &arranged.other_shop);
    let id = webhook(arranged).await;
    arranged.create(product("lamp")).await;
    arranged.create_in(other, product("bowl")).await;
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;
    assert_eq!(told.iter().map(|told| told.subject.as_str()).collect::<Vec<_>>(), ["lamp"], "it is told of its own store alone");

    assert_eq!(store.webhooks_of(other).await.unwrap(), []);
    assert_eq!(store.webhook_of(other, id).await.unwrap(), None);
    assert!(!store.change_webhook_row(other, id, "https://taken.test/", Events::all(), WebhookState::Paused).await.unwrap());
    assert!(!store.rotate_webhook(other, id, &[9], Timestamp::from_micros(START)).await.unwrap());
    assert!(!store.rewind_webhook(other, id, Since::Change(Seq(0))).await.unwrap());
    assert!(!store.replay_delivery(other, id, told[0].id).await.unwrap());
    assert_eq!(store.webhook_log(other, id, None, 10).await.unwrap().deliveries, []);
    assert_eq!(store.webhook_delivery(other, id, told[0].id).await.unwrap(), None);
    assert!(!store.remove_webhook_row(other, id).await.unwrap());
    let unchanged = row(arranged, id).await;
    assert_eq!((unchanged.url.as_str(), unchanged.state, unchanged.sealed_secret.len()), (URL, WebhookState::Active, 3));
}

pub async fn one_process_has_a_webhook_at_a_time(arranged: &Arranged) {
    let (store, other) = (&arranged.store, arranged.second_store().await);
    let id = webhook(arranged).await;
    arranged.create(product("lamp")).await;
    leased(arranged, id).await;

    assert!(!has_work(&other, id).await, "somebody has it");
    assert_eq!(other.lease_webhook(id, "w2", 30).await.unwrap(), None);
    arranged.clock.advance(29);
    assert!(store.renew_webhook(id, "w1", 30).await.unwrap());
    arranged.clock.advance(29);
    assert_eq!(other.lease_webhook(id, "w2", 30).await.unwrap(), None);

    // A process that is gone loses it.
    arranged.clock.advance(1);
    assert!(has_work(&other, id).await);
    assert!(other.lease_webhook(id, "w2", 30).await.unwrap().is_some());
    assert!(!store.renew_webhook(id, "w1", 30).await.unwrap());
    assert_eq!(store.leased_webhook(id, "w1").await.unwrap(), None);
    store.release_webhook(id, "w1").await.unwrap();
    assert!(other.leased_webhook(id, "w2").await.unwrap().is_some(), "it is no longer the first one's to give back");
    other.release_webhook(id, "w2").await.unwrap();
    leased(arranged, id).await;
    other.close().await;
}

pub async fn what_is_read_is_written_with_how_far_or_not_at_all(arranged: &Arranged) {
    let store = &arranged.store;
    let id = webhook(arranged).await;
    for handle in ["lamp", "bowl", "vase"] {
        arranged.create(product(handle)).await;
    }
    leased(arranged, id).await;
    let changes = store.changes_behind(&arranged.shop, Seq(0), 10).await.unwrap();
    let deliveries: Vec<NewDelivery> = changes.iter().map(delivery).collect();

    // Another has it; somebody has told it to begin elsewhere.
    assert_eq!(store.take_in_changes(id, "w2", (Seq(0), Seq(3)), &deliveries).await.unwrap(), Taken::MovedOn);
    assert_eq!(store.take_in_changes(id, "w1", (Seq(1), Seq(3)), &deliveries).await.unwrap(), Taken::MovedOn);
    assert_eq!((row(arranged, id).await.seen, row(arranged, id).await.waiting), (Seq(0), 0));

    assert_eq!(store.take_in_changes(id, "w1", (Seq(0), Seq(3)), &deliveries).await.unwrap(), Taken::Done);
    assert_eq!((row(arranged, id).await.seen, row(arranged, id).await.waiting), (Seq(3), 3));
    assert_eq!(store.take_in_changes(id, "w1", (Seq(0), Seq(3)), &deliveries).await.unwrap(), Taken::MovedOn, "once is enough");
    assert_eq!(ready(arranged, id).await, [1, 2, 3]);
}

pub async fn of_each_product_the_first_is_sent(arranged: &Arranged) {
    let (store, now) = (&arranged.store, Timestamp::from_micros(START));
    let id = webhook(arranged).await;
    let lamp = arranged.create(product("lamp")).await;
    arranged.create(product("bowl")).await;
    retitle(arranged, &lamp, "Oak lamp").await;
    retitle(arranged, &lamp, "Pine lamp").await;
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;

    assert_eq!(ready(arranged, id).await, [1, 2]);
    assert_eq!(ready_without(arranged, id, &[told[0].id]).await, [2], "nothing of a product overtakes what is in the air");

    // What has failed holds up its product alone.
    let later = now.plus_seconds(30);
    let failed = [flown(told[0].id, DeliveryState::Waiting, later), flown(told[1].id, DeliveryState::Delivered, now)];
    store.note_flown(id, "w1", &failed, Health::default(), None).await.unwrap();
    assert_eq!(ready(arranged, id).await, Vec::<i64>::new());
    store.release_webhook(id, "w1").await.unwrap();
    assert!(!has_work(store, id).await);
    arranged.clock.advance(30);
    assert!(has_work(store, id).await);
    leased(arranged, id).await;
    assert_eq!(ready(arranged, id).await, [1]);

    // Given up, it gives way.
    store.note_flown(id, "w1", &[flown(told[0].id, DeliveryState::Failed, later)], Health::default(), None).await.unwrap();
    assert_eq!(ready(arranged, id).await, [3]);
}

pub async fn a_webhook_with_nothing_to_send_is_left_alone(arranged: &Arranged) {
    let store = &arranged.store;
    let of_jobs = webhook_for(arranged, Events::OF_JOBS).await;
    let id = webhook(arranged).await;
    arranged.create(product("lamp")).await;
    assert!(has_work(store, id).await && !has_work(store, of_jobs).await);

    // One that wants nothing of the log is told nothing of what it did not want, when it wants it later.
    assert!(store.change_webhook_row(&arranged.shop, of_jobs, URL, Events::all(), WebhookState::Active).await.unwrap());
    assert!(!has_work(store, of_jobs).await);
    assert_eq!(row(arranged, of_jobs).await.seen, Seq(1));

    leased(arranged, id).await;
    let health = Health { failures: 8, rests_until: Timestamp::from_micros(START).plus_seconds(60), ..Health::default() };
    store.note_flown(id, "w1", &[], health, None).await.unwrap();
    store.release_webhook(id, "w1").await.unwrap();
    assert!(!has_work(store, id).await, "it rests");
    arranged.clock.advance(60);
    assert!(has_work(store, id).await);
    assert!(store.change_webhook_row(&arranged.shop, id, URL, Events::all(), WebhookState::Paused).await.unwrap());
    assert!(!has_work(store, id).await && store.lease_webhook(id, "w1", 30).await.unwrap().is_none(), "it is paused");
}

pub async fn a_webhook_that_is_full_is_told_of_nothing_more(arranged: &Arranged) {
    let store = &arranged.store;
    let id = webhook(arranged).await;
    let contents = (0..3).map(|number| create(product(&format!("p-{number}")))).collect();
    store.write(&arranged.shop, &batch(), contents, None).await.unwrap();
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;
    arranged.create(product("one-more")).await;
    let later = Timestamp::from_micros(START).plus_seconds(60);
    let waiting: Vec<Flown> = told.iter().map(|told| flown(told.id, DeliveryState::Waiting, later)).collect();
    store.note_flown(id, "w1", &waiting, Health::default(), None).await.unwrap();
    store.release_webhook(id, "w1").await.unwrap();

    let with_room = async |room: u32| store.webhooks_with_work(room, 10).await.unwrap().contains(&id);

    assert!(!with_room(3).await && with_room(4).await);
}

pub async fn a_job_is_told_of_once_however_late_its_end_is_seen(arranged: &Arranged) {
    let store = &arranged.store;
    let before = ended(arranged, JobKind::Import).await;
    arranged.clock.advance(1);
    let id = webhook(arranged).await;
    arranged.clock.advance(1);
    let dry_run = ended(arranged, JobKind::DryRun).await;
    assert!(!has_work(store, id).await, "{before} was before it, and {dry_run} is no import");

    let import = ended(arranged, JobKind::Import).await;
    assert!(has_work(store, id).await);
    leased(arranged, id).await;
    let jobs = store.untold_jobs(id, 10).await.unwrap();
    assert_eq!(jobs.iter().map(|job| (job.id, job.kind, job.state)).collect::<Vec<_>>(), [(import, JobKind::Import, JobState::Done)]);
    let told = NewDelivery {
        id: DeliveryId(op_id().0),
        event: Event::ImportFinished.name(),
        product_key: 0,
        seq: Seq(0),
        job: Some(import),
        happened_at: jobs[0].finished_at,
        subject: "shop.csv".into(),
        body: "{}".into(),
    };
    assert_eq!(store.take_in_jobs(id, "w2", std::slice::from_ref(&told)).await.unwrap(), Taken::MovedOn);
    assert_eq!(store.take_in_jobs(id, "w1", std::slice::from_ref(&told)).await.unwrap(), Taken::Done);
    assert_eq!((store.untold_jobs(id, 10).await.unwrap(), log(arranged, id).await.len()), (vec![], 1));

    // One that says that it ended before that, but was committed behind it.
    let late = ended(arranged, JobKind::Optimise).await;
    arranged.execute(&format!("UPDATE jobs SET finished_at = {} WHERE kind = 'optimise'", START + 1_500_000)).await;
    let untold = async || store.untold_jobs(id, 10).await.unwrap().iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(untold().await, [late]);

    // Its line is all that says that it was told of: it outlives its week.
    store.note_flown(id, "w1", &[flown(told.id, DeliveryState::Delivered, told.happened_at)], Health::default(), None).await.unwrap();
    arranged.clock.advance(8 * DAY);
    store.trim_webhook_log(id).await.unwrap();
    assert_eq!(untold().await, [late]);
}

async fn ended(arranged: &Arranged, kind: JobKind) -> JobId {
    let params = r#"{"overwrite":true}"#;
    let job = NewJob { kind, subject: "shop.csv", params, progress: "{}", user: None };
    let id = arranged.store.enqueue(&arranged.shop, job).await.unwrap();
    arranged.store.lease(id, "w", 60, false).await.unwrap().unwrap();
    arranged.store.finish(id, "w", JobState::Done, "").await.unwrap();
    id
}

pub async fn what_came_of_attempts_is_written_by_the_holder_alone(arranged: &Arranged) {
    let (store, now) = (&arranged.store, Timestamp::from_micros(START));
    let id = webhook(arranged).await;
    arranged.create(product("lamp")).await;
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;
    let health = Health { failures: 1, failing_since: Some(now), delivered_at: None, rests_until: now.plus_seconds(5) };
    let failed = [flown(told[0].id, DeliveryState::Waiting, now.plus_seconds(5))];

    let lost = store.note_flown(id, "w2", &failed, health, Some("No.")).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    assert_eq!((log(arranged, id).await[0].attempts, row(arranged, id).await.health), (0, Health::default()));

    store.note_flown(id, "w1", &failed, health, None).await.unwrap();
    let line = log(arranged, id).await.remove(0);
    assert_eq!((line.state, line.attempts, line.due_at), (DeliveryState::Waiting, 1, Some(now.plus_seconds(5))));
    assert_eq!((line.status, line.milliseconds, line.answer.as_str()), (Some(500), Some(7), "Sorry\u{fffd}."));
    assert_eq!((row(arranged, id).await.health, row(arranged, id).await.state), (health, WebhookState::Active));

    store.note_flown(id, "w1", &failed, health, Some("Nothing comes through.")).await.unwrap();
    let ended = row(arranged, id).await;
    assert_eq!((ended.state, ended.reason.as_str()), (WebhookState::Failed, "Nothing comes through."));

    // Let go on by a person, it begins anew.
    assert!(store.change_webhook_row(&arranged.shop, id, URL, Events::all(), WebhookState::Active).await.unwrap());
    let again = row(arranged, id).await;
    assert_eq!((again.state, again.reason.as_str(), again.health), (WebhookState::Active, "", Health::default()));
}

pub async fn a_paused_webhook_goes_on_where_it_stopped(arranged: &Arranged) {
    let store = &arranged.store;
    let id = webhook(arranged).await;
    assert!(store.change_webhook_row(&arranged.shop, id, URL, Events::all(), WebhookState::Paused).await.unwrap());
    arranged.create(product("lamp")).await;
    assert!(store.change_webhook_row(&arranged.shop, id, "https://example.com/new", Events::all(), WebhookState::Active).await.unwrap());

    leased(arranged, id).await;

    assert_eq!(read_on(arranged, id).await.len(), 1);
    assert_eq!(row(arranged, id).await.url, "https://example.com/new");
    let until = Timestamp::from_micros(START).plus_seconds(DAY);
    assert!(store.rotate_webhook(&arranged.shop, id, &[4, 5], until).await.unwrap());
    let rotated = row(arranged, id).await;
    assert_eq!((rotated.sealed_secret, rotated.old_secret), (vec![4, 5], Some((vec![1, 2, 3], until))));
}

pub async fn everything_is_told_again_since_a_change_or_a_moment(arranged: &Arranged) {
    let (store, now) = (&arranged.store, Timestamp::from_micros(START));
    let id = webhook(arranged).await;
    for handle in ["a", "b", "c", "d", "e"] {
        arranged.create(product(handle)).await;
        arranged.clock.advance(60);
    }
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;
    let arrived: Vec<Flown> = told[..4].iter().map(|told| flown(told.id, DeliveryState::Delivered, now)).collect();
    store.note_flown(id, "w1", &arrived, Health::default(), None).await.unwrap();
    assert_eq!(ready(arranged, id).await, [5]);

    // What waits comes again from the log, in its order.
    assert!(store.rewind_webhook(&arranged.shop, id, Since::Change(Seq(3))).await.unwrap());
    assert_eq!((row(arranged, id).await.seen, ready(arranged, id).await), (Seq(3), vec![]));
    assert_eq!(read_on(arranged, id).await, told[3..]);
    assert_eq!(ready(arranged, id).await, [4, 5]);
    assert_eq!(arranged.number("SELECT count(*) FROM webhook_deliveries").await, 5, "told again, it is the same delivery");

    assert!(store.rewind_webhook(&arranged.shop, id, Since::Moment(now.plus_seconds(60))).await.unwrap());
    assert_eq!(row(arranged, id).await.seen, Seq(1));
    assert!(store.rewind_webhook(&arranged.shop, id, Since::Moment(now.plus_seconds(10_000))).await.unwrap());
    assert_eq!(row(arranged, id).await.seen, Seq(1), "it does not leave out what was not told yet");
    assert!(store.rewind_webhook(&arranged.shop, id, Since::Moment(Timestamp::from_micros(0))).await.unwrap());
    assert_eq!(row(arranged, id).await.seen, Seq(0));

    // One alone.
    read_on(arranged, id).await;
    let all: Vec<Flown> = told.iter().map(|told| flown(told.id, DeliveryState::Delivered, now)).collect();
    let resting = Health { rests_until: now.plus_seconds(100_000), ..Health::default() };
    store.note_flown(id, "w1", &all, resting, None).await.unwrap();
    assert!(!store.replay_delivery(&arranged.shop, id, DeliveryId(op_id().0)).await.unwrap());
    assert_eq!(row(arranged, id).await.health, resting);
    assert!(store.replay_delivery(&arranged.shop, id, told[1].id).await.unwrap());
    assert_eq!(ready(arranged, id).await, [2]);
    assert_eq!(row(arranged, id).await.health, Health::default(), "who asks for it does not wait");
}

pub async fn a_log_comes_in_parts_and_is_bounded(arranged: &Arranged) {
    let (store, now) = (&arranged.store, Timestamp::from_micros(START));
    let id = webhook(arranged).await;
    let contents = (0..5).map(|number| create(product(&format!("p-{number}")))).collect();
    store.write(&arranged.shop, &batch(), contents, None).await.unwrap();
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;
    let old: Vec<Flown> = (0..4).map(|at| Flown { at: now.plus_seconds(at), ..flown(told[at as usize].id, DeliveryState::Delivered, now) }).collect();
    store.note_flown(id, "w1", &old, Health::default(), None).await.unwrap();

    let whole = log(arranged, id).await;
    let mut parts = Vec::new();
    let mut behind = None;
    loop {
        let part = store.webhook_log(&arranged.shop, id, behind, 2).await.unwrap();
        parts.extend(part.deliveries);
        behind = part.next;
        if behind.is_none() {
            break;
        }
    }
    assert_eq!((parts.len(), &parts), (5, &whole));
    assert!(whole.is_sorted_by(|a, b| (a.noted_at, a.id) > (b.noted_at, b.id)), "{whole:?}");

    // A week later what has arrived is forgotten, and what waits is not.
    store.trim_webhook_log(id).await.unwrap();
    assert_eq!(log(arranged, id).await.len(), 5);
    arranged.clock.advance(7 * DAY + 2);
    store.trim_webhook_log(id).await.unwrap();
    assert_eq!(log(arranged, id).await.iter().map(|line| line.state).collect::<Vec<_>>().len(), 3);
    arranged.clock.advance(DAY);
    store.trim_webhook_logs().await.unwrap();
    assert_eq!(log(arranged, id).await.iter().map(|line| line.state).collect::<Vec<_>>(), [DeliveryState::Waiting]);

    // And of very many the oldest.
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)";
    let random = if arranged.is_sqlite() { "randomblob(16)" } else { "gen_random_uuid()" };
    let noted = START + 8 * DAY * 1_000_000;
    let fill = async |key: &str, noted: i64| {
        let columns = "id, webhook_id, event, product_key, seq, happened_at, subject, body, state, attempts, due_at, noted_at, answer";
        let values = format!("{random}, w.id, 'product.updated', {key}, i, i, 'lamp', '', 'delivered', 1, i, {noted} + i, ''");
        arranged.execute(&format!("{numbers} INSERT INTO webhook_deliveries ({columns}) SELECT {values} FROM n, webhooks w")).await;
    };
    fill("i", noted).await;
    store.trim_webhook_log(id).await.unwrap();
    assert_eq!(arranged.number("SELECT count(*) FROM webhook_deliveries WHERE state = 'delivered'").await, 5_000);
    assert_eq!(arranged.number(&format!("SELECT min(noted_at) - {noted} FROM webhook_deliveries WHERE state = 'delivered'")).await, 1_001);

    // Of those that tell of many fewer: they are long.
    fill("-1", noted + 10_000).await;
    store.trim_webhook_log(id).await.unwrap();
    assert_eq!(arranged.number("SELECT count(*) FROM webhook_deliveries WHERE product_key = -1").await, 200);
    assert_eq!(arranged.number(&format!("SELECT min(noted_at) - {noted} FROM webhook_deliveries WHERE product_key = -1")).await, 15_801);
}

pub async fn a_decision_about_a_suggestion_is_told_with_its_change(arranged: &Arranged) {
    let ada = member(arranged, "ada", &arranged.shop, Role::Reviewer).await;
    let lamp = arranged.create(product("lamp")).await;
    let card = suggest(arranged, &lamp, title("Oak lamp")).await;
    let before = arranged.store.webhook_of(&arranged.shop, webhook(arranged).await).await.unwrap().unwrap().seen;
    arranged.clock.advance(5);

    assert_eq!(arranged.store.decide(&ada, approve(&card, title("Oak lamp"))).await.unwrap(), Outcome::Done);
    arranged.clock.advance(5);
    retitle(arranged, &lamp, "Pine lamp").await;

    let changes = arranged.store.changes_behind(&arranged.shop, before, 10).await.unwrap();
    let decided: Vec<_> = changes.iter().map(|change| change.decided).collect();
    assert_eq!(decided, [Some((card.review, ReviewStatus::Approved)), None]);
    // What came of the run is a change of the product, and no decision.
    assert!(arranged.store.changes_behind(&arranged.shop, Seq(0), 10).await.unwrap()[..2].iter().all(|change| change.decided.is_none()));
}

pub async fn what_tells_of_many_keeps_the_order_of_each_of_its_products(arranged: &Arranged) {
    let (store, now) = (&arranged.store, Timestamp::from_micros(START));
    let id = webhook(arranged).await;
    let contents = (0..9).map(|number| create(product(&format!("p-{number}")))).collect();
    store.write(&arranged.shop, &batch(), contents, None).await.unwrap();
    leased(arranged, id).await;
    let changes = store.changes_behind(&arranged.shop, Seq(0), 100).await.unwrap();
    let mine = lane(changes[0].product_key);
    assert!(changes[1..8].iter().all(|change| lane(change.product_key) != mine) && lane(changes[8].product_key) == mine);

    // The second tells of many in the lane of the first and of the last; the third is in another.
    let many = |change: &LoggedChange| NewDelivery { event: "product.batch", product_key: mine, ..delivery(change) };
    let told = [delivery(&changes[0]), many(&changes[1]), delivery(&changes[2]), many(&changes[3]), delivery(&changes[8])];
    assert_eq!(store.take_in_changes(id, "w1", (Seq(0), Seq(9)), &told).await.unwrap(), Taken::Done);

    let arrives = async |at: usize| {
        store.note_flown(id, "w1", &[flown(told[at].id, DeliveryState::Delivered, now)], Health::default(), None).await.unwrap();
    };
    assert_eq!(ready(arranged, id).await, [1, 3]);
    arrives(0).await;
    assert_eq!(ready(arranged, id).await, [2, 3]);
    arrives(2).await;
    arrives(1).await;
    assert_eq!(ready(arranged, id).await, [4]);
    arrives(3).await;
    assert_eq!(ready(arranged, id).await, [9]);
    let parcel = store.ready_to_send(id, &[], 10).await.unwrap().remove(0);
    assert!(parcel.product_key == changes[8].product_key && parcel.waits_for(mine));
}

pub async fn where_many_are_behind_few_are_on_their_way(arranged: &Arranged) {
    let store = &arranged.store;
    let id = webhook(arranged).await;
    let contents = (0..=FULL_OF_MANY).map(|number| create(product(&format!("p-{number}")))).collect();
    store.write(&arranged.shop, &batch(), contents, None).await.unwrap();
    leased(arranged, id).await;
    let told = read_on(arranged, id).await;
    let later = Timestamp::from_micros(START).plus_seconds(60);
    let waiting: Vec<Flown> = told.iter().map(|told| flown(told.id, DeliveryState::Waiting, later)).collect();
    store.note_flown(id, "w1", &waiting, Health::default(), None).await.unwrap();
    store.release_webhook(id, "w1").await.unwrap();

    let more = |from: u32, to: u32| (from..to).map(|number| create(product(&format!("more-{number}")))).collect();
    store.write(&arranged.shop, &batch(), more(0, MANY - 1), None).await.unwrap();
    assert!(has_work(store, id).await);
    store.write(&arranged.shop, &batch(), more(MANY - 1, MANY), None).await.unwrap();
    assert!(!has_work(store, id).await);
}
