//! The SQL of alerts.

use crate::{Db, sql::Pair};

/// What is asked of each channel every five seconds must not read what was sent long ago.
pub(crate) fn hot(_: &Db) -> Vec<(&'static str, &'static str)> {
    vec![("a message of alerts to send", CLAIM)]
}

/// Nobody has it, or the lease has run out, or it is longer than one can be, as the clock was set back; whoever has it may ask again. If nobody has it, the
/// last one has to have begun long enough ago; one that lies ahead is no reason.
pub(super) const BEGIN_ROUND: &str = "\
    UPDATE alert_rounds SET held_by = $1, held_until = $3, began_at = $2 WHERE one = 1 \
    AND (held_by = $1 OR (held_by = '' AND (began_at IS NULL OR began_at <= $4 OR began_at > $2)) \
    OR (held_by <> '' AND (held_until <= $2 OR held_until > $3)))";

pub(super) const END_ROUND: &str = "\
    UPDATE alert_rounds SET held_by = '', number = number + 1, ended_at = $3, unread = $4 WHERE one = 1 AND held_by = $1 AND number = $2";

pub(super) const ROUND: &str = "SELECT number, ended_at, unread FROM alert_rounds WHERE one = 1";

pub(super) const NOTES: &str = "SELECT kind, name, body, seen FROM alert_notes ORDER BY kind, name";

pub(super) const FORGET: Pair = Pair {
    sqlite: "DELETE FROM alert_notes WHERE kind = $1 AND name IN (SELECT value FROM json_each($2))",
    postgres: "DELETE FROM alert_notes WHERE kind = $1 AND name = ANY($2)",
};

pub(super) const REMOVE_NOTE: &str = "DELETE FROM alert_notes WHERE kind = $1 AND name = $2";

pub(super) const SEEN: &str = "UPDATE alert_notes SET seen = $3 WHERE kind = $1 AND name = $2";

pub(super) const ADD_MESSAGE: &str = "\
    INSERT INTO alert_messages (id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer, held_by, held_until) \
    VALUES ($1, $2, $3, $4, 'waiting', 0, $5, $5, $5, '', '', 0) ON CONFLICT (id) DO NOTHING";

/// What was given up in the last two days, or, where this clock is ahead of those that noted it, in the last two of what was noted.
pub(super) const MESSAGES_OF_A_BOOK: &str = "\
    SELECT id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer FROM alert_messages \
    WHERE state = 'waiting' \
    OR (state = 'given_up' AND (noted_at >= $1 OR noted_at >= (SELECT MAX(noted_at) - $2 FROM alert_messages))) \
    OR number IN (SELECT MAX(number) FROM alert_messages WHERE state = 'delivered' GROUP BY channel) \
    ORDER BY number";

/// Of several that ask at once the second finds it taken.
pub(super) const CLAIM: &str = "\
    UPDATE alert_messages SET held_by = $2, held_until = $4 \
    WHERE number = (SELECT MIN(number) FROM alert_messages WHERE channel = $1 AND state = 'waiting') AND state = 'waiting' \
    AND (due_at <= $3 OR due_at > $5) AND (held_by = '' OR held_by = $2 OR held_until <= $3 OR held_until > $4) \
    RETURNING id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer";

pub(super) const NOTE: &str = "\
    UPDATE alert_messages SET state = $4, due_at = COALESCE($5, due_at), noted_at = $3, answer = $6, attempts = attempts + 1, held_by = '' \
    WHERE id = $1 AND held_by = $2 AND state = 'waiting'";

pub(super) const MESSAGES: &str = "\
    SELECT id, channel, subject, body, state, attempts, created_at, due_at, noted_at, answer FROM alert_messages ORDER BY number DESC LIMIT $1";

pub(super) const DROP_MESSAGES: &str = "DELETE FROM alert_messages WHERE state <> 'waiting' AND noted_at < $1";

pub(super) const DROP_SILENCES: &str = "DELETE FROM alert_notes WHERE kind = $1 AND until < $2";
