//! What is sent: an event as JSON, or many. Programs read it, so what is there keeps its meaning.

use std::collections::BTreeMap;

use domain::{
    change::ChangeKind,
    clock::Timestamp,
    field::Field,
    ids::{DeliveryId, Seq, WebhookId},
};
use ports::{
    jobs::JobKind,
    review::ReviewStatus,
    webhooks::{Event, Events},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    StoreRef,
    webhooks::{EndedJob, LoggedChange, NewDelivery, lane},
    words::records::RunCheckpoint,
};
use uuid::Builder;

use crate::state::{Checkpoint, from_json};

/// The name of an event that nobody can be told regularly.
pub(super) const TEST: &str = "webhook.test";
/// The name of what holds many events.
pub(super) const MANY: &str = "product.batch";
/// How many it holds at most: some forty kilobytes, as many receivers take no more than a hundred.
const MOST_TOGETHER: usize = 100;

#[derive(Serialize)]
struct Body<'a> {
    event: &'a str,
    /// The same as in the header, and the same however often it is sent.
    id: String,
    /// The change's number in the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    /// When it happened.
    time: String,
    store: StoreJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<ProductJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<ReviewJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<RunJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import: Option<ImportJson<'a>>,
}

#[derive(Serialize)]
struct StoreJson<'a> {
    id: String,
    slug: &'a str,
}

#[derive(Serialize)]
struct ProductJson<'a> {
    id: String,
    /// As it is when the event comes out of the log.
    handle: &'a str,
    /// What the entity tag of the product is made of, unless it has been changed since.
    version: Seq,
    /// The fields that changed, as the API names them.
    changed: Vec<String>,
}

#[derive(Serialize)]
struct ReviewJson {
    id: String,
    decision: &'static str,
}

#[derive(Serialize)]
struct RunJson<'a> {
    id: String,
    state: &'static str,
    subject: &'a str,
    total: u64,
    written: u64,
    skipped: u64,
    failed: u64,
    message: &'a str,
}

#[derive(Serialize)]
struct ImportJson<'a> {
    id: String,
    state: &'static str,
    file: &'a str,
    created: u64,
    changed: u64,
    unchanged: u64,
    skipped: u64,
    bad_rows: u64,
    message: &'a str,
}

/// What a webhook is to be told of changes, in their order. Many are told of together: those of a lane's products in one delivery, each as
/// it would be alone, so that a million changes are ten thousand requests.
pub(super) fn of_changes(webhook: WebhookId, events: Events, store: &StoreRef, changes: &[LoggedChange], many: bool) -> Vec<NewDelivery> {
    let told = changes.iter().flat_map(|change| of_change(webhook, events, store, change));
    if !many {
        return told.collect();
    }
    let mut lanes = BTreeMap::<i64, Vec<NewDelivery>>::new();
    for one in told {
        lanes.entry(lane(one.product_key)).or_default().push(one);
    }
    lanes.values().flat_map(|told| told.chunks(MOST_TOGETHER)).map(|told| together(webhook, store, told)).collect()
}

/// One delivery of several; one alone stays as it is.
fn together(webhook: WebhookId, store: &StoreRef, told: &[NewDelivery]) -> NewDelivery {
    let [first, .., last] = told else { return told[0].clone() };
    let ids: Vec<u8> = told.iter().flat_map(|one| *one.id.0.as_bytes()).collect();
    let id = id_of(webhook, MANY, &ids);
    let head = Body::new(MANY, id, last.happened_at, store).json();
    let events = told.iter().map(|one| one.body.as_str()).collect::<Vec<_>>().join(",");
    NewDelivery {
        id,
        event: MANY,
        product_key: lane(first.product_key),
        seq: first.seq,
        job: None,
        happened_at: last.happened_at,
        subject: format!("{} events, up to change {}", told.len(), last.seq),
        body: format!("{},\"events\":[{events}]}}", head.strip_suffix('}').unwrap_or_default()),
    }
}

/// What a webhook is to be told of a change: nothing, one thing, or two.
fn of_change(webhook: WebhookId, events: Events, store: &StoreRef, change: &LoggedChange) -> Vec<NewDelivery> {
    let happened = match change.kind {
        ChangeKind::Created => Event::ProductCreated,
        ChangeKind::Edited => Event::ProductUpdated,
        ChangeKind::Deleted => Event::ProductDeleted,
        ChangeKind::Restored => Event::ProductRestored,
    };
    let decided = change.decided.map(|_| Event::ReviewDecided);
    let wanted = [Some(happened), decided].into_iter().flatten().filter(|event| events.contains(*event));
    wanted
        .map(|event| {
            let id = id_of(webhook, event.name(), &change.seq.0.to_be_bytes());
            let product = ProductJson { id: change.product.to_string(), handle: &change.handle, version: change.seq, changed: names(&change.fields) };
            let review = change.decided.filter(|_| event == Event::ReviewDecided);
            let review = review.map(|(id, status)| ReviewJson { id: id.to_string(), decision: decision(status) });
            let body = Body { product: Some(product), review, seq: Some(change.seq), ..Body::new(event.name(), id, change.at, store) };
            NewDelivery {
                id,
                event: event.name(),
                product_key: change.product_key,
                seq: change.seq,
                job: None,
                happened_at: change.at,
                subject: change.handle.clone(),
                body: body.json(),
            }
        })
        .collect()
}

/// None of a job of another kind.
pub(super) fn of_job(webhook: WebhookId, store: &StoreRef, job: &EndedJob) -> Option<NewDelivery> {
    let event = match job.kind {
        JobKind::Optimise => Event::RunFinished,
        JobKind::Import => Event::ImportFinished,
        JobKind::DryRun => return None,
    };
    let id = id_of(webhook, event.name(), job.id.0.as_bytes());
    let mut body = Body::new(event.name(), id, job.finished_at, store);
    let (state, message) = (job.state.name(), job.message.as_str());
    if event == Event::RunFinished {
        // How far it came is told where it can be read.
        let RunCheckpoint { progress, .. } = from_json(&job.progress).unwrap_or_default();
        let (total, written, skipped, failed) = (progress.total, progress.written, progress.skipped, progress.failed);
        body.run = Some(RunJson { id: job.id.to_string(), state, subject: &job.subject, total, written, skipped, failed, message });
    } else {
        let Checkpoint { progress, .. } = from_json(&job.progress).unwrap_or_default();
        body.import = Some(ImportJson {
            id: job.id.to_string(),
            state,
            file: &job.subject,
            created: progress.created,
            changed: progress.changed,
            unchanged: progress.unchanged,
            skipped: progress.skipped,
            bad_rows: progress.bad,
            message,
        });
    }
    let body = body.json();
    Some(NewDelivery {
        id,
        event: event.name(),
        product_key: 0,
        seq: Seq(0),
        job: Some(job.id),
        happened_at: job.finished_at,
        subject: job.subject.clone(),
        body,
    })
}

pub(super) fn of_test(id: DeliveryId, store: &StoreRef, now: Timestamp) -> NewDelivery {
    let body = Body::new(TEST, id, now, store).json();
    NewDelivery { id, event: TEST, product_key: 0, seq: Seq(0), job: None, happened_at: now, subject: String::new(), body }
}

/// As it stands in the header and in the body.
pub(super) fn message_id(id: DeliveryId) -> String {
    format!("msg_{}", id.0.simple())
}

impl<'a> Body<'a> {
    fn new(event: &'a str, id: DeliveryId, at: Timestamp, store: &'a StoreRef) -> Self {
        let store = StoreJson { id: store.id.to_string(), slug: &store.slug };
        Self { event, id: message_id(id), seq: None, time: time(at), store, product: None, review: None, run: None, import: None }
    }

    fn json(&self) -> String {
        // Texts and numbers: it can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The same for the same event, so that what is told again is known again. Version 8 (RFC 9562, section 5.8).
fn id_of(webhook: WebhookId, event: &str, what: &[u8]) -> DeliveryId {
    let mut hash = Sha256::new();
    hash.update(webhook.0.as_bytes());
    hash.update(event);
    hash.update(what);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    DeliveryId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// Each field once, as the API names it: those of a variant are the variants'.
fn names(fields: &[Field]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in fields {
        let name = match field {
            Field::Variant(_) | Field::VariantField(..) => "variants".to_owned(),
            Field::Image(_) | Field::ImageField(..) => "images".to_owned(),
            Field::Extra(_) => "extras".to_owned(),
            // That is the event.
            Field::Deleted => continue,
            plain => plain.to_string(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

const fn decision(status: ReviewStatus) -> &'static str {
    match status {
        ReviewStatus::Approved => "approved",
        ReviewStatus::Rejected => "rejected",
        ReviewStatus::Changes => "changes_requested",
        ReviewStatus::Open | ReviewStatus::Superseded => "other",
    }
}

/// RFC 3339 in UTC, to the microsecond.
fn time(at: Timestamp) -> String {
    let seconds = at.to_string();
    format!("{}.{:06}Z", seconds.trim_end_matches('Z'), at.micros().rem_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use domain::{
        field::VariantField,
        ids::{JobId, ProductId, ReviewId, StoreId, VariantId},
        money::Currency,
    };
    use ports::jobs::JobState;
    use serde_json::{Value, json};

    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_760_000_000_123_456);

    fn webhook(number: u8) -> WebhookId {
        WebhookId::new(AT, [number; 10])
    }

    fn shop() -> StoreRef {
        StoreRef { num: 1, id: StoreId::new(AT, [1; 10]), slug: "shop".into(), name: "Shop".into(), currency: Currency::EUR }
    }

    fn change() -> LoggedChange {
        let variant = VariantId::new(AT, [2; 10]);
        LoggedChange {
            seq: Seq(12),
            product_key: 77,
            product: ProductId::new(AT, [3; 10]),
            handle: "oak-lamp".into(),
            kind: ChangeKind::Edited,
            at: AT,
            fields: vec![
                Field::Title,
                Field::VariantField(variant, VariantField::Price),
                Field::VariantField(variant, VariantField::Sku),
                Field::Extra("Fit".into()),
                Field::Deleted,
            ],
            decided: None,
        }
    }

    fn parsed(delivery: &NewDelivery) -> Value {
        serde_json::from_str(&delivery.body).unwrap()
    }

    #[test]
    fn a_change_is_told_with_its_product_and_what_changed() {
        let told = of_change(webhook(1), Events::all(), &shop(), &change());

        let [delivery] = &told[..] else { panic!("{told:?}") };
        let expected = json!({
            "event": "product.updated",
            "id": message_id(delivery.id),
            "seq": 12,
            "time": "2025-10-09T08:53:20.123456Z",
            "store": {"id": shop().id.to_string(), "slug": "shop"},
            "product": {"id": change().product.to_string(), "handle": "oak-lamp", "version": 12, "changed": ["title", "variants", "extras"]},
        });
        assert_eq!(parsed(delivery), expected);
        assert_eq!((delivery.product_key, delivery.seq), (77, Seq(12)));
    }

    #[test]
    fn the_same_event_has_the_same_id_and_no_other_has() {
        let id = |number, change: &LoggedChange| of_change(webhook(number), Events::all(), &shop(), change)[0].id;
        let next = LoggedChange { seq: Seq(13), ..change() };
        let created = LoggedChange { kind: ChangeKind::Created, ..change() };

        assert_eq!(id(1, &change()), id(1, &change()));
        assert_ne!(id(1, &change()), id(2, &change()));
        assert_ne!(id(1, &change()), id(1, &next));
        assert_ne!(id(1, &change()), id(1, &created));
    }

    #[test]
    fn a_decision_is_a_change_and_a_decision() {
        let decided = LoggedChange { decided: Some((ReviewId::new(AT, [4; 10]), ReviewStatus::Changes)), ..change() };

        let told = of_change(webhook(1), Events::all(), &shop(), &decided);

        assert_eq!(told.iter().map(|told| told.event).collect::<Vec<_>>(), ["product.updated", "review.decided"]);
        assert_eq!(parsed(&told[1])["review"]["decision"], "changes_requested");
        assert_ne!(told[0].id, told[1].id);
    }

    #[test]
    fn nobody_is_told_what_they_do_not_want() {
        let some = [Event::ProductCreated].into_iter().collect();
        assert_eq!(of_change(webhook(1), some, &shop(), &change()), []);
    }

    #[test]
    fn many_changes_are_told_together_by_lanes_and_each_as_it_would_be_alone() {
        let changes: Vec<LoggedChange> =
            (0..400).map(|at| LoggedChange { seq: Seq(100 + at), product_key: 1 << 32 | (at % 10), ..change() }).collect();

        let alone = of_changes(webhook(1), Events::all(), &shop(), &changes, false);
        let told = of_changes(webhook(1), Events::all(), &shop(), &changes, true);

        assert_eq!((alone.len(), told.len()), (400, 8));
        let mut events: Vec<Value> = Vec::new();
        for delivery in &told {
            let body = parsed(delivery);
            assert_eq!((body["event"].as_str(), body["id"].as_str()), (Some("product.batch"), Some(message_id(delivery.id).as_str())));
            assert_eq!((body["store"]["slug"].as_str(), body["events"][0]["seq"].as_i64()), (Some("shop"), Some(delivery.seq.0)));
            let batch = body["events"].as_array().unwrap();
            assert!(batch.is_sorted_by_key(|event| event["seq"].as_i64()) && delivery.subject.starts_with(&format!("{} events", batch.len())));
            events.extend(batch.iter().cloned());
        }
        events.sort_by_key(|event| event["seq"].as_i64());
        assert_eq!(events, alone.iter().map(parsed).collect::<Vec<_>>());
        let again = of_changes(webhook(1), Events::all(), &shop(), &changes, true);
        assert_eq!(again, told, "the same many are the same delivery");
    }

    #[test]
    fn no_delivery_holds_very_many_and_one_alone_stays_alone() {
        let of_one = |count| (0..count).map(|at| LoggedChange { seq: Seq(100 + at), ..change() }).collect::<Vec<_>>();
        let told = |changes: &[LoggedChange]| of_changes(webhook(1), Events::all(), &shop(), changes, true);

        assert_eq!(told(&of_one(450)).iter().map(|one| one.seq.0).collect::<Vec<_>>(), [100, 200, 300, 400, 500]);
        assert_eq!(told(&of_one(1)), of_change(webhook(1), Events::all(), &shop(), &of_one(1)[0]));
        assert_eq!(told(&[]), []);
    }

    #[test]
    fn a_job_is_told_with_how_it_ended() {
        let import = EndedJob {
            id: JobId::new(AT, [5; 10]),
            kind: JobKind::Import,
            state: JobState::Failed,
            subject: "lamps.csv".into(),
            progress: r#"{"progress":{"bytes":1,"bytes_total":2,"created":3,"changed":4,"unchanged":5,"skipped":6,"bad":7}}"#.into(),
            message: "The disk is full.".into(),
            finished_at: AT,
        };

        let told = parsed(&of_job(webhook(1), &shop(), &import).unwrap());

        assert_eq!((told["event"].as_str(), told["import"]["state"].as_str()), (Some("import.finished"), Some("failed")));
        assert_eq!((&told["import"]["created"], &told["import"]["bad_rows"]), (&json!(3), &json!(7)));
        assert!(told.get("seq").is_none() && told.get("run").is_none(), "{told}");
        assert_eq!(of_job(webhook(1), &shop(), &EndedJob { kind: JobKind::DryRun, ..import }), None);
    }
}
