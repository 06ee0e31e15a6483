//! SQL that differs between the engines, and the tables' columns.

/// One statement in the words of each engine.
pub(crate) struct Pair {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// A table as rows are written to it: its columns in order, and which of them identify a row.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    pub(crate) key: &'static [&'static str],
    /// Columns that stay what they were made with: replacing a row leaves them, and their indexes, alone.
    pub(crate) fixed: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Flag,
    Text,
    Id,
    Bytes,
}

use Kind::{Bytes, Flag, Id, Int, Text};

pub(crate) const PRODUCTS: Table = Table {
    name: "products",
    columns: &[
        ("key", Int),
        ("store_num", Int),
        ("id", Id),
        ("handle", Text),
        ("title", Text),
        ("vendor", Text),
        ("product_type", Text),
        ("status", Text),
        ("optimization_status", Text),
        ("price", Int),
        ("highest_price", Int),
        ("variant_count", Int),
        ("image_count", Int),
        ("thumbnail", Text),
        ("missing", Int),
        ("tags", Text),
        ("deleted", Flag),
        ("published", Flag),
        ("gift_card", Flag),
        ("last_optimized", Int),
        ("created_seq", Int),
        ("updated_seq", Int),
        ("created_at", Int),
        ("updated_at", Int),
        ("category", Text),
        ("option_names", Text),
        ("seo_title", Text),
        ("seo_description", Text),
        ("field_versions", Text),
        ("extras", Text),
        ("description", Text),
    ],
    key: &["key"],
    fixed: &["store_num", "id", "created_seq", "created_at"],
};

pub(crate) const VARIANTS: Table = Table {
    name: "variants",
    columns: &[
        ("product_key", Int),
        ("id", Id),
        ("store_num", Int),
        ("position", Int),
        ("options", Text),
        ("sku", Text),
        ("sku_key", Text),
        ("barcode", Text),
        ("price", Int),
        ("compare_at_price", Int),
        ("cost", Int),
        ("taxable", Flag),
        ("inventory_quantity", Int),
        ("inventory_policy", Text),
        ("requires_shipping", Flag),
        ("weight_grams", Int),
        ("image", Text),
        ("extras", Text),
    ],
    key: &["product_key", "id"],
    fixed: &["store_num"],
};

pub(crate) const IMAGES: Table = Table {
    name: "images",
    columns: &[("product_key", Int), ("id", Id), ("position", Int), ("url", Text), ("alt", Text)],
    key: &["product_key", "id"],
    fixed: &[],
};

/// On SQLite only: what finds products by the beginning of a SKU or barcode.
pub(crate) const CODES: Table = Table { name: "codes", columns: &[("rowid", Int), ("code", Text)], key: &["rowid"], fixed: &[] };

/// On SQLite only.
pub(crate) const DELETE_CODES: &str = "DELETE FROM codes WHERE rowid IN (SELECT value FROM json_each($1))";

pub(crate) const CHANGE_LOG: Table = Table {
    name: "change_log",
    columns: &[
        ("store_num", Int),
        ("seq", Int),
        ("product_key", Int),
        ("op_id", Id),
        ("kind", Text),
        ("fields", Text),
        ("user_id", Id),
        ("source", Text),
        ("job_id", Id),
        ("at", Int),
        ("link", Int),
    ],
    key: &["store_num", "seq"],
    fixed: &[],
};

pub(crate) const OP_RESULT: Table = Table {
    name: "op_result",
    columns: &[
        ("op_id", Id),
        ("store_num", Int),
        ("payload_hash", Bytes),
        ("receipt", Text),
        ("at", Int),
        ("user_id", Id),
        ("device_id", Id),
        ("device_seq", Int),
        ("seq", Int),
        ("link", Int),
        ("conflict", Text),
    ],
    key: &["op_id"],
    fixed: &[],
};

pub(crate) const JOB_ITEMS: Table = Table {
    name: "job_items",
    columns: &[("job_id", Id), ("kind", Text), ("number", Int), ("detail", Text)],
    key: &["job_id", "kind", "number"],
    fixed: &[],
};

/// What servers measure of themselves.
pub(crate) const MEASUREMENTS: Table = Table {
    name: "measurements",
    columns: &[("level", Int), ("series_id", Int), ("at", Int), ("process", Id), ("sketch", Bytes)],
    key: &["level", "series_id", "at", "process"],
    fixed: &[],
};

/// What requests and jobs did.
pub(crate) const TRACES: Table = Table {
    name: "traces",
    columns: &[
        ("id", Id),
        ("span", Int),
        ("route", Text),
        ("begun_at", Int),
        ("duration", Int),
        ("status", Int),
        ("failed", Flag),
        ("process", Id),
        ("body", Bytes),
    ],
    key: &["id", "span"],
    fixed: &[],
};

/// What `read::product` takes a product from, in its order.
macro_rules! product_columns {
    () => {
        "id, key, handle, title, vendor, product_type, status, optimization_status, tags, deleted, published, gift_card, last_optimized, \
         created_seq, updated_seq, created_at, updated_at, category, option_names, seo_title, seo_description, field_versions, extras, description"
    };
}

macro_rules! variant_columns {
    () => {
        "product_key, id, position, options, sku, barcode, price, compare_at_price, cost, taxable, inventory_quantity, inventory_policy, \
         requires_shipping, weight_grams, image, extras"
    };
}

/// One line of the list.
macro_rules! row_columns {
    () => {
        "key, handle, title, status, optimization_status, vendor, product_type, price, highest_price, variant_count, thumbnail, updated_at"
    };
}

/// What programs are told of a product in a list.
macro_rules! summary_columns {
    () => {
        "key, id, handle, title, vendor, product_type, tags, status, optimization_status, price, highest_price, variant_count, image_count, \
         thumbnail, updated_seq, created_at, updated_at, deleted"
    };
}

/// What the list index knows of a product.
macro_rules! entry_columns {
    () => {
        "key, updated_seq, title, vendor, product_type, tags, status, optimization_status, missing, price, deleted"
    };
}

/// Products of ops, locked in the order of their keys, so that two writers cannot wait for each other. Without
/// statistics, as in the middle of an import, both engines would rather read the whole store by another index than
/// look up many ids: that is ruled out.
pub(crate) const LOCK_PRODUCTS: Pair = Pair {
    sqlite: concat!(
        "SELECT ",
        product_columns!(),
        " FROM products INDEXED BY products_by_id WHERE store_num = $1 AND id IN (SELECT unhex(value) FROM json_each($2))"
    ),
    postgres: concat!("SELECT ", product_columns!(), " FROM products WHERE store_num + 0 = $1 AND id = ANY($2) ORDER BY key FOR UPDATE"),
};

pub(crate) const PRODUCTS_BY_HANDLES: Pair = Pair {
    sqlite: concat!(
        "SELECT ",
        product_columns!(),
        " FROM products INDEXED BY products_by_handle WHERE store_num = $1 AND handle IN (SELECT value FROM json_each($2))"
    ),
    postgres: concat!("SELECT ", product_columns!(), " FROM products WHERE store_num = $1 AND handle = ANY($2)"),
};

/// Products outside the trash.
pub(crate) const PRODUCTS_BY_KEYS: Pair = Pair {
    sqlite: concat!("SELECT ", product_columns!(), " FROM products WHERE key IN (SELECT value FROM json_each($1)) AND NOT deleted ORDER BY key"),
    postgres: concat!("SELECT ", product_columns!(), " FROM products WHERE key = ANY($1) AND NOT deleted ORDER BY key"),
};

/// Products outside the trash by their ids, and by no other index, as with `LOCK_PRODUCTS`.
pub(crate) const LIVING_PRODUCTS_BY_IDS: Pair = Pair {
    sqlite: concat!(
        "SELECT ",
        product_columns!(),
        " FROM products INDEXED BY products_by_id WHERE store_num = $1 AND id IN (SELECT unhex(value) FROM json_each($2)) AND NOT deleted"
    ),
    postgres: concat!("SELECT ", product_columns!(), " FROM products WHERE store_num + 0 = $1 AND id = ANY($2) AND NOT deleted"),
};

pub(crate) const PRODUCT_BY_HANDLE: &str = concat!("SELECT ", product_columns!(), " FROM products WHERE store_num = $1 AND handle = $2");

/// A page of an export: products behind a key, below the keys of the next store.
pub(crate) const PRODUCTS_BEHIND: &str =
    concat!("SELECT ", product_columns!(), " FROM products WHERE key > $1 AND key < $2 AND NOT deleted ORDER BY key LIMIT $3");

pub(crate) const VARIANTS_OF: Pair = Pair {
    sqlite: concat!(
        "SELECT ",
        variant_columns!(),
        " FROM variants WHERE product_key IN (SELECT value FROM json_each($1)) ORDER BY product_key, position, id"
    ),
    postgres: concat!("SELECT ", variant_columns!(), " FROM variants WHERE product_key = ANY($1) ORDER BY product_key, position, id"),
};

pub(crate) const IMAGES_OF: Pair = Pair {
    sqlite: "SELECT product_key, id, position, url, alt FROM images WHERE product_key IN (SELECT value FROM json_each($1)) ORDER BY product_key, position, id",
    postgres: "SELECT product_key, id, position, url, alt FROM images WHERE product_key = ANY($1) ORDER BY product_key, position, id",
};

pub(crate) const HANDLES_TAKEN: Pair = Pair {
    sqlite: "SELECT handle, id, deleted FROM products INDEXED BY products_by_handle WHERE store_num = $1 AND handle IN (SELECT value FROM json_each($2))",
    postgres: "SELECT handle, id, deleted FROM products WHERE store_num = $1 AND handle = ANY($2)",
};

/// Op ids are looked for in all stores: one that another store has used is not free.
pub(crate) const RECEIPTS: Pair = Pair {
    sqlite: "SELECT op_id, store_num, payload_hash, receipt FROM op_result WHERE op_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT op_id, store_num, payload_hash, receipt FROM op_result WHERE op_id = ANY($1)",
};

/// What is kept of ops, whoever sent them.
pub(crate) const KEPT_OPS: Pair = Pair {
    sqlite: "\
        SELECT op_id, store_num, payload_hash, device_id, user_id, receipt, seq FROM op_result \
        WHERE op_id IN (SELECT unhex(value) FROM json_each($1))",
    postgres: "SELECT op_id, store_num, payload_hash, device_id, user_id, receipt, seq FROM op_result WHERE op_id = ANY($1)",
};

/// Which ops have some numbers of a device.
pub(crate) const KEPT_NUMBERS: Pair = Pair {
    sqlite: "\
        SELECT device_seq, op_id FROM op_result INDEXED BY op_result_by_device_seq \
        WHERE device_id = $1 AND device_seq IN (SELECT value FROM json_each($2))",
    postgres: "SELECT device_seq, op_id FROM op_result WHERE device_id = $1 AND device_seq = ANY($2)",
};

pub(crate) const SETTLE_CONFLICTS: Pair = Pair {
    sqlite: "\
        UPDATE op_result SET conflict = 'settled' WHERE op_id IN (SELECT unhex(value) FROM json_each($2)) AND +store_num = $1 AND conflict = 'open'",
    postgres: "UPDATE op_result SET conflict = 'settled' WHERE op_id = ANY($2) AND store_num + 0 = $1 AND conflict = 'open'",
};

/// Where a store's history is.
pub(crate) const HEAD: &str = "SELECT epoch, seq, link FROM store_seq WHERE store_num = $1";

/// How large a store is: the number its next product will have, and how many there are outside the trash.
pub(crate) const EXTENT: &str = "SELECT next_ord, products FROM store_seq WHERE store_num = $1";

/// The link of a change number; of one that changed nothing it stands with its result. Null on changes that are older than links.
pub(crate) const LINK: &str = "\
    SELECT link FROM change_log WHERE store_num = $1 AND seq = $2 \
    UNION ALL SELECT link FROM op_result WHERE store_num = $1 AND seq = $2 LIMIT 1";

/// The keys of products that changed after `$2`.
pub(crate) const CHANGED_SINCE: &str = "SELECT DISTINCT product_key FROM change_log WHERE store_num = $1 AND seq > $2 ORDER BY product_key";

/// What became of a device's ops after `$3`.
pub(crate) const ENDED_SINCE: &str = "SELECT op_id, receipt, seq FROM op_result WHERE device_id = $1 AND store_num = $2 AND seq > $3 ORDER BY seq";

/// Products with some keys, those in the trash too.
pub(crate) const ALL_PRODUCTS_BY_KEYS: Pair = Pair {
    sqlite: concat!("SELECT ", product_columns!(), " FROM products WHERE key IN (SELECT value FROM json_each($1)) ORDER BY key"),
    postgres: concat!("SELECT ", product_columns!(), " FROM products WHERE key = ANY($1) ORDER BY key"),
};

pub(crate) const DELETE_VARIANTS: Pair = Pair {
    sqlite: "DELETE FROM variants WHERE (product_key, id) IN (SELECT value ->> 0, unhex(value ->> 1) FROM json_each($1))",
    postgres: "DELETE FROM variants WHERE (product_key, id) IN (SELECT * FROM UNNEST($1::bigint[], $2::uuid[]))",
};

pub(crate) const DELETE_IMAGES: Pair = Pair {
    sqlite: "DELETE FROM images WHERE (product_key, id) IN (SELECT value ->> 0, unhex(value ->> 1) FROM json_each($1))",
    postgres: "DELETE FROM images WHERE (product_key, id) IN (SELECT * FROM UNNEST($1::bigint[], $2::uuid[]))",
};

macro_rules! take_seq {
    () => {
        "UPDATE store_seq SET seq = seq + $2, next_ord = next_ord + $3, products = products + $4, link = $5 WHERE store_num = $1 RETURNING seq, next_ord, epoch"
    };
}

/// Takes `$2` change numbers and `$3` ords, counts `$4` products more, and gives the history the link `$5`. From here to the commit nobody
/// else can. Where several processes serve, the last number is noted with the person `$6`: in the same round trip.
pub(crate) const TAKE_SEQ: Pair = Pair {
    sqlite: take_seq!(),
    postgres: concat!(
        "WITH taken AS (",
        take_seq!(),
        "), noted AS (UPDATE memberships SET written_seq = taken.seq FROM taken WHERE user_id = $6 AND store_num = $1) ",
        "SELECT seq, next_ord, epoch FROM taken"
    ),
};

pub(crate) const STORE_SEQ: &str = "SELECT seq, products FROM store_seq WHERE store_num = $1";

pub(crate) const SEQS: Pair = Pair {
    sqlite: "SELECT store_num, seq FROM store_seq WHERE store_num IN (SELECT value FROM json_each($1))",
    postgres: "SELECT store_num, seq FROM store_seq WHERE store_num = ANY($1)",
};

/// The whole list, last change first, without the list index.
pub(crate) const ROWS_BY_UPDATE: &str =
    concat!("SELECT ", row_columns!(), " FROM products WHERE store_num = $1 AND NOT deleted ORDER BY updated_seq DESC LIMIT $2 OFFSET $3");

/// Those in the trash too: a row that has gone there while a list is shown keeps its place in it.
pub(crate) const SUMMARIES_BY_KEY: Pair = Pair {
    sqlite: concat!("SELECT ", summary_columns!(), " FROM products WHERE key IN (SELECT value FROM json_each($1))"),
    postgres: concat!("SELECT ", summary_columns!(), " FROM products WHERE key = ANY($1)"),
};

/// A part of the whole list, last change first, without the list index: no two products have the same last change.
pub(crate) const SUMMARIES_BY_UPDATE: &str = concat!(
    "SELECT ",
    summary_columns!(),
    " FROM products WHERE store_num = $1 AND updated_seq < $2 AND NOT deleted ORDER BY updated_seq DESC LIMIT $3"
);

/// A page of what the list index is built from.
pub(crate) const ENTRIES: &str = concat!("SELECT ", entry_columns!(), " FROM products WHERE key > $1 AND key < $2 ORDER BY key LIMIT $3");

/// What changed since: the feed of the list index.
pub(crate) const FEED: &str =
    concat!("SELECT ", entry_columns!(), " FROM products WHERE store_num = $1 AND updated_seq > $2 ORDER BY updated_seq LIMIT $3");

/// Products whose handle, SKU or barcode begins with the search.
pub(crate) const ALSO_FOUND: Pair = Pair {
    sqlite: "\
        SELECT key FROM (SELECT key FROM products WHERE store_num = $1 AND handle >= $3 AND handle < $4 ORDER BY handle LIMIT $2) \
        UNION ALL \
        SELECT rowid FROM (SELECT rowid FROM codes WHERE codes MATCH $5 AND rowid > $6 AND rowid < $7 LIMIT $2)",
    postgres: "\
        SELECT key FROM (SELECT key FROM products WHERE store_num = $1 AND handle >= $3 AND handle < $4 ORDER BY handle LIMIT $2) AS by_handle \
        UNION ALL \
        SELECT product_key FROM (SELECT product_key FROM variants \
            WHERE store_num = $1 AND sku_key <> '' AND sku_key >= $5 AND sku_key < $6 ORDER BY sku_key LIMIT $2) AS by_sku \
        UNION ALL \
        SELECT product_key FROM (SELECT product_key FROM variants \
            WHERE store_num = $1 AND barcode <> '' AND barcode >= $7 AND barcode < $8 ORDER BY barcode LIMIT $2) AS by_barcode",
};

pub(crate) const PRODUCT_KEY: &str = "SELECT key FROM products WHERE store_num = $1 AND id = $2";

pub(crate) const HANDLES_BY_KEY: Pair = Pair {
    sqlite: "SELECT key, handle, updated_seq FROM products WHERE key IN (SELECT value FROM json_each($1))",
    postgres: "SELECT key, handle, updated_seq FROM products WHERE key = ANY($1)",
};

pub(crate) const HISTORY: &str = "\
    SELECT c.seq, c.at, u.name, c.source, c.kind, c.fields, c.product_key \
    FROM change_log c LEFT JOIN users u ON u.id = c.user_id \
    WHERE c.product_key = (SELECT key FROM products WHERE store_num = $1 AND id = $2) AND c.seq < $3 \
    ORDER BY c.seq DESC LIMIT $4";

/// How many bytes the changes behind one have, so that a part of the log can end before it is too long.
pub(crate) const LOG_LENGTHS: &str = "\
    SELECT seq, CAST(octet_length(fields) AS BIGINT) FROM change_log WHERE store_num = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// The changes behind one up to another.
pub(crate) const LOG: &str = "\
    SELECT c.seq, c.at, c.product_key, c.kind, c.fields, c.source, u.name \
    FROM change_log c LEFT JOIN users u ON u.id = c.user_id \
    WHERE c.store_num = $1 AND c.seq > $2 AND c.seq <= $3 ORDER BY c.seq";

pub(crate) const NAMES_BY_KEY: Pair = Pair {
    sqlite: "SELECT key, id, handle FROM products WHERE key IN (SELECT value FROM json_each($1))",
    postgres: "SELECT key, id, handle FROM products WHERE key = ANY($1)",
};

pub(crate) const FOREIGN_IDS: Pair = Pair {
    sqlite: "SELECT id FROM products INDEXED BY products_by_id WHERE store_num <> $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
    postgres: "SELECT id FROM products WHERE store_num <> $1 AND id = ANY($2)",
};

pub(crate) const MARK_JOB: &str = "UPDATE jobs SET progress = $3 WHERE id = $1 AND leased_by = $2 AND state = 'running'";

pub(crate) const MAKE_STORE: &str = "\
    INSERT INTO stores (num, id, slug, name, currency, created_at) \
    SELECT COALESCE(MAX(num), 0) + 1, $1, $2, $3, $4, $5 FROM stores RETURNING num";

pub(crate) const MAKE_STORE_SEQ: &str = "INSERT INTO store_seq (store_num, seq, next_ord, products) VALUES ($1, 0, 0, 0)";

macro_rules! store_columns {
    () => {
        "s.num, s.id AS store_id, s.slug, s.name AS store_name, s.currency"
    };
}

pub(crate) const STORE_BY_SLUG: &str = concat!("SELECT ", store_columns!(), " FROM stores s WHERE s.slug = $1");
pub(crate) const STORE_BY_ID: &str = concat!("SELECT ", store_columns!(), " FROM stores s WHERE s.id = $1");
pub(crate) const STORES: &str = concat!("SELECT ", store_columns!(), " FROM stores s ORDER BY s.slug");

pub(crate) const MAKE_USER: &str = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)";
pub(crate) const USER_BY_EMAIL: &str = "SELECT id FROM users WHERE email = $1";
pub(crate) const PASSWORD_OF: &str = "SELECT id, password_hash FROM users WHERE email = $1";

pub(crate) const SET_MEMBER: &str = "\
    INSERT INTO memberships (user_id, store_num, role) VALUES ($1, $2, $3) \
    ON CONFLICT (user_id, store_num) DO UPDATE SET role = excluded.role";

pub(crate) const MEMBERS: &str = "\
    SELECT u.id, u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.store_num = $1 ORDER BY u.email";

pub(crate) const ROLE_IN: &str = "SELECT m.role FROM memberships m JOIN stores s ON s.num = m.store_num WHERE m.user_id = $1 AND s.id = $2";

pub(crate) const DROP_OLD_SESSIONS: &str = "DELETE FROM sessions WHERE expires_at <= $1";

/// In the person's first store.
pub(crate) const OPEN_SESSION: &str = "\
    INSERT INTO sessions (secret_hash, user_id, store_num, created_at, expires_at) \
    SELECT $1, m.user_id, m.store_num, $3, $4 FROM memberships m WHERE m.user_id = $2 ORDER BY m.store_num LIMIT 1";

pub(crate) const CLOSE_SESSION: &str = "DELETE FROM sessions WHERE secret_hash = $1";

pub(crate) const WHOSE_SESSION: &str = "\
    SELECT u.id, u.name, u.email, m.role, s.id, s.slug, s.name, s.currency, s.num = x.store_num, s.num, m.written_seq, x.expires_at \
    FROM sessions x \
    JOIN users u ON u.id = x.user_id \
    JOIN memberships m ON m.user_id = x.user_id \
    JOIN stores s ON s.num = m.store_num \
    WHERE x.secret_hash = $1 AND x.expires_at > $2 ORDER BY s.slug";

pub(crate) const MOVE_SESSION: &str = "\
    UPDATE sessions SET store_num = (SELECT num FROM stores WHERE id = $3) \
    WHERE secret_hash = $1 AND expires_at > $2 \
    AND EXISTS (SELECT 1 FROM memberships m JOIN stores s ON s.num = m.store_num WHERE m.user_id = sessions.user_id AND s.id = $3)";

pub(crate) const FORGET_FAILURES: &str = "DELETE FROM sign_in_failures WHERE last_at < $1";

/// Makes the row or touches it: either way it is locked, and read as it is.
pub(crate) const LOCK_FAILURES: &str = "\
    INSERT INTO sign_in_failures (subject, failures, last_at) VALUES ($1, 0, $2) \
    ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failures.failures RETURNING failures, last_at";

pub(crate) const COUNT_FAILURE: &str = "UPDATE sign_in_failures SET failures = failures + 1, last_at = $2 WHERE subject = $1";
pub(crate) const FORGIVE_ACCOUNT: &str = "DELETE FROM sign_in_failures WHERE subject = $1";
pub(crate) const FORGIVE_ADDRESS: &str = "UPDATE sign_in_failures SET failures = failures - 1 WHERE subject = $1 AND failures > 0";

pub(crate) const ENQUEUE: &str = "\
    INSERT INTO jobs (id, store_num, kind, state, subject, params, progress, message, cancel_requested, attempts, run_at, user_id, created_at) \
    VALUES ($1, $2, $3, 'queued', $4, $5, $6, '', FALSE, 0, $7, $8, $7)";

macro_rules! lease_next {
    ($kinds:literal, $lock:literal) => {
        concat!(
            "UPDATE jobs SET state = 'running', leased_by = $2, leased_until = $3, attempts = attempts + 1, message = '', ",
            "run_at = COALESCE(leased_until, run_at), started_at = COALESCE(started_at, $1) WHERE id = (",
            "SELECT id FROM jobs WHERE state IN ('queued', 'running') AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) ",
            "AND NOT paused AND kind ",
            $kinds,
            " ORDER BY run_at, id LIMIT 1",
            $lock,
            ") RETURNING id"
        )
    };
}

/// Of the kinds `$4`. Two workers at once take two jobs. One whose worker died has been due since its lease ran out.
pub(crate) const LEASE_NEXT: Pair =
    Pair { sqlite: lease_next!("IN (SELECT value FROM json_each($4))", ""), postgres: lease_next!("= ANY($4)", " FOR UPDATE SKIP LOCKED") };

/// One job, whoever had it when `$5` says so.
pub(crate) const LEASE: &str = "\
    UPDATE jobs SET state = 'running', leased_by = $3, leased_until = $4, attempts = attempts + 1, message = '', \
    started_at = COALESCE(started_at, $2) \
    WHERE id = $1 AND state IN ('queued', 'running') AND ($5 OR leased_until IS NULL OR leased_until <= $2)";

macro_rules! job_columns {
    () => {
        "j.id, j.kind, j.state, j.subject, j.params, j.progress, j.message, j.cancel_requested, j.paused, j.attempts, j.run_at, j.user_id, u.name AS who, \
         j.created_at, j.started_at, j.finished_at, s.num, s.id AS store_id, s.slug, s.name AS store_name, s.currency \
         FROM jobs j JOIN stores s ON s.num = j.store_num LEFT JOIN users u ON u.id = j.user_id "
    };
}

pub(crate) use job_columns;

pub(crate) const LEASED_JOB: &str = concat!("SELECT ", job_columns!(), "WHERE j.id = $1");

pub(crate) const JOBS: Pair = Pair {
    sqlite: concat!(
        "SELECT ",
        job_columns!(),
        "WHERE j.store_num = $1 AND j.kind IN (SELECT value FROM json_each($2)) ORDER BY j.created_at DESC, j.id DESC LIMIT $3"
    ),
    postgres: concat!("SELECT ", job_columns!(), "WHERE j.store_num = $1 AND j.kind = ANY($2) ORDER BY j.created_at DESC, j.id DESC LIMIT $3"),
};

pub(crate) const JOB: &str = concat!("SELECT ", job_columns!(), "WHERE j.store_num = $1 AND j.id = $2");

pub(crate) const RENEW: &str =
    "UPDATE jobs SET leased_until = $3 WHERE id = $1 AND leased_by = $2 AND state = 'running' RETURNING cancel_requested, paused";

pub(crate) const FINISH: &str = "\
    UPDATE jobs SET state = $3, message = $4, finished_at = $5, paused = FALSE, leased_by = NULL, leased_until = NULL \
    WHERE id = $1 AND leased_by = $2 AND state = 'running'";

pub(crate) const RETRY_LATER: &str = "\
    UPDATE jobs SET state = 'queued', run_at = $3, message = $4, leased_by = NULL, leased_until = NULL \
    WHERE id = $1 AND leased_by = $2 AND state = 'running'";

/// Whoever works on it hears of it when it holds on to the job the next time.
pub(crate) const PAUSE: &str = "UPDATE jobs SET paused = TRUE WHERE store_num = $1 AND id = $2 AND state IN ('queued', 'running')";

/// With another progress and other params where they are given, which a worker that has not stopped yet would not hear of.
pub(crate) const RESUME: &str = "\
    UPDATE jobs SET paused = FALSE, run_at = $3, message = '', progress = COALESCE($4, progress), params = COALESCE($5, params) \
    WHERE store_num = $1 AND id = $2 AND paused \
    AND (state = 'queued' OR (state = 'running' AND CAST($4 AS TEXT) IS NULL AND CAST($5 AS TEXT) IS NULL))";

pub(crate) const PAUSE_SELF: &str = "\
    UPDATE jobs SET state = 'queued', paused = TRUE, message = $3, leased_by = NULL, leased_until = NULL \
    WHERE id = $1 AND leased_by = $2 AND state = 'running'";

/// A job that nobody works on is over at once.
pub(crate) const REQUEST_CANCEL: &str = "\
    UPDATE jobs SET cancel_requested = TRUE, paused = FALSE, \
    message = CASE WHEN state = 'queued' OR leased_until <= $3 THEN '' ELSE message END, \
    finished_at = CASE WHEN state = 'queued' OR leased_until <= $3 THEN $3 ELSE finished_at END, \
    state = CASE WHEN state = 'queued' OR leased_until <= $3 THEN 'cancelled' ELSE state END \
    WHERE store_num = $1 AND id = $2 AND state IN ('queued', 'running')";

pub(crate) const ITEMS: &str = "\
    SELECT i.kind, i.number, i.detail FROM job_items i JOIN jobs j ON j.id = i.job_id \
    WHERE j.store_num = $1 AND i.job_id = $2 AND i.kind = $3 AND i.number > $4 ORDER BY i.number LIMIT $5";

pub(crate) const REAP: &str = "\
    UPDATE jobs SET state = 'queued', run_at = leased_until, leased_by = NULL, leased_until = NULL WHERE state = 'running' AND leased_until <= $1";

/// How many of each kind a worker could take now.
pub(crate) const WAITING_JOBS: &str = "\
    SELECT kind, CAST(count(*) AS BIGINT) FROM jobs WHERE state IN ('queued', 'running') AND run_at <= $1 \
    AND (leased_until IS NULL OR leased_until <= $1) AND NOT paused GROUP BY kind";

pub(crate) const PING: &str = "SELECT CAST(1 AS BIGINT)";

/// What sqlx keeps of the steps that were done.
pub(crate) const STEPS_DONE: &str = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";

/// For PostgreSQL's planner, which else knows nothing of rows that an import has just written.
pub(crate) const ANALYZE: &str = "ANALYZE products, variants, images, change_log";
