-- Alerts: how they stand, what was told, and messages on their way. They are of the server and of no store.

-- Who looks at the rules now, and how often that has been done. One row.
CREATE TABLE alert_rounds (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    number          INTEGER NOT NULL,
    began_at        INTEGER,
    -- Empty: nobody.
    held_by         TEXT NOT NULL,
    held_until      INTEGER NOT NULL
) STRICT;

INSERT INTO alert_rounds (one, number, held_by, held_until) VALUES (1, 0, '', 0);

-- Each as JSON, which this is no business of.
CREATE TABLE alert_notes (
    -- alert, told, silence
    kind            TEXT NOT NULL,
    name            TEXT NOT NULL,
    body            TEXT NOT NULL,
    -- Of an alert: who sees to it, as JSON. Empty: nobody.
    seen            TEXT NOT NULL,
    -- Of a silence: when it ends.
    until           INTEGER,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_messages (
    -- In their order.
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    channel         TEXT NOT NULL,
    subject         TEXT NOT NULL,
    body            TEXT NOT NULL,
    -- waiting, delivered, given_up
    state           TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    noted_at        INTEGER NOT NULL,
    answer          TEXT NOT NULL,
    held_by         TEXT NOT NULL,
    held_until      INTEGER NOT NULL
) STRICT;

CREATE INDEX alert_messages_by_state ON alert_messages (channel, state, number);
