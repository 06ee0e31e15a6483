-- The API: tokens, answers that are given again, and who still calls what is deprecated.

CREATE TABLE api_tokens (
    id              UUID PRIMARY KEY,
    store_num       BIGINT NOT NULL,
    user_id         UUID NOT NULL,
    name            TEXT NOT NULL,
    secret_hash     BYTEA NOT NULL UNIQUE,
    ends_with       TEXT NOT NULL,
    scopes          BIGINT NOT NULL,
    -- Made by a program that logged in with a password, and not by hand.
    log_in          BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    last_used_at    BIGINT,
    expires_at      BIGINT,
    -- Whoever leaves a store takes their tokens along.
    FOREIGN KEY (user_id, store_num) REFERENCES memberships (user_id, store_num) ON DELETE CASCADE
);

CREATE INDEX api_tokens_by_store ON api_tokens (store_num, created_at);
CREATE INDEX api_tokens_by_person ON api_tokens (user_id, store_num, log_in, created_at);

CREATE TABLE idempotency_keys (
    store_num       BIGINT NOT NULL REFERENCES stores (num),
    user_id         UUID NOT NULL REFERENCES users (id),
    key             TEXT NOT NULL,
    asked_hash      BYTEA NOT NULL,
    created_at      BIGINT NOT NULL,
    -- NULL while it is being done.
    status          BIGINT,
    headers         TEXT NOT NULL DEFAULT '[]',
    body            BYTEA,
    PRIMARY KEY (store_num, user_id, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Calls of deprecated addresses, a row a day for each client.
CREATE TABLE deprecated_calls (
    store_num       BIGINT NOT NULL REFERENCES stores (num),
    day             BIGINT NOT NULL,
    -- A token that was made by hand, the person of tokens that came of log-ins, or zeros.
    client_id       UUID NOT NULL,
    route           TEXT NOT NULL,
    calls           BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    PRIMARY KEY (store_num, day, client_id, route)
);
