//! The SQL of tokens, of kept answers and of deprecated calls.

use crate::{Db, sql::Pair};

/// Whoever makes a token has the row of their membership locked: no two at once count the same tokens.
pub(super) const LOCK_MEMBER: &str = "\
    UPDATE memberships SET role = role WHERE user_id = $1 AND store_num = $2 \
    RETURNING (SELECT u.name FROM users u WHERE u.id = memberships.user_id)";

pub(super) const DROP_RUN_OUT: &str = "DELETE FROM api_tokens WHERE user_id = $1 AND store_num = $2 AND log_in = FALSE AND expires_at <= $3";

/// Those up to `$3`; where more than `$4` are younger, all but the latest `$4`.
pub(super) const DROP_OLD_LOG_INS: &str = "\
    DELETE FROM api_tokens WHERE user_id = $1 AND store_num = $2 AND log_in = TRUE AND created_at <= COALESCE(\
    (SELECT o.created_at FROM api_tokens o WHERE o.user_id = $1 AND o.store_num = $2 AND o.log_in = TRUE AND o.created_at > $3 \
    ORDER BY o.created_at DESC LIMIT 1 OFFSET $4), $3)";

pub(super) const COUNT_TOKENS: &str = "SELECT COUNT(*) FROM api_tokens WHERE user_id = $1 AND store_num = $2 AND log_in = FALSE";

pub(super) const MAKE_TOKEN: &str = "\
    INSERT INTO api_tokens (id, store_num, user_id, name, secret_hash, ends_with, scopes, log_in, created_at, last_used_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Of everybody when `$2` says so, else of `$3`; without log-ins that have run out.
pub(super) const TOKENS: &str = "\
    SELECT t.id, t.name, t.scopes, t.user_id, u.name AS person, t.ends_with, t.created_at, t.last_used_at, t.expires_at \
    FROM api_tokens t JOIN users u ON u.id = t.user_id \
    WHERE t.store_num = $1 AND ($2 OR t.user_id = $3) AND (t.log_in = FALSE OR t.expires_at > $4) \
    ORDER BY t.log_in, t.created_at DESC, t.id DESC LIMIT $5";

pub(super) const REVOKE_TOKEN: &str = "DELETE FROM api_tokens WHERE store_num = $1 AND id = $2 AND ($3 OR user_id = $4)";

/// In the person's first store, or in the one of a short name.
pub(super) const STORE_TO_LOG_INTO: &str = "\
    SELECT s.num FROM memberships m JOIN stores s ON s.num = m.store_num \
    WHERE m.user_id = $1 AND (CAST($2 AS TEXT) IS NULL OR s.slug = $2) ORDER BY s.num LIMIT 1";

macro_rules! bearers {
    ($these:literal) => {
        concat!(
            "SELECT t.secret_hash, t.id, t.user_id, t.scopes, t.last_used_at, t.expires_at, s.id AS store_id, m.role, m.store_num, \
             m.written_seq \
             FROM api_tokens t \
             JOIN memberships m ON m.user_id = t.user_id AND m.store_num = t.store_num \
             JOIN stores s ON s.num = t.store_num \
             WHERE t.secret_hash ",
            $these,
            " AND (t.expires_at IS NULL OR t.expires_at > $2)"
        )
    };
}

/// Of some secrets.
pub(super) const BEARERS: Pair = Pair { sqlite: bearers!("IN (SELECT unhex(value) FROM json_each($1))"), postgres: bearers!("= ANY($1)") };

pub(super) const NOTE_USE: &str = "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1";

/// Writes a row for whoever may begin: nobody has used the key, not since `$6`, or whoever has it asked the same and has not
/// answered since `$7`. Of many at once the row's lock lets one through, and the others find what that one wrote.
pub(super) const BEGIN: &str = "\
    INSERT INTO idempotency_keys (store_num, user_id, key, asked_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (store_num, user_id, key) DO UPDATE \
    SET asked_hash = excluded.asked_hash, created_at = excluded.created_at, status = NULL, headers = '[]', body = NULL \
    WHERE idempotency_keys.created_at <= $6 OR (idempotency_keys.status IS NULL AND idempotency_keys.created_at <= $7 \
    AND idempotency_keys.asked_hash = excluded.asked_hash)";

pub(super) const BEGUN: &str = "\
    SELECT asked_hash, status, headers, body FROM idempotency_keys WHERE store_num = $1 AND user_id = $2 AND key = $3";

pub(super) const KEEP: &str = "\
    UPDATE idempotency_keys SET status = $4, headers = $5, body = $6 \
    WHERE store_num = $1 AND user_id = $2 AND key = $3 AND status IS NULL";

pub(super) const GIVE_BACK: &str = "DELETE FROM idempotency_keys WHERE store_num = $1 AND user_id = $2 AND key = $3 AND status IS NULL";

/// Some of those that are too old: up to the one behind `$2` others. On PostgreSQL two processes at once take different ones.
pub(super) const DROP_OLD_KEYS: Pair = Pair {
    sqlite: "\
        DELETE FROM idempotency_keys WHERE created_at <= COALESCE(\
        (SELECT o.created_at FROM idempotency_keys o WHERE o.created_at <= $1 ORDER BY o.created_at LIMIT 1 OFFSET $2), $1)",
    postgres: "\
        DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(\
        SELECT ctid FROM idempotency_keys WHERE created_at <= $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
};

macro_rules! count_calls {
    ($calls:literal, $later:literal) => {
        concat!(
            "INSERT INTO deprecated_calls (store_num, day, client_id, route, calls, last_at) ",
            "SELECT c.store_num, c.day, CASE WHEN t.log_in THEN t.user_id ELSE c.token_id END, c.route, SUM(c.calls), MAX(c.last_at) FROM ",
            $calls,
            " LEFT JOIN api_tokens t ON t.id = c.token_id WHERE TRUE GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 ",
            "ON CONFLICT (store_num, day, client_id, route) DO UPDATE SET calls = deprecated_calls.calls + excluded.calls, ",
            "last_at = ",
            $later,
            "(deprecated_calls.last_at, excluded.last_at)"
        )
    };
}

/// Adds calls. Each log-in makes a token: theirs are counted together, as their person's. In the order of the keys, so that two
/// processes cannot wait for each other.
pub(super) const COUNT_CALLS: Pair = Pair {
    sqlite: count_calls!(
        "(SELECT value ->> 0 AS store_num, value ->> 1 AS day, unhex(value ->> 2) AS token_id, value ->> 3 AS route, value ->> 4 AS calls, \
         value ->> 5 AS last_at FROM json_each($1)) AS c",
        "MAX"
    ),
    postgres: count_calls!(
        "UNNEST($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[]) \
         AS c (store_num, day, token_id, route, calls, last_at)",
        "GREATEST"
    ),
};

pub(super) const CALLS: &str = "\
    SELECT d.day, d.client_id, d.route, d.calls, d.last_at, t.name AS token, u.name AS person \
    FROM deprecated_calls d \
    LEFT JOIN api_tokens t ON t.id = d.client_id \
    LEFT JOIN users u ON u.id = COALESCE(t.user_id, d.client_id) \
    WHERE d.store_num = $1 AND d.day > $2 ORDER BY d.day DESC, d.calls DESC, d.client_id, d.route LIMIT $3";

/// The statements that must never read a whole table, by name, for the test of their plans.
pub(crate) fn hot(db: &Db) -> Vec<(&'static str, &'static str)> {
    vec![
        ("whose tokens", db.sql(&BEARERS)),
        ("a token's use is noted", NOTE_USE),
        ("tokens of a person are counted", COUNT_TOKENS),
        ("old log-ins are dropped", DROP_OLD_LOG_INS),
        ("a write is announced", BEGIN),
        ("what was answered to a key", BEGUN),
        ("an answer is kept", KEEP),
    ]
}
