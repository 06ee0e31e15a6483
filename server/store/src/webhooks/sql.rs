//! The SQL of webhooks.

use crate::sql::{
    Kind::{Id, Int, Text},
    Pair, Table,
};

pub(super) const DELIVERIES: Table = Table {
    name: "webhook_deliveries",
    columns: &[
        ("id", Id),
        ("webhook_id", Id),
        ("event", Text),
        ("product_key", Int),
        ("seq", Int),
        ("job_id", Id),
        ("happened_at", Int),
        ("subject", Text),
        ("body", Text),
        ("state", Text),
        ("attempts", Int),
        ("due_at", Int),
        ("noted_at", Int),
        ("status", Int),
        ("milliseconds", Int),
        ("answer", Text),
    ],
    key: &["id"],
    fixed: &["webhook_id"],
};

/// Those of a webhook that wait.
macro_rules! waiting {
    ($webhook:literal) => {
        concat!("(SELECT COUNT(*) FROM webhook_deliveries c WHERE c.webhook_id = ", $webhook, " AND c.state = 'waiting')")
    };
}

/// Nothing of the same product waits before it: neither alone nor among many, which stand under their lane ([`super::lane`]). One change
/// may be told of in two ways: one after the other as well.
macro_rules! is_first {
    () => {
        "(d.product_key = 0 OR (NOT EXISTS (SELECT 1 FROM webhook_deliveries e \
         WHERE e.webhook_id = d.webhook_id AND e.product_key = d.product_key AND e.state = 'waiting' AND (e.seq < d.seq OR (e.seq = d.seq AND e.event < d.event))) \
         AND (d.product_key < 0 OR NOT EXISTS (SELECT 1 FROM webhook_deliveries b \
         WHERE b.webhook_id = d.webhook_id AND b.product_key = -1 - d.product_key % 8 AND b.state = 'waiting' AND b.seq < d.seq)) \
         AND (d.product_key > 0 OR NOT EXISTS (SELECT 1 FROM webhook_deliveries o \
         WHERE o.webhook_id = d.webhook_id AND o.product_key > 0 AND -1 - o.product_key % 8 = d.product_key AND o.state = 'waiting' AND o.seq < d.seq))))"
    };
}

/// Jobs `j` that a webhook `w` is to be told of and is not yet.
macro_rules! untold {
    () => {
        "j.store_num = w.store_num AND j.finished_at > w.jobs_after \
         AND (w.events & (CASE j.kind WHEN 'optimise' THEN 32 WHEN 'import' THEN 64 ELSE 0 END)) <> 0 \
         AND NOT EXISTS (SELECT 1 FROM webhook_deliveries t WHERE t.webhook_id = w.id AND t.job_id = j.id)"
    };
}

macro_rules! webhook_columns {
    () => {
        concat!(
            "w.id, w.url, w.events, w.state, w.reason, w.sealed_secret, w.old_secret, w.old_until, w.seen_seq, w.jobs_after, w.failures, \
             w.failing_since, w.delivered_at, w.rests_until, w.created_at, s.seq AS last_seq, ",
            waiting!("w.id"),
            " AS waiting"
        )
    };
}

pub(super) const WEBHOOKS: &str = concat!(
    "SELECT ",
    webhook_columns!(),
    " FROM webhooks w JOIN store_seq s ON s.store_num = w.store_num WHERE w.store_num = $1 ORDER BY w.created_at, w.id"
);

pub(super) const WEBHOOK: &str =
    concat!("SELECT ", webhook_columns!(), " FROM webhooks w JOIN store_seq s ON s.store_num = w.store_num WHERE w.store_num = $1 AND w.id = $2");

/// Of whoever holds it.
pub(super) const STANDING: &str =
    concat!("SELECT ", webhook_columns!(), " FROM webhooks w JOIN store_seq s ON s.store_num = w.store_num WHERE w.id = $1 AND w.leased_by = $2");

/// The row of the store's numbers is locked: no two at once count the same webhooks, and what is committed behind is told of.
pub(super) const LOCK_STORE: &str = "UPDATE store_seq SET seq = seq WHERE store_num = $1 RETURNING seq";

pub(super) const COUNT: &str = "SELECT COUNT(*) FROM webhooks WHERE store_num = $1";

pub(super) const MAKE: &str = "\
    INSERT INTO webhooks (id, store_num, url, events, state, reason, sealed_secret, seen_seq, jobs_after, failures, rests_until, created_at) \
    VALUES ($1, $2, $3, $4, 'active', '', $5, $6, $7, 0, 0, $7)";

/// Where it was told of nothing of a kind before, it is told of what happens from now on.
pub(super) const CHANGE: &str = "\
    UPDATE webhooks SET url = $3, events = $4, state = $5, \
    reason = CASE WHEN $5 = state THEN reason ELSE '' END, \
    failures = CASE WHEN $5 = state THEN failures ELSE 0 END, \
    failing_since = CASE WHEN $5 = state THEN failing_since ELSE NULL END, \
    rests_until = CASE WHEN $5 = state AND $3 = url THEN rests_until ELSE 0 END, \
    seen_seq = CASE WHEN (events & 31) = 0 THEN (SELECT s.seq FROM store_seq s WHERE s.store_num = $1) ELSE seen_seq END, \
    jobs_after = CASE WHEN (events & 96) = 0 THEN $6 ELSE jobs_after END \
    WHERE store_num = $1 AND id = $2";

pub(super) const REMOVE: &str = "DELETE FROM webhooks WHERE store_num = $1 AND id = $2";

pub(super) const ROTATE: &str = "\
    UPDATE webhooks SET old_secret = sealed_secret, old_until = $4, sealed_secret = $3 WHERE store_num = $1 AND id = $2";

macro_rules! delivery_columns {
    () => {
        "d.id, d.event, d.subject, d.seq, d.happened_at, d.state, d.attempts, d.due_at, d.noted_at, d.status, d.milliseconds, d.answer"
    };
}

pub(super) const LOG: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM webhook_deliveries d WHERE d.webhook_id = (SELECT w.id FROM webhooks w WHERE w.store_num = $1 AND w.id = $2) \
     AND (d.noted_at, d.id) < ($3, $4) ORDER BY d.noted_at DESC, d.id DESC LIMIT $5"
);

pub(super) const DELIVERY: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE w.store_num = $1 AND w.id = $2 AND d.id = $3"
);

/// A webhook that is there, and stays until the transaction ends.
pub(super) const HOLD: Pair = Pair {
    sqlite: "SELECT id FROM webhooks WHERE store_num = $1 AND id = $2",
    postgres: "SELECT id FROM webhooks WHERE store_num = $1 AND id = $2 FOR KEY SHARE",
};

/// It rests no longer.
pub(super) const ROUSE: &str = "UPDATE webhooks SET rests_until = 0 WHERE store_num = $1 AND id = $2";

pub(super) const REPLAY: &str = "\
    UPDATE webhook_deliveries SET state = 'waiting', attempts = CASE WHEN state = 'waiting' THEN attempts ELSE 0 END, due_at = $3 \
    WHERE id = $1 AND webhook_id = $2";

/// The first change from one on.
pub(super) const WHEN_WAS: &str = "SELECT at FROM change_log WHERE store_num = $1 AND seq >= $2 ORDER BY seq LIMIT 1";

pub(super) const REWIND: &str = "\
    UPDATE webhooks SET seen_seq = CASE WHEN $3 < seen_seq THEN $3 ELSE seen_seq END, rests_until = 0 WHERE store_num = $1 AND id = $2";

/// They come again from the log, in their order.
pub(super) const TAKE_BACK: &str = "DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'waiting' AND seq > $2";

pub(super) const REPLAY_JOBS: &str = "\
    UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = $3 \
    WHERE webhook_id = $1 AND job_id IS NOT NULL AND happened_at >= $2";

/// Webhooks that somebody could send something to. One with as many as `$2` on their way is told of nothing more until some of
/// them have arrived; where `$4` changes are behind, and many are told of at once, with as many as `$5`.
pub(super) const WITH_WORK: &str = concat!(
    "SELECT w.id FROM webhooks w JOIN store_seq s ON s.store_num = w.store_num \
     WHERE w.state = 'active' AND w.rests_until <= $1 AND (w.leased_until IS NULL OR w.leased_until <= $1) AND (\
     ((w.events & 31) <> 0 AND w.seen_seq < s.seq AND ",
    waiting!("w.id"),
    " < CASE WHEN s.seq - w.seen_seq >= $4 THEN $5 ELSE $2 END) \
     OR EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.due_at <= $1 AND ",
    is_first!(),
    ") OR ((w.events & 96) <> 0 AND EXISTS (SELECT 1 FROM jobs j WHERE ",
    untold!(),
    "))) ORDER BY w.id LIMIT $3"
);

pub(super) const LEASE: &str = "\
    UPDATE webhooks SET leased_by = $2, leased_until = $3 \
    WHERE id = $1 AND state = 'active' AND (leased_until IS NULL OR leased_until <= $4)";

pub(super) const STORE_OF: &str = "\
    SELECT s.num, s.id AS store_id, s.slug, s.name AS store_name, s.currency FROM stores s JOIN webhooks w ON w.store_num = s.num WHERE w.id = $1";

pub(super) const RENEW: &str = "UPDATE webhooks SET leased_until = $3 WHERE id = $1 AND leased_by = $2";

pub(super) const RELEASE: &str = "UPDATE webhooks SET leased_by = NULL, leased_until = NULL WHERE id = $1 AND leased_by = $2";

/// Changes behind one, with the decision about a suggestion that each was.
pub(super) const CHANGES: &str = "\
    SELECT c.seq, c.product_key, c.kind, c.at, c.fields, p.id AS product_id, p.handle, r.id AS review_id, r.status AS decision \
    FROM change_log c JOIN products p ON p.key = c.product_key \
    LEFT JOIN content_reviews r ON c.source = 'review' AND r.product_key = c.product_key AND r.decided_at = c.at \
    AND r.status IN ('approved', 'rejected', 'changes') \
    WHERE c.store_num = $1 AND c.seq > $2 ORDER BY c.seq LIMIT $3";

/// Only from where whoever writes it has read.
pub(super) const SEEN: &str = "UPDATE webhooks SET seen_seq = $4 WHERE id = $1 AND leased_by = $2 AND seen_seq = $3";

pub(super) const JOBS_TOLD: &str = "\
    UPDATE webhooks SET jobs_after = CASE WHEN $3 > jobs_after THEN $3 ELSE jobs_after END WHERE id = $1 AND leased_by = $2";

pub(super) const ENDED_JOBS: &str = concat!(
    "SELECT j.id, j.kind, j.state, j.subject, j.progress, j.message, j.finished_at FROM webhooks w JOIN jobs j ON ",
    untold!(),
    " WHERE w.id = $1 ORDER BY j.finished_at, j.id LIMIT $2"
);

macro_rules! ready {
    ($not_these:literal) => {
        concat!(
            "SELECT d.id, d.product_key, d.body, d.attempts FROM webhook_deliveries d \
             WHERE d.webhook_id = $1 AND d.state = 'waiting' AND d.due_at <= $2 AND ",
            is_first!(),
            " AND d.id ",
            $not_these,
            " ORDER BY d.seq, d.id LIMIT $4"
        )
    };
}

/// What may be sent now: of each product the first that waits, without those in the air.
pub(super) const READY: Pair = Pair { sqlite: ready!("NOT IN (SELECT unhex(value) FROM json_each($3))"), postgres: ready!("<> ALL($3)") };

pub(super) const FLOWN: &str = "\
    UPDATE webhook_deliveries SET state = $3, attempts = attempts + 1, due_at = $4, noted_at = $5, status = $6, milliseconds = $7, answer = $8 \
    WHERE id = $1 AND webhook_id = $2 AND state = 'waiting'";

pub(super) const HEALTH: &str = "\
    UPDATE webhooks SET failures = $3, failing_since = $4, delivered_at = $5, rests_until = $6, \
    state = CASE WHEN $7 THEN 'failed' ELSE state END, reason = CASE WHEN $7 THEN $8 ELSE reason END \
    WHERE id = $1 AND leased_by = $2";

macro_rules! older {
    ($line:literal, $webhook:literal, $moment:literal) => {
        concat!($line, ".noted_at < ", $moment, " AND (", $line, ".job_id IS NULL OR ", $line, ".happened_at <= ", $webhook, ")")
    };
}

/// Lines that are older than `$2`, and of those about products and tests what is behind `$3` others, or `$4` where many are in one. The
/// line of a job stays for as long as nothing else says that it was told of.
pub(super) const DROP_OLD: &str = concat!(
    "DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND state <> 'waiting' AND ((",
    older!("webhook_deliveries", "(SELECT w.jobs_after FROM webhooks w WHERE w.id = $1)", "$2"),
    ") OR (job_id IS NULL AND noted_at < COALESCE(\
     (SELECT o.noted_at FROM webhook_deliveries o WHERE o.webhook_id = $1 ORDER BY o.noted_at DESC, o.id DESC LIMIT 1 OFFSET $3), 0)) \
     OR (product_key < 0 AND noted_at < COALESCE(\
     (SELECT b.noted_at FROM webhook_deliveries b WHERE b.webhook_id = $1 AND b.product_key < 0 ORDER BY b.noted_at DESC, b.id DESC LIMIT 1 OFFSET $4), 0)))"
);

/// Webhooks with lines that are older than `$1`.
pub(super) const WITH_OLD: &str = concat!(
    "SELECT w.id FROM webhooks w WHERE EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.state <> 'waiting' AND ",
    older!("d", "w.jobs_after", "$1"),
    ")"
);

/// The statements that must never read a whole table, by name, for the test of their plans. The others read what waits, which is
/// little, or some hundred rows of the log.
pub(crate) fn hot() -> Vec<(&'static str, &'static str)> {
    vec![("a delivery is noted", FLOWN), ("the log of a webhook", LOG), ("a change by its number", WHEN_WAS)]
}
