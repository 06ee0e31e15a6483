-- What servers measure of themselves: sketches of values by the minute, the hour and the day. They are of the server and of no store.

CREATE TABLE series (
    id              INTEGER PRIMARY KEY,
    metric          TEXT NOT NULL,
    -- A route, a statement, a cache.
    subject         TEXT NOT NULL,
    -- A status class or a dimension with its value; empty for all.
    class           TEXT NOT NULL,
    UNIQUE (metric, subject, class)
) STRICT;

-- Every process writes rows of its own; whoever reads merges them.
CREATE TABLE measurements (
    -- 0 a minute, 1 an hour, 2 a day.
    level           INTEGER NOT NULL,
    series_id       INTEGER NOT NULL REFERENCES series (id),
    -- When it begins, in minutes since 1970.
    at              INTEGER NOT NULL,
    process         BLOB NOT NULL,
    sketch          BLOB NOT NULL,
    PRIMARY KEY (level, series_id, at, process)
) STRICT, WITHOUT ROWID;

CREATE INDEX measurements_by_age ON measurements (level, at);

-- When builds began to serve, for the marks on charts.
CREATE TABLE deployments (
    build           TEXT PRIMARY KEY,
    version         TEXT NOT NULL,
    began_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
