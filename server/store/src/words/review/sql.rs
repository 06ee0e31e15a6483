//! SQL of reviews and versions.
//!
//! A queue is walked along one of three indexes that end in the moment and the id of a review and hold all that it can be
//! filtered by: nothing is sorted, and only what is shown is read from the tables.

use crate::{sql::Pair, words::sql::words_columns};

/// What a review card and a version are made of.
macro_rules! version_columns {
    () => {
        concat!(
            "v.id AS version_id, v.product_id, v.product_key, v.number, v.is_active, v.run_id, v.provider_id, p.name AS provider, w.name AS writer, \
         v.model, v.tokens_in, v.tokens_out, v.cost, v.created_at AS written_at, v.remark, v.source_versions, v.findings, v.source, b.brief, ",
            words_columns!()
        )
    };
}

/// Who and what belongs to a version.
macro_rules! beside_versions {
    () => {
        " LEFT JOIN providers p ON p.id = v.provider_id LEFT JOIN users w ON w.id = v.user_id LEFT JOIN asked_briefs b ON b.hash = v.brief_hash"
    };
}

macro_rules! review_columns {
    () => {
        "r.id AS review_id, r.status, r.assignee_id, a.name AS assignee, \
         r.created_at AS asked_at, r.decided_at, r.decided_by, d.name AS decider, r.reason, "
    };
}

macro_rules! card_joins {
    () => {
        concat!(
            " JOIN optimization_versions v ON v.id = r.version_id",
            beside_versions!(),
            " LEFT JOIN users a ON a.id = r.assignee_id LEFT JOIN users d ON d.id = r.decided_by"
        )
    };
}

/// The values are: `$1` store, `$2` status, `$3` product type or none, `$4` odd or none, `$5` assignee, `$6` run, `$7` whose
/// (0 anybody's, 1 the assignee's, 2 nobody's), then `$8` and `$9` where the part begins, `$10` how many.
///
/// `concat` of one text is that text, but PostgreSQL's planner does not know it beforehand: it would take the index of open
/// reviews by product, read every row and sort them.
macro_rules! anybodys {
    () => {
        "r.status = concat($2) AND r.store_num = $1"
    };
}

macro_rules! ones_own {
    () => {
        "r.store_num = $1 AND r.status = concat($2) AND r.assignee_id = $5"
    };
}

macro_rules! nobodys {
    () => {
        "r.store_num = $1 AND r.status = concat($2) AND r.assignee_id IS NULL"
    };
}

macro_rules! of_run {
    () => {
        "r.run_id = $6 AND r.status = concat($2) AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = $6 AND j.store_num = $1) \
         AND ($7 = 0 OR ($7 = 1 AND r.assignee_id = $5) OR ($7 = 2 AND r.assignee_id IS NULL))"
    };
}

macro_rules! filtered {
    () => {
        " AND ($3 IS NULL OR r.product_type = $3) AND ($4 IS NULL OR r.odd = $4)"
    };
}

/// The statements of one way to walk a queue.
pub(in crate::words) struct Walk {
    /// How many, and how many of them are odd.
    pub(in crate::words) count: &'static str,
    pub(in crate::words) oldest: &'static str,
    pub(in crate::words) newest: &'static str,
    /// What is approved at once: those up to a moment (`$11`), the oldest first.
    pub(in crate::words) batch: &'static str,
}

macro_rules! walk {
    ($which:ident, $up:literal, $down:literal) => {
        Walk {
            count: concat!("SELECT COUNT(*), COUNT(*) FILTER (WHERE r.odd) FROM content_reviews r WHERE ", $which!(), filtered!()),
            oldest: concat!(
                "SELECT ",
                review_columns!(),
                version_columns!(),
                " FROM (SELECT r.id FROM content_reviews r WHERE ",
                $which!(),
                filtered!(),
                " AND (r.created_at, r.id) > ($8, $9) ORDER BY ",
                $up,
                " LIMIT $10) AS by_queue JOIN content_reviews r ON r.id = by_queue.id",
                card_joins!()
            ),
            newest: concat!(
                "SELECT ",
                review_columns!(),
                version_columns!(),
                " FROM (SELECT r.id FROM content_reviews r WHERE ",
                $which!(),
                filtered!(),
                " AND (r.created_at, r.id) < ($8, $9) ORDER BY ",
                $down,
                " LIMIT $10) AS by_queue JOIN content_reviews r ON r.id = by_queue.id",
                card_joins!()
            ),
            batch: concat!(
                "SELECT r.id AS review_id, r.created_at AS asked_at, v.id AS version_id, v.product_id, v.source_versions, ",
                words_columns!(),
                " FROM (SELECT r.id FROM content_reviews r WHERE ",
                $which!(),
                filtered!(),
                " AND (r.created_at, r.id) > ($8, $9) AND r.created_at <= $11 ORDER BY ",
                $up,
                " LIMIT $10) AS by_queue JOIN content_reviews r ON r.id = by_queue.id JOIN optimization_versions v ON v.id = r.version_id"
            ),
        }
    };
}

pub(in crate::words) const ANYBODYS: Walk = walk!(anybodys, "r.created_at, r.id", "r.created_at DESC, r.id DESC");
pub(in crate::words) const ONES_OWN: Walk = walk!(ones_own, "r.created_at, r.id", "r.created_at DESC, r.id DESC");
/// The assignee is in the order, though it is the same in all: PostgreSQL does not take `IS NULL` for that and would sort.
pub(in crate::words) const NOBODYS: Walk = walk!(nobodys, "r.assignee_id, r.created_at, r.id", "r.assignee_id DESC, r.created_at DESC, r.id DESC");
pub(in crate::words) const OF_RUN: Walk = walk!(of_run, "r.created_at, r.id", "r.created_at DESC, r.id DESC");

pub(in crate::words) const CARD: &str =
    concat!("SELECT ", review_columns!(), version_columns!(), " FROM content_reviews r", card_joins!(), " WHERE r.store_num = $1 AND r.id = $2");

macro_rules! present_columns {
    () => {
        "key, handle, title, vendor, product_type, thumbnail, tags, deleted, seo_title, seo_description, created_seq, updated_seq, \
         field_versions, description"
    };
}

/// What a card shows of products as they are now, those in the trash too.
pub(in crate::words) const PRESENT: Pair = Pair {
    sqlite: concat!("SELECT ", present_columns!(), " FROM products WHERE key IN (SELECT value FROM json_each($1))"),
    postgres: concat!("SELECT ", present_columns!(), " FROM products WHERE key = ANY($1)"),
};

/// The latest versions of a product that have a number below `$2`, in no particular order, with what was decided about each.
pub(in crate::words) const VERSIONS: &str = concat!(
    "SELECT r.status, r.decided_at, d.name AS decider, r.reason, ",
    version_columns!(),
    " FROM (SELECT id FROM optimization_versions WHERE product_key = $1 AND number < $2 ORDER BY number DESC LIMIT $3) AS by_number \
     JOIN optimization_versions v ON v.id = by_number.id LEFT JOIN content_reviews r ON r.version_id = v.id LEFT JOIN users d ON d.id = r.decided_by",
    beside_versions!()
);

/// A version with what was decided about it.
pub(in crate::words) const JUDGED_VERSION: &str = concat!(
    "SELECT r.status, r.decided_at, d.name AS decider, r.reason, ",
    version_columns!(),
    " FROM optimization_versions v LEFT JOIN content_reviews r ON r.version_id = v.id LEFT JOIN users d ON d.id = r.decided_by",
    beside_versions!(),
    " WHERE v.store_num = $1 AND v.id = $2"
);

pub(in crate::words) const VERSION: &str =
    concat!("SELECT ", version_columns!(), " FROM optimization_versions v", beside_versions!(), " WHERE v.store_num = $1 AND v.id = $2");

/// What a product said before its first version.
pub(in crate::words) const ORIGINAL: &str = "SELECT source, source_versions FROM optimization_versions WHERE product_key = $1 AND number = 1";

macro_rules! suggested {
    () => {
        concat!("SELECT ", review_columns!(), version_columns!(), " FROM content_reviews r", card_joins!())
    };
}

macro_rules! decide_chosen {
    ($index:literal) => {
        concat!(
            "UPDATE content_reviews",
            $index,
            " SET status = CASE WHEN version_id = $2 THEN 'approved' ELSE 'superseded' END, decided_at = $3, decided_by = $4, \
             accepted = CASE WHEN version_id = $2 THEN $5 ELSE accepted END WHERE product_key = $1 AND status = 'open'"
        )
    };
}

/// Which of some reviews still wait for a decision. They are looked up by their ids: without statistics either engine
/// might rather read all that are open.
pub(in crate::words) const OPEN_AMONG: Pair = Pair {
    sqlite: "\
        SELECT id FROM content_reviews WHERE id IN (SELECT unhex(value) FROM json_each($2)) AND +store_num = $1 AND +status = 'open'",
    postgres: "SELECT id FROM content_reviews WHERE id = ANY($2) AND store_num + 0 = $1 AND status || '' = 'open'",
};

/// Suggestions by their versions, open or decided.
pub(in crate::words) const SUGGESTED: Pair = Pair {
    sqlite: concat!(suggested!(), " WHERE v.id IN (SELECT unhex(value) FROM json_each($2)) AND +v.store_num = $1"),
    postgres: concat!(suggested!(), " WHERE v.id = ANY($2) AND v.store_num + 0 = $1"),
};

/// Decides about open reviews. The values are store, status, moment, person, reason, and then the reviews with the fields that
/// were accepted.
pub(in crate::words) const DECIDE: Pair = Pair {
    sqlite: "\
        UPDATE content_reviews SET status = $2, decided_at = $3, decided_by = $4, reason = $5, accepted = d.accepted \
        FROM (SELECT unhex(value ->> 0) AS id, value ->> 1 AS accepted FROM json_each($6)) AS d \
        WHERE content_reviews.id = d.id AND +content_reviews.store_num = $1 AND +content_reviews.status = 'open'",
    postgres: "\
        UPDATE content_reviews AS r SET status = $2, decided_at = $3, decided_by = $4, reason = $5, accepted = d.accepted \
        FROM UNNEST($6::uuid[], $7::text[]) AS d (id, accepted) WHERE r.id = d.id AND r.store_num + 0 = $1 AND r.status || '' = 'open'",
};

/// The open review of a product whose words were chosen elsewhere than in the queue: approved when it is that of the chosen version,
/// else its suggestion has lost its place.
pub(in crate::words) const DECIDE_CHOSEN: Pair = Pair { sqlite: decide_chosen!(" INDEXED BY reviews_open"), postgres: decide_chosen!("") };

/// Of some products' versions, makes those of a list the active ones and all others inactive. Without statistics either
/// engine might read all versions of the store by another index: that is ruled out.
pub(in crate::words) const ACTIVATE: Pair = Pair {
    sqlite: "\
        UPDATE optimization_versions INDEXED BY versions_by_product SET is_active = id IN (SELECT unhex(value) FROM json_each($3)) \
        WHERE product_id IN (SELECT unhex(value) FROM json_each($2)) AND store_num = $1 \
        AND is_active <> (id IN (SELECT unhex(value) FROM json_each($3)))",
    postgres: "\
        UPDATE optimization_versions SET is_active = id = ANY($3) \
        WHERE product_id = ANY($2) AND store_num + 0 = $1 AND is_active <> (id = ANY($3))",
};

pub(in crate::words) const ASSIGN: &str = "UPDATE content_reviews SET assignee_id = $3 WHERE store_num = $1 AND id = $2 AND status = 'open'";

pub(in crate::words) const REVIEWERS: &str = "SELECT u.id, u.name, m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.store_num = $1";
