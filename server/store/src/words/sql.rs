//! The SQL of words: their tables' columns, and the statements that are not those of reviews.

use crate::{
    Db,
    sql::{
        Kind::{Bytes, Flag, Id, Int, Text},
        Pair, Table, job_columns,
    },
};

pub(crate) const VERSIONS: Table = Table {
    name: "optimization_versions",
    columns: &[
        ("id", Id),
        ("store_num", Int),
        ("product_key", Int),
        ("product_id", Id),
        ("number", Int),
        ("is_active", Flag),
        ("run_id", Id),
        ("provider_id", Id),
        ("model", Text),
        ("user_id", Id),
        ("fingerprint", Bytes),
        ("reused", Flag),
        ("tokens_in", Int),
        ("tokens_out", Int),
        ("cost", Int),
        ("quality_before", Int),
        ("quality_after", Int),
        ("seo_before", Int),
        ("seo_after", Int),
        ("finding_count", Int),
        ("created_at", Int),
        ("brief_hash", Bytes),
        ("remark", Text),
        ("source_versions", Text),
        ("findings", Text),
        ("optimized_title", Text),
        ("optimized_seo_title", Text),
        ("optimized_seo_description", Text),
        ("optimized_tags", Text),
        ("optimized_alts", Text),
        ("optimized_description", Text),
        ("source", Text),
    ],
    key: &["id"],
    fixed: &[],
};

pub(crate) const REVIEWS: Table = Table {
    name: "content_reviews",
    columns: &[
        ("id", Id),
        ("store_num", Int),
        ("version_id", Id),
        ("product_key", Int),
        ("product_type", Text),
        ("run_id", Id),
        ("status", Text),
        ("odd", Flag),
        ("assignee_id", Id),
        ("created_at", Int),
        ("decided_at", Int),
        ("decided_by", Id),
        ("reason", Text),
        ("accepted", Text),
    ],
    key: &["id"],
    fixed: &[],
};

pub(crate) const ASKED_BRIEFS: Table = Table { name: "asked_briefs", columns: &[("hash", Bytes), ("brief", Text)], key: &["hash"], fixed: &[] };

pub(crate) const RUN_FAILURES: Table = Table {
    name: "run_failures",
    columns: &[("run_id", Id), ("product_key", Int), ("reason", Text), ("created_at", Int)],
    key: &["run_id", "product_key"],
    fixed: &[],
};

pub(crate) const USAGE_RECORDS: Table = Table {
    name: "ai_usage_records",
    columns: &[
        ("id", Id),
        ("store_num", Int),
        ("provider_id", Id),
        ("model", Text),
        ("created_at", Int),
        ("tokens_in", Int),
        ("tokens_out", Int),
        ("cost", Int),
        ("milliseconds", Int),
        ("outcome", Text),
        ("run_id", Id),
        ("user_id", Id),
        ("product_id", Id),
        ("product_type", Text),
    ],
    key: &["id"],
    fixed: &[],
};

pub(crate) const USAGE_DAYS: Table = Table {
    name: "usage_days",
    columns: &[
        ("store_num", Int),
        ("dimension", Text),
        ("day", Int),
        ("value", Text),
        ("calls", Int),
        ("failed", Int),
        ("tokens_in", Int),
        ("tokens_out", Int),
        ("cost", Int),
        ("milliseconds", Int),
    ],
    key: &["store_num", "dimension", "day", "value"],
    fixed: &[],
};

/// What `rows::WordsColumns` takes words from.
macro_rules! words_columns {
    () => {
        "optimized_title, optimized_description, optimized_seo_title, optimized_seo_description, optimized_tags, optimized_alts"
    };
}

pub(crate) use words_columns;

pub(crate) const PROVIDERS: &str = "\
    SELECT id, kind, name, base_url, model, sealed_key, concurrency, timeout_seconds, position, enabled, removed \
    FROM providers WHERE store_num = $1 AND NOT removed ORDER BY position";

pub(crate) const PROVIDER_NAMES: &str = "SELECT id, name FROM providers WHERE store_num = $1";

/// Changes no row when the provider is another store's.
pub(crate) const SAVE_PROVIDER: &str = "\
    INSERT INTO providers \
    (id, store_num, kind, name, base_url, model, sealed_key, concurrency, timeout_seconds, position, enabled, removed, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) \
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, base_url = excluded.base_url, model = excluded.model, \
    sealed_key = excluded.sealed_key, concurrency = excluded.concurrency, timeout_seconds = excluded.timeout_seconds, \
    position = excluded.position, enabled = excluded.enabled, removed = excluded.removed, updated_at = excluded.updated_at \
    WHERE providers.store_num = excluded.store_num";

/// Its row stays for the names of what it wrote; its key does not.
pub(crate) const REMOVE_PROVIDER: &str = "\
    UPDATE providers SET removed = TRUE, enabled = FALSE, sealed_key = NULL, updated_at = $3 WHERE store_num = $1 AND id = $2 AND NOT removed";

macro_rules! price_columns {
    () => {
        "SELECT provider_id, model, from_at, input, output FROM prices WHERE store_num = $1 "
    };
}

pub(crate) const PRICES: &str = concat!(price_columns!(), "ORDER BY from_at DESC, provider_id, model");
pub(crate) const PRICE_AT: &str = concat!(price_columns!(), "AND provider_id = $2 AND model = $3 AND from_at <= $4 ORDER BY from_at DESC LIMIT 1");

pub(crate) const SAVE_PRICE: &str = "\
    INSERT INTO prices (store_num, provider_id, model, from_at, input, output) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (store_num, provider_id, model, from_at) DO UPDATE SET input = excluded.input, output = excluded.output";

pub(crate) const REMOVE_PRICE: &str = "DELETE FROM prices WHERE store_num = $1 AND provider_id = $2 AND model = $3 AND from_at = $4";

pub(crate) const BRIEFS: &str = "SELECT product_type, brief FROM briefs WHERE store_num = $1";

pub(crate) const SAVE_BRIEF: &str = "\
    INSERT INTO briefs (store_num, product_type, brief, user_id, updated_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (store_num, product_type) DO UPDATE SET brief = excluded.brief, user_id = excluded.user_id, updated_at = excluded.updated_at";

pub(crate) const REMOVE_BRIEF: &str = "DELETE FROM briefs WHERE store_num = $1 AND product_type = $2";

pub(crate) const SET_BUDGET: &str = "\
    INSERT INTO budgets (store_num, monthly, user_id, updated_at) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (store_num) DO UPDATE SET monthly = excluded.monthly, user_id = excluded.user_id, updated_at = excluded.updated_at";

macro_rules! spent {
    () => {
        "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM usage_days WHERE store_num = $1 AND dimension = 'all' AND day >= $2 AND day < $3"
    };
}

/// From day `$2` to before day `$3`.
pub(crate) const SPENT: &str = spent!();
pub(crate) const BUDGET_AND_SPENT: &str = concat!("SELECT (SELECT monthly FROM budgets WHERE store_num = $1), (", spent!(), ")");

/// Each day from `$2` to `$3`.
pub(crate) const USAGE_BY_DAY: &str = "\
    SELECT day, calls, failed, tokens_in, tokens_out, cost, milliseconds FROM usage_days \
    WHERE store_num = $1 AND dimension = 'all' AND day >= $2 AND day <= $3";

/// Each value of each dimension from day `$2` to day `$3`.
pub(crate) const USAGE_BY_VALUE: &str = "\
    SELECT dimension, value, CAST(SUM(calls) AS BIGINT), CAST(SUM(failed) AS BIGINT), CAST(SUM(tokens_in) AS BIGINT), \
    CAST(SUM(tokens_out) AS BIGINT), CAST(SUM(cost) AS BIGINT), CAST(SUM(milliseconds) AS BIGINT) FROM usage_days \
    WHERE store_num = $1 AND dimension IN ('provider', 'model', 'person', 'type') AND day >= $2 AND day <= $3 GROUP BY dimension, value";

pub(crate) const USER_NAMES: Pair = Pair {
    sqlite: "SELECT id, name FROM users WHERE id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT id, name FROM users WHERE id = ANY($1)",
};

/// Calls behind `($2, $3)` and before `$4`, in the order of their time.
pub(crate) const USAGE_CALLS: &str = "\
    SELECT r.id, r.provider_id, p.name AS provider, r.model, r.created_at, r.tokens_in, r.tokens_out, r.cost, r.milliseconds, r.outcome, r.run_id, \
    u.name AS who, r.product_type \
    FROM ai_usage_records r LEFT JOIN providers p ON p.id = r.provider_id LEFT JOIN users u ON u.id = r.user_id \
    WHERE r.store_num = $1 AND (r.created_at, r.id) > ($2, $3) AND r.created_at < $4 ORDER BY r.created_at, r.id LIMIT $5";

/// The latest good answers of one model of a provider. Of the built-in writer, which is one for all stores, they are looked for
/// among its latest.
pub(crate) const MEASURED: &str = "\
    SELECT COUNT(*), CAST(COALESCE(SUM(tokens_in), 0) AS BIGINT), CAST(COALESCE(SUM(tokens_out), 0) AS BIGINT), \
    CAST(COALESCE(SUM(milliseconds), 0) AS BIGINT) FROM (\
        SELECT tokens_in, tokens_out, milliseconds FROM (\
            SELECT store_num, model, outcome, created_at, tokens_in, tokens_out, milliseconds FROM ai_usage_records \
            WHERE provider_id = $2 ORDER BY created_at DESC LIMIT 2000\
        ) AS by_time WHERE store_num = $1 AND model = $3 AND outcome = 'ok' ORDER BY created_at DESC LIMIT 200\
    ) AS by_model";

pub(crate) const START_RUN: &str = "INSERT INTO run_products (run_id, products, done) VALUES ($1, $2, $3)";
pub(crate) const RUN_PRODUCTS: &str = "SELECT products, done FROM run_products WHERE run_id = $1";
pub(crate) const MARK_DONE: &str = "UPDATE run_products SET done = $2 WHERE run_id = $1";

/// Of a job that nobody works on.
pub(crate) const CANCEL_AT_ONCE: &str = "\
    UPDATE jobs SET state = 'cancelled', cancel_requested = TRUE, paused = FALSE, message = '', finished_at = $3 \
    WHERE store_num = $1 AND id = $2 AND (state = 'queued' OR (state = 'running' AND leased_until <= $3))";

/// Of a job that somebody works on.
pub(crate) const ASK_TO_CANCEL: &str = "\
    UPDATE jobs SET cancel_requested = TRUE, paused = FALSE WHERE store_num = $1 AND id = $2 AND state = 'running' AND leased_until > $3";

macro_rules! latest_runs {
    ($name:literal, $which:literal, $limit:literal) => {
        concat!(
            "SELECT id FROM (SELECT id FROM jobs WHERE store_num = $1 AND kind = 'optimise' AND subject ",
            $which,
            " ORDER BY created_at DESC, id DESC LIMIT ",
            $limit,
            ") AS ",
            $name
        )
    };
}

/// The latest `$3` that somebody started; the latest `$4` that are called `$2`, and the latest `$4` of those that are not over.
pub(crate) const RUNS_SHOWN: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.id IN (",
    latest_runs!("by_people", "<> $2", "$3"),
    " UNION ",
    latest_runs!("by_reviewers", "= $2", "$4"),
    " UNION ",
    latest_runs!("by_waiting", "= $2 AND state IN ('queued', 'running')", "$4"),
    ") ORDER BY j.created_at DESC, j.id DESC"
);

/// The latest `$4` of those behind `($2, $3)`.
pub(crate) const RUNS_BEHIND: &str = concat!(
    "SELECT ",
    job_columns!(),
    "WHERE j.id IN (SELECT id FROM (SELECT id FROM jobs WHERE store_num = $1 AND kind = 'optimise' AND (created_at, id) < ($2, $3) \
     ORDER BY created_at DESC, id DESC LIMIT $4) AS by_place) ORDER BY j.created_at DESC, j.id DESC"
);

pub(crate) const LIVING_HANDLES: Pair = Pair {
    sqlite: "\
        SELECT key FROM products INDEXED BY products_by_handle \
        WHERE store_num = $1 AND handle IN (SELECT value FROM json_each($2)) AND NOT deleted",
    postgres: "SELECT key FROM products WHERE store_num = $1 AND handle = ANY($2) AND NOT deleted",
};

/// What the latest version of each product that a provider wrote was asked with.
pub(crate) const LATEST_FINGERPRINTS: Pair = Pair {
    sqlite: "\
        SELECT product_key, fingerprint, MAX(number) FROM optimization_versions \
        WHERE product_key IN (SELECT value FROM json_each($1)) AND provider_id IS NOT NULL GROUP BY product_key",
    postgres: "\
        SELECT DISTINCT ON (product_key) product_key, fingerprint, number FROM optimization_versions \
        WHERE product_key = ANY($1) AND provider_id IS NOT NULL ORDER BY product_key, number DESC",
};

/// What providers answered to the same before: the latest. What a person edited has no provider.
pub(crate) const KNOWN_ANSWERS: Pair = Pair {
    sqlite: concat!(
        "SELECT fingerprint, model, ",
        words_columns!(),
        ", MAX(created_at) FROM optimization_versions INDEXED BY versions_by_fingerprint \
         WHERE store_num = $1 AND fingerprint IN (SELECT unhex(value) FROM json_each($2)) AND provider_id IS NOT NULL AND NOT reused \
         GROUP BY fingerprint"
    ),
    postgres: concat!(
        "SELECT DISTINCT ON (fingerprint) fingerprint, model, ",
        words_columns!(),
        " FROM optimization_versions \
         WHERE store_num = $1 AND fingerprint = ANY($2) AND provider_id IS NOT NULL AND NOT reused ORDER BY fingerprint, created_at DESC"
    ),
};

/// The number of each product's latest version; no row for a product without one.
pub(crate) const LATEST_NUMBERS: Pair = Pair {
    sqlite: "\
        SELECT product_key, MAX(number) FROM optimization_versions WHERE product_key IN (SELECT value FROM json_each($1)) GROUP BY product_key",
    postgres: "SELECT product_key, MAX(number) FROM optimization_versions WHERE product_key = ANY($1) GROUP BY product_key",
};

/// A later suggestion takes the place of the open ones of its products.
pub(crate) const SUPERSEDE: Pair = Pair {
    sqlite: "\
        UPDATE content_reviews INDEXED BY reviews_open SET status = 'superseded', decided_at = $2 \
        WHERE product_key IN (SELECT value FROM json_each($1)) AND status = 'open'",
    postgres: "UPDATE content_reviews SET status = 'superseded', decided_at = $2 WHERE product_key = ANY($1) AND status = 'open'",
};

pub(crate) const FAILURES_OF: &str = "\
    SELECT f.product_key, CASE WHEN p.deleted THEN '' ELSE p.handle END, p.title, f.reason \
    FROM run_failures f JOIN jobs j ON j.id = f.run_id LEFT JOIN products p ON p.key = f.product_key \
    WHERE j.store_num = $1 AND f.run_id = $2 AND f.product_key > $3 ORDER BY f.product_key LIMIT $4";

pub(crate) const FAILED_OF: &str = "SELECT f.product_key FROM run_failures f JOIN jobs j ON j.id = f.run_id WHERE j.store_num = $1 AND f.run_id = $2";

/// In the order in which they were written, those behind version `$3`.
pub(crate) const RESULTS_OF: &str = "\
    SELECT v.id AS version_id, p.handle, v.source, v.optimized_title, v.quality_before, v.quality_after, v.seo_before, v.seo_after, v.finding_count, v.cost, v.reused, \
    r.id AS review_id \
    FROM optimization_versions v JOIN products p ON p.key = v.product_key LEFT JOIN content_reviews r ON r.version_id = v.id \
    WHERE v.store_num = $1 AND v.run_id = $2 AND v.id > $3 ORDER BY v.id LIMIT $4";

pub(crate) const OPEN_REVIEWS: &str = "SELECT COUNT(*) FROM content_reviews WHERE status = 'open' AND store_num = $1";
pub(crate) const OPEN_REVIEWS_OF_RUN: &str = "\
    SELECT COUNT(*) FROM content_reviews WHERE run_id = $2 AND status = 'open' AND EXISTS (SELECT 1 FROM jobs WHERE id = $2 AND store_num = $1)";

pub(crate) const MEAN_SCORES: &str = "\
    SELECT COUNT(*), CAST(COALESCE(SUM(quality_before), 0) AS BIGINT), CAST(COALESCE(SUM(quality_after), 0) AS BIGINT), \
    CAST(COALESCE(SUM(seo_before), 0) AS BIGINT), CAST(COALESCE(SUM(seo_after), 0) AS BIGINT) \
    FROM optimization_versions WHERE store_num = $1 AND is_active";

/// The statements that must never read a whole table, by name, for the test of their plans.
pub(super) fn hot(db: &Db) -> Vec<(&'static str, &'static str)> {
    vec![
        ("products by their keys", db.sql(&crate::sql::PRODUCTS_BY_KEYS)),
        ("living products by their handles", db.sql(&LIVING_HANDLES)),
        ("what was asked last", db.sql(&LATEST_FINGERPRINTS)),
        ("what was answered before", db.sql(&KNOWN_ANSWERS)),
        ("the latest versions' numbers", db.sql(&LATEST_NUMBERS)),
        ("open reviews give way", db.sql(&SUPERSEDE)),
        ("what a month has cost", SPENT),
        ("budget and cost", BUDGET_AND_SPENT),
        ("usage by day", USAGE_BY_DAY),
        ("usage by dimension", USAGE_BY_VALUE),
        ("calls of some days", USAGE_CALLS),
        ("a provider's latest answers", MEASURED),
        ("a price at a moment", PRICE_AT),
        ("runs as they are listed", RUNS_SHOWN),
        ("runs behind another", RUNS_BEHIND),
        ("results of a run", RESULTS_OF),
        ("failures of a run", FAILURES_OF),
        ("what failed in a run", FAILED_OF),
        ("open reviews are counted", OPEN_REVIEWS),
        ("open reviews of a run are counted", OPEN_REVIEWS_OF_RUN),
        ("mean scores", MEAN_SCORES),
    ]
}
