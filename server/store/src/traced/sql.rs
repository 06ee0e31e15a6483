//! The SQL of traces.

/// Some statements that must not read whole tables.
pub(crate) fn hot() -> Vec<(&'static str, &'static str)> {
    vec![("the slowest traces of a route", TRACES_OF[1][0]), ("the latest traces", TRACES_OF[0][2]), ("a trace by its id", TRACE)]
}

/// What orders them is in an index; only of those that are wanted the rest is read.
macro_rules! chosen {
    ($which:literal, $order:literal) => {
        concat!(
            "SELECT body FROM traces WHERE (id, span) IN (SELECT id, span FROM traces WHERE ",
            $which,
            "begun_at >= $1 AND begun_at < $2 ORDER BY ",
            $order,
            " DESC LIMIT $3)"
        )
    };
}

/// Of all routes and of one; what browsers say of pages is not among the slowest of all, in the order of [`super::Chosen`].
pub(super) const TRACES_OF: [[&str; 3]; 2] = [
    [chosen!("route NOT LIKE 'Browser: %' AND ", "duration"), chosen!("failed AND ", "begun_at"), chosen!("", "begun_at")],
    [chosen!("route = $4 AND ", "duration"), chosen!("route = $4 AND failed AND ", "begun_at"), chosen!("route = $4 AND ", "begun_at")],
];

pub(super) const TRACE: &str = "SELECT body FROM traces WHERE id = $1 ORDER BY begun_at LIMIT $2";

/// From where on, going back, there are more than `$1` rows.
pub(super) const TOO_MANY_TRACES: &str = "SELECT begun_at FROM traces ORDER BY begun_at DESC LIMIT 1 OFFSET $1";

pub(super) const EXPIRE_TRACES: &str = "DELETE FROM traces WHERE begun_at < $1";

/// Those of hours before `$1` that are not among the slowest `$2` of their route and hour, nor among the latest that failed.
pub(super) const THIN_TRACES: &str = "\
    DELETE FROM traces WHERE begun_at < $1 AND (id, span) IN (SELECT id, span FROM (SELECT id, span, failed, \
    row_number() OVER (PARTITION BY route, begun_at / 3600000000 ORDER BY duration DESC, id) AS slowest, \
    row_number() OVER (PARTITION BY route, begun_at / 3600000000, failed ORDER BY begun_at DESC, id) AS latest \
    FROM traces WHERE begun_at < $1) AS ranked WHERE slowest > $2 AND (NOT failed OR latest > $2))";
