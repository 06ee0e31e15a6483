-- What benches and load runs found, and since when something is another value, there and with people at work. They are of the server and of no
-- store.

CREATE TABLE lab_records (
    -- Of its content, so that the same is there once.
    id              BLOB NOT NULL PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('lab', 'capacity')),
    suite           TEXT NOT NULL,
    plan            TEXT NOT NULL,
    engine          TEXT NOT NULL,
    -- Its fingerprint.
    machine         TEXT NOT NULL,
    build           TEXT NOT NULL,
    -- When it began.
    at              INTEGER NOT NULL,
    added_at        INTEGER NOT NULL,
    -- JSON.
    record          TEXT NOT NULL
) STRICT;

CREATE INDEX lab_records_by_time ON lab_records (kind, at);

CREATE TABLE change_points (
    id              INTEGER PRIMARY KEY,
    -- Where it was measured: in the lab, or live.
    source          TEXT NOT NULL CHECK (source IN ('lab', 'live')),
    metric          TEXT NOT NULL,
    -- A route; what was run on which machine.
    subject         TEXT NOT NULL,
    unit            TEXT NOT NULL,
    -- The first that has the new value.
    at              INTEGER NOT NULL,
    -- The middle of what was, and of what is.
    value_before    REAL NOT NULL,
    value_after     REAL NOT NULL,
    worse           INTEGER NOT NULL,
    -- How many of three see it.
    votes           INTEGER NOT NULL,
    -- The build of before, and a JSON list of those that began around it.
    build_before    TEXT NOT NULL,
    builds          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'filed')),
    note            TEXT NOT NULL,
    settled_by      BLOB,
    settled_at      INTEGER,
    found_at        INTEGER NOT NULL,
    UNIQUE (source, metric, subject, at)
) STRICT;
