//! The SQL of the lab.

/// The same content again is written only when it comes to something else now.
pub(super) const ADD_RECORD: &str = "\
    INSERT INTO lab_records (id, kind, suite, plan, engine, machine, build, at, added_at, record) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
    ON CONFLICT (id) DO UPDATE SET record = excluded.record, added_at = excluded.added_at WHERE lab_records.record <> excluded.record";

/// The oldest beyond so many of a kind.
pub(super) const DROP_RECORDS: &str = "\
    DELETE FROM lab_records WHERE kind = $1 AND at <= (SELECT at FROM lab_records WHERE kind = $1 ORDER BY at DESC LIMIT 1 OFFSET $2)";

pub(super) const RECORDS: &str = "SELECT record, added_at FROM lab_records WHERE kind = $1 ORDER BY at DESC, id DESC LIMIT $2";

pub(super) const RECORDS_OF_PLAN: &str = "\
    SELECT record, added_at FROM lab_records WHERE kind = $1 AND suite = $2 AND plan = $3 AND engine = $4 ORDER BY at DESC, id DESC LIMIT $5";

/// On whichever engine and machine.
pub(super) const LATEST_OF_PLAN: &str = "\
    SELECT record, added_at FROM lab_records WHERE kind = $1 AND suite = $2 AND plan = $3 ORDER BY at DESC, id DESC LIMIT $4";

pub(super) const CHANGE_POINTS: &str = "\
    SELECT c.id, c.metric, c.subject, c.unit, c.at, c.value_before, c.value_after, c.worse, c.votes, c.build_before, c.builds, c.state, c.note, \
    u.name, c.settled_at, c.found_at FROM change_points c LEFT JOIN users u ON u.id = c.settled_by WHERE c.source = $1 \
    ORDER BY c.at DESC, c.id DESC LIMIT $2";

pub(super) const ADD_CHANGE_POINT: &str = "\
    INSERT INTO change_points (source, metric, subject, unit, at, value_before, value_after, worse, votes, build_before, builds, found_at, state, note) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', '') ON CONFLICT (source, metric, subject, at) DO NOTHING";

/// What nobody has said anything of is told as it is seen now.
pub(super) const SEE_CHANGE_POINT: &str = "\
    UPDATE change_points SET value_before = $2, value_after = $3, votes = $4, build_before = $5, builds = $6 WHERE id = $1 AND state = 'open'";

pub(super) const DROP_CHANGE_POINT: &str = "DELETE FROM change_points WHERE id = $1 AND state = 'open'";

pub(super) const DROP_OLD_CHANGE_POINTS: &str = "DELETE FROM change_points WHERE at < $1";

pub(super) const SETTLE: &str = "\
    UPDATE change_points SET state = $3, note = $4, settled_by = $5, settled_at = $6 WHERE id = $1 AND source = $2";
