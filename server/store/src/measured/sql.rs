//! The SQL of measurements.

use crate::{Db, sql::Pair};

/// Some statements that must not read whole tables.
pub(crate) fn hot(db: &Db) -> Vec<(&'static str, &'static str)> {
    vec![("what was measured", db.sql(&MEASURED)), ("measurements that are too old", EXPIRE)]
}

/// Series that were named behind a number.
pub(super) const SERIES: &str = "SELECT id, metric, subject, class FROM series WHERE id > $1 ORDER BY id";

/// Until the end of the transaction nobody else names series. Whoever looks for those behind the last number they know would miss one that had a lower
/// number and came later.
pub(super) const NAME_ALONE: Pair = Pair { sqlite: "SELECT TRUE", postgres: "SELECT pg_advisory_xact_lock(1986622581)" };

pub(super) const NAME_SERIES: Pair = Pair {
    sqlite: "\
        INSERT INTO series (metric, subject, class) \
        SELECT m.value, s.value, c.value FROM json_each($1) m JOIN json_each($2) s ON s.key = m.key JOIN json_each($3) c ON c.key = m.key \
        WHERE TRUE ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO series (metric, subject, class) SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
};

/// Of some series, from one moment up to another.
pub(super) const MEASURED: Pair = Pair {
    sqlite: "\
        SELECT series_id, at, sketch FROM measurements \
        WHERE level = $1 AND series_id IN (SELECT value FROM json_each($2)) AND at >= $3 AND at < $4",
    postgres: "SELECT series_id, at, sketch FROM measurements WHERE level = $1 AND series_id = ANY($2) AND at >= $3 AND at < $4",
};

/// From where on, going back, there are more than `$2` rows.
pub(super) const TOO_MUCH: &str = "SELECT at FROM measurements WHERE level = $1 ORDER BY at DESC LIMIT 1 OFFSET $2";

pub(super) const EXPIRE: &str = "DELETE FROM measurements WHERE level = $1 AND at < $2";

/// The same of what is told apart by build: each build has series of its own.
pub(super) const EXPIRE_BUILDS: &str = "\
    DELETE FROM measurements WHERE level = $1 AND at < $2 AND series_id IN (SELECT id FROM series WHERE class LIKE 'build:%')";

/// Of builds behind the `$3` that served last; `$2` is more than there are. One that was never noted goes by its age.
pub(super) const EXPIRE_EARLIER_BUILDS: &str = "\
    DELETE FROM measurements WHERE level = $1 AND series_id IN (SELECT s.id FROM series s WHERE s.class LIKE 'build:%' AND SUBSTR(s.class, 7) IN \
    (SELECT d.build FROM deployments d GROUP BY d.build ORDER BY max(d.began_at) DESC LIMIT $2 OFFSET $3))";

/// Whether nobody else is at it, until the end of the transaction.
pub(super) const FOLD_ALONE: Pair = Pair { sqlite: "SELECT TRUE", postgres: "SELECT pg_try_advisory_xact_lock(1986622580)" };

/// Gives what processes have measured before `$2` to the series of all of them. No two processes have the same row of that.
pub(super) const OF_ALL_PROCESSES: Pair = Pair {
    sqlite: "\
        UPDATE measurements SET series_id = \
            (SELECT a.id FROM series a JOIN series o ON o.metric = a.metric WHERE o.id = measurements.series_id AND a.subject = 'all' AND a.class = '') \
        WHERE level = $1 AND at < $2 \
            AND series_id IN (SELECT o.id FROM series o WHERE o.metric IN (SELECT value FROM json_each($3)) AND o.subject NOT IN ('all', 'others') \
                AND EXISTS (SELECT 1 FROM series a WHERE a.metric = o.metric AND a.subject = 'all' AND a.class = ''))",
    postgres: "\
        UPDATE measurements SET series_id = \
            (SELECT a.id FROM series a JOIN series o ON o.metric = a.metric WHERE o.id = measurements.series_id AND a.subject = 'all' AND a.class = '') \
        WHERE level = $1 AND at < $2 \
            AND series_id IN (SELECT o.id FROM series o WHERE o.metric = ANY($3) AND o.subject NOT IN ('all', 'others') \
                AND EXISTS (SELECT 1 FROM series a WHERE a.metric = o.metric AND a.subject = 'all' AND a.class = ''))",
};

/// Takes out all rows of some periods, from `$2` to `$3`, of which there are several.
pub(super) const TAKE_SEVERAL: &str = "\
    DELETE FROM measurements WHERE level = $1 AND (series_id, at) IN (SELECT series_id, at FROM measurements \
    WHERE level = $1 AND at >= $2 AND at < $3 GROUP BY series_id, at HAVING count(*) > 1 LIMIT $4) RETURNING series_id, at, sketch";

/// Of which nothing is there.
pub(super) const DROP_SERIES: &str = "\
    DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM measurements m WHERE m.level = 0 AND m.series_id = series.id) \
    AND NOT EXISTS (SELECT 1 FROM measurements m WHERE m.level = 1 AND m.series_id = series.id) \
    AND NOT EXISTS (SELECT 1 FROM measurements m WHERE m.level = 2 AND m.series_id = series.id)";

/// Unless it is the latest one that serves already.
pub(super) const NOTE_DEPLOYMENT: &str = "\
    INSERT INTO deployments (build, version, began_at) SELECT $1, $2, $3 \
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT d.build FROM deployments d ORDER BY d.began_at DESC LIMIT 1) latest WHERE latest.build = $1)";

/// A build that alternates with another begins each time.
pub(super) const EXPIRE_DEPLOYMENTS: &str =
    "DELETE FROM deployments WHERE began_at < (SELECT min(d.began_at) FROM (SELECT began_at FROM deployments ORDER BY began_at DESC LIMIT $1) d)";

pub(super) const DEPLOYMENTS: &str = "SELECT build, version, began_at FROM deployments ORDER BY began_at DESC LIMIT $1";
