//! Webhooks and deliveries as they come out of the tables and go into them.

use domain::{
    change::ChangeKind,
    clock::Timestamp,
    field::Field,
    ids::{DeliveryId, JobId, ProductId, ReviewId, Seq, WebhookId},
};
use ports::{
    jobs::{JobKind, JobState},
    review::ReviewStatus,
    webhooks::{DeliveryState, DeliveryView, Events, WebhookState},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    codec::{from_json, from_row, word},
    write::{Record, Sink},
};

/// A webhook with everything that sending to it needs. Its secrets are still sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRow {
    pub id: WebhookId,
    pub url: String,
    pub events: Events,
    pub state: WebhookState,
    pub reason: String,
    pub sealed_secret: Vec<u8>,
    /// The one from before, and until when it is signed with as well.
    pub old_secret: Option<(Vec<u8>, Timestamp)>,
    /// Up to here the change log has been looked through.
    pub seen: Seq,
    pub health: Health,
    pub created_at: Timestamp,
    /// The last change of the store.
    pub last: Seq,
    pub waiting: u32,
}

/// How a webhook fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Attempts that failed since the last one that did not.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// Nothing is sent before.
    pub rests_until: Timestamp,
}

/// A change as it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedChange {
    pub seq: Seq,
    pub product_key: i64,
    pub product: ProductId,
    /// As it is now.
    pub handle: String,
    pub kind: ChangeKind,
    pub at: Timestamp,
    pub fields: Vec<Field>,
    /// The suggestion that it has decided upon.
    pub decided: Option<(ReviewId, ReviewStatus)>,
}

/// A job that is over, as it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedJob {
    pub id: JobId,
    pub kind: JobKind,
    pub state: JobState,
    pub subject: String,
    /// JSON.
    pub progress: String,
    pub message: String,
    pub finished_at: Timestamp,
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub event: &'static str,
    /// 0 of no product; of many the lane that all of them are in.
    pub product_key: i64,
    /// 0 of what is not in the log; of many the first.
    pub seq: Seq,
    pub job: Option<JobId>,
    pub happened_at: Timestamp,
    pub subject: String,
    /// JSON.
    pub body: String,
}

/// Something that may be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub id: DeliveryId,
    /// As in [`NewDelivery`].
    pub product_key: i64,
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// How many lanes there are for what tells of many products at once.
const LANES: i64 = 8;

/// Which lane a product is in, as the key of what tells of many: of those in one lane, and of each of its products, one is sent after the
/// other. A lane's own key is its lane.
pub const fn lane(product_key: i64) -> i64 {
    if product_key > 0 { -1 - product_key % LANES } else { product_key }
}

impl Parcel {
    /// Whether it is to wait while something of this key is in the air.
    pub const fn waits_for(&self, key: i64) -> bool {
        let of_many = self.product_key < 0 || key < 0;
        key != 0 && (self.product_key == key || (of_many && lane(self.product_key) == lane(key)))
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flown {
    pub id: DeliveryId,
    pub state: DeliveryState,
    /// When it is tried next, while it waits.
    pub due_at: Timestamp,
    pub at: Timestamp,
    pub status: Option<u16>,
    pub milliseconds: u32,
    pub answer: String,
}

/// A delivery on its way into the table.
pub(super) struct DeliveryRecord<'a> {
    pub(super) webhook: WebhookId,
    pub(super) new: &'a NewDelivery,
    pub(super) at: Timestamp,
    /// When it was tried already.
    pub(super) flown: Option<&'a Flown>,
}

impl Record for DeliveryRecord<'_> {
    fn put(&self, sink: &mut impl Sink) {
        let Self { webhook, new, at, flown } = self;
        sink.id(Some(new.id.0));
        sink.id(Some(webhook.0));
        sink.text(new.event);
        sink.int(Some(new.product_key));
        sink.int(Some(new.seq.0));
        sink.id(new.job.map(|job| job.0));
        sink.int(Some(new.happened_at.micros()));
        sink.text(&kept(&new.subject));
        sink.text(&kept(&new.body));
        sink.text(flown.map_or(DeliveryState::Waiting, |flown| flown.state).name());
        sink.int(Some(i64::from(flown.is_some())));
        sink.int(Some(flown.map_or(*at, |flown| flown.due_at).micros()));
        sink.int(Some(at.micros()));
        sink.int(flown.and_then(|flown| flown.status).map(i64::from));
        sink.int(flown.map(|flown| i64::from(flown.milliseconds)));
        sink.text(&flown.map(|flown| kept(&flown.answer)).unwrap_or_default());
    }
}

/// PostgreSQL keeps no zero in a text.
pub(super) fn kept(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

from_row!(WebhookRow, |row| {
    let old: Option<Vec<u8>> = row.try_get("old_secret")?;
    let until: Option<i64> = row.try_get("old_until")?;
    Ok(Self {
        id: WebhookId(row.try_get::<Uuid, _>("id")?),
        url: row.try_get("url")?,
        events: Events::from_bits(row.try_get("events")?),
        state: word(row.try_get("state")?, WebhookState::from_name, "state of a webhook")?,
        reason: row.try_get("reason")?,
        sealed_secret: row.try_get("sealed_secret")?,
        old_secret: old.zip(until.map(Timestamp::from_micros)),
        seen: Seq(row.try_get("seen_seq")?),
        health: Health {
            failures: row.try_get::<i64, _>("failures")?.clamp(0, i64::from(u32::MAX)) as u32,
            failing_since: row.try_get::<Option<i64>, _>("failing_since")?.map(Timestamp::from_micros),
            delivered_at: row.try_get::<Option<i64>, _>("delivered_at")?.map(Timestamp::from_micros),
            rests_until: Timestamp::from_micros(row.try_get("rests_until")?),
        },
        created_at: Timestamp::from_micros(row.try_get("created_at")?),
        last: Seq(row.try_get("last_seq")?),
        waiting: row.try_get::<i64, _>("waiting")?.max(0) as u32,
    })
});

/// Of a change its field alone: what is before and after it may be long.
#[derive(Deserialize)]
struct Changed {
    field: Field,
}

from_row!(LoggedChange, |row| {
    let fields: Vec<Changed> = from_json(row.try_get("fields")?, "changed fields")?;
    let review: Option<Uuid> = row.try_get("review_id")?;
    let decision: Option<&str> = row.try_get("decision")?;
    let decision = decision.map(|name| word(name, ReviewStatus::from_name, "state of a review")).transpose()?;
    Ok(Self {
        seq: Seq(row.try_get("seq")?),
        product_key: row.try_get("product_key")?,
        product: ProductId(row.try_get::<Uuid, _>("product_id")?),
        handle: row.try_get("handle")?,
        kind: word(row.try_get("kind")?, ChangeKind::from_name, "kind of change")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        fields: fields.into_iter().map(|changed| changed.field).collect(),
        decided: review.map(ReviewId).zip(decision),
    })
});

from_row!(EndedJob, |row| {
    Ok(Self {
        id: JobId(row.try_get::<Uuid, _>("id")?),
        kind: word(row.try_get("kind")?, JobKind::from_name, "kind of job")?,
        state: word(row.try_get("state")?, JobState::from_name, "state of a job")?,
        subject: row.try_get("subject")?,
        progress: row.try_get("progress")?,
        message: row.try_get("message")?,
        finished_at: Timestamp::from_micros(row.try_get("finished_at")?),
    })
});

from_row!(Parcel, |row| {
    Ok(Self {
        id: DeliveryId(row.try_get::<Uuid, _>("id")?),
        product_key: row.try_get("product_key")?,
        body: row.try_get("body")?,
        attempts: row.try_get::<i64, _>("attempts")?.max(0) as u32,
    })
});

pub(super) struct Line(pub(super) DeliveryView);

from_row!(Line, |row| {
    let state = word(row.try_get("state")?, DeliveryState::from_name, "state of a delivery")?;
    let seq: i64 = row.try_get("seq")?;
    let due_at: i64 = row.try_get("due_at")?;
    Ok(Self(DeliveryView {
        id: DeliveryId(row.try_get::<Uuid, _>("id")?),
        event: row.try_get("event")?,
        subject: row.try_get("subject")?,
        seq: (seq > 0).then_some(Seq(seq)),
        happened_at: Timestamp::from_micros(row.try_get("happened_at")?),
        state,
        attempts: row.try_get::<i64, _>("attempts")?.max(0) as u32,
        due_at: (state == DeliveryState::Waiting).then_some(Timestamp::from_micros(due_at)),
        noted_at: Timestamp::from_micros(row.try_get("noted_at")?),
        status: row.try_get::<Option<i64>, _>("status")?.and_then(|status| u16::try_from(status).ok()),
        milliseconds: row.try_get::<Option<i64>, _>("milliseconds")?.and_then(|milliseconds| u32::try_from(milliseconds).ok()),
        answer: row.try_get("answer")?,
    }))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_many_waits_for_each_of_its_products() {
        let (lamp, bowl) = ((7 << 32) + 16, (7 << 32) + 17);
        let parcel = |product_key| Parcel { id: DeliveryId(Uuid::nil()), product_key, body: String::new(), attempts: 0 };

        assert!(parcel(lamp).waits_for(lamp) && !parcel(lamp).waits_for(bowl));
        assert!(parcel(lane(lamp)).waits_for(lamp) && parcel(lamp).waits_for(lane(lamp)) && parcel(lane(lamp)).waits_for(lane(lamp)));
        assert!(!parcel(lane(lamp)).waits_for(bowl) && !parcel(bowl).waits_for(lane(lamp)) && !parcel(lane(bowl)).waits_for(lane(lamp)));
        assert!(!parcel(0).waits_for(0) && !parcel(0).waits_for(lane(lamp)) && !parcel(lane(lamp)).waits_for(0));
    }

    #[test]
    fn there_are_eight_lanes() {
        let lanes: std::collections::BTreeSet<i64> = (0..100).map(|number| lane(1 << 32 | number)).collect();

        assert_eq!(lanes, (-8..=-1).collect());
        assert!(lanes.iter().all(|of_many| lane(*of_many) == *of_many));
    }
}
