-- The API: tokens, answers that are given again, and who still calls what is deprecated.

CREATE TABLE api_tokens (
    id              BLOB PRIMARY KEY,
    store_num       INTEGER NOT NULL,
    user_id         BLOB NOT NULL,
    name            TEXT NOT NULL,
    secret_hash     BLOB NOT NULL UNIQUE,
    ends_with       TEXT NOT NULL,
    scopes          INTEGER NOT NULL,
    -- Made by a program that logged in with a password, and not by hand.
    log_in          INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    expires_at      INTEGER,
    -- Whoever leaves a store takes their tokens along.
    FOREIGN KEY (user_id, store_num) REFERENCES memberships (user_id, store_num) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX api_tokens_by_store ON api_tokens (store_num, created_at);
CREATE INDEX api_tokens_by_person ON api_tokens (user_id, store_num, log_in, created_at);

CREATE TABLE idempotency_keys (
    store_num       INTEGER NOT NULL REFERENCES stores (num),
    user_id         BLOB NOT NULL REFERENCES users (id),
    key             TEXT NOT NULL,
    asked_hash      BLOB NOT NULL,
    created_at      INTEGER NOT NULL,
    -- NULL while it is being done.
    status          INTEGER,
    headers         TEXT NOT NULL DEFAULT '[]',
    body            BLOB,
    PRIMARY KEY (store_num, user_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Calls of deprecated addresses, a row a day for each client.
CREATE TABLE deprecated_calls (
    store_num       INTEGER NOT NULL REFERENCES stores (num),
    day             INTEGER NOT NULL,
    -- A token that was made by hand, the person of tokens that came of log-ins, or zeros.
    client_id       BLOB NOT NULL,
    route           TEXT NOT NULL,
    calls           INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    PRIMARY KEY (store_num, day, client_id, route)
) STRICT, WITHOUT ROWID;
