-- Costs are millionths of the store currency's major unit. Days are days since 1970 (UTC).

-- A job that is paused is not taken from the queue until somebody lets it go on.
ALTER TABLE jobs ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

-- Who writes. The built-in writer is none of these: every store has it.
CREATE TABLE providers (
    id                  BLOB PRIMARY KEY,
    store_num           INTEGER NOT NULL REFERENCES stores (num),
    kind                TEXT NOT NULL CHECK (kind IN ('openai', 'anthropic')),
    name                TEXT NOT NULL,
    base_url            TEXT NOT NULL,
    model               TEXT NOT NULL,
    -- Encrypted with the installation's own key, which is not in this database.
    sealed_key          BLOB,
    concurrency         INTEGER NOT NULL,
    timeout_seconds     INTEGER NOT NULL,
    position            INTEGER NOT NULL,
    enabled             INTEGER NOT NULL,
    -- Kept for the names of what it wrote.
    removed             INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT;

CREATE INDEX providers_by_store ON providers (store_num, position);

-- What a model costs from a moment on, per million tokens.
CREATE TABLE prices (
    store_num           INTEGER NOT NULL REFERENCES stores (num),
    provider_id         BLOB NOT NULL,
    model               TEXT NOT NULL,
    from_at             INTEGER NOT NULL,
    input               INTEGER NOT NULL,
    output              INTEGER NOT NULL,
    PRIMARY KEY (store_num, provider_id, model, from_at)
) STRICT, WITHOUT ROWID;

-- How a store wants its words. The type '' is the store's own brief, others are templates laid over it.
CREATE TABLE briefs (
    store_num           INTEGER NOT NULL REFERENCES stores (num),
    product_type        TEXT NOT NULL,
    -- JSON
    brief               TEXT NOT NULL,
    user_id             BLOB,
    updated_at          INTEGER NOT NULL,
    PRIMARY KEY (store_num, product_type)
) STRICT, WITHOUT ROWID;

-- Briefs as they were when something was written to them, by the hash of their text.
CREATE TABLE asked_briefs (
    hash                BLOB PRIMARY KEY,
    -- JSON
    brief               TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
    store_num           INTEGER PRIMARY KEY REFERENCES stores (num),
    -- None is no limit.
    monthly             INTEGER,
    user_id             BLOB,
    updated_at          INTEGER NOT NULL
) STRICT;

-- Which products a run is about, and which of them are done: roaring bitmaps of their numbers.
CREATE TABLE run_products (
    run_id              BLOB PRIMARY KEY REFERENCES jobs (id),
    products            BLOB NOT NULL,
    done                BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run_failures (
    run_id              BLOB NOT NULL REFERENCES jobs (id),
    product_key         INTEGER NOT NULL,
    reason              TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    PRIMARY KEY (run_id, product_key)
) STRICT, WITHOUT ROWID;

-- Every set of words that was written for a product. No foreign keys to products, as in change_log.
CREATE TABLE optimization_versions (
    id                  BLOB PRIMARY KEY,
    store_num           INTEGER NOT NULL,
    product_key         INTEGER NOT NULL,
    product_id          BLOB NOT NULL,
    -- From 1 in its product.
    number              INTEGER NOT NULL,
    is_active           INTEGER NOT NULL,
    run_id              BLOB,
    -- None when a person wrote it.
    provider_id         BLOB,
    model               TEXT NOT NULL,
    user_id             BLOB,
    -- Of all that was asked: brief, parts, remark, source, provider and model.
    fingerprint         BLOB NOT NULL,
    -- Copied from a version with the same fingerprint, at no cost.
    reused              INTEGER NOT NULL,
    tokens_in           INTEGER NOT NULL,
    tokens_out          INTEGER NOT NULL,
    cost                INTEGER NOT NULL,
    quality_before      INTEGER NOT NULL,
    quality_after       INTEGER NOT NULL,
    seo_before          INTEGER NOT NULL,
    seo_after           INTEGER NOT NULL,
    finding_count       INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    brief_hash          BLOB NOT NULL,
    remark              TEXT NOT NULL,
    -- JSON: the version each field of the source had.
    source_versions     TEXT NOT NULL,
    -- JSON
    findings            TEXT NOT NULL,
    -- None is not written.
    optimized_title     TEXT,
    optimized_seo_title TEXT,
    optimized_seo_description TEXT,
    -- JSON: an array of texts.
    optimized_tags      TEXT,
    -- JSON: an object of texts by picture.
    optimized_alts      TEXT NOT NULL,
    optimized_description TEXT,
    -- JSON: everything the writer knew of the product.
    source              TEXT NOT NULL
) STRICT;

CREATE INDEX versions_by_product ON optimization_versions (product_id, is_active);
CREATE UNIQUE INDEX versions_by_number ON optimization_versions (product_key, number);
-- What a provider has answered: many copies of one answer are not looked through.
CREATE INDEX versions_by_fingerprint ON optimization_versions (store_num, fingerprint) WHERE provider_id IS NOT NULL AND NOT reused;
CREATE INDEX versions_by_run ON optimization_versions (run_id, id) WHERE run_id IS NOT NULL;
-- For the mean scores of what is published.
CREATE INDEX versions_active ON optimization_versions (store_num, is_active, quality_before, quality_after, seo_before, seo_after) WHERE is_active;

-- Who decided about a version, when, and why.
CREATE TABLE content_reviews (
    id                  BLOB PRIMARY KEY,
    store_num           INTEGER NOT NULL,
    version_id          BLOB NOT NULL,
    product_key         INTEGER NOT NULL,
    product_type        TEXT NOT NULL,
    run_id              BLOB,
    status              TEXT NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'changes', 'superseded')),
    -- Whether something is wrong in it.
    odd                 INTEGER NOT NULL,
    assignee_id         BLOB,
    created_at          INTEGER NOT NULL,
    decided_at          INTEGER,
    decided_by          BLOB,
    reason              TEXT NOT NULL,
    -- JSON: the fields that were accepted.
    accepted            TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX reviews_by_version ON content_reviews (version_id);
-- A queue is counted from these alone, whatever it is filtered by.
CREATE INDEX reviews_by_status ON content_reviews (status, store_num, created_at, id, odd, product_type);
CREATE INDEX reviews_by_assignee ON content_reviews (store_num, status, assignee_id, created_at, id, odd, product_type);
CREATE INDEX reviews_by_run ON content_reviews (run_id, status, created_at, id, odd, product_type, assignee_id) WHERE run_id IS NOT NULL;
-- One at a time: a later suggestion takes the place of an open one.
CREATE UNIQUE INDEX reviews_open ON content_reviews (product_key) WHERE status = 'open';

-- Every call of a provider.
CREATE TABLE ai_usage_records (
    id                  BLOB PRIMARY KEY,
    store_num           INTEGER NOT NULL,
    provider_id         BLOB NOT NULL,
    model               TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    tokens_in           INTEGER NOT NULL,
    tokens_out          INTEGER NOT NULL,
    cost                INTEGER NOT NULL,
    milliseconds        INTEGER NOT NULL,
    outcome             TEXT NOT NULL,
    run_id              BLOB,
    user_id             BLOB,
    product_id          BLOB,
    product_type        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_by_provider ON ai_usage_records (provider_id, created_at);
CREATE INDEX usage_by_store ON ai_usage_records (store_num, created_at, id);

-- The same summed by day: in all, and by each dimension. Written with them, so that a page adds up some thousand rows and not
-- a million, and what a month has cost is the sum of thirty.
CREATE TABLE usage_days (
    store_num           INTEGER NOT NULL,
    dimension           TEXT NOT NULL CHECK (dimension IN ('all', 'provider', 'model', 'person', 'type')),
    day                 INTEGER NOT NULL,
    -- The provider's or the person's id, the model, the type; empty for all, and when nobody can be named.
    value               TEXT NOT NULL,
    calls               INTEGER NOT NULL,
    failed              INTEGER NOT NULL,
    tokens_in           INTEGER NOT NULL,
    tokens_out          INTEGER NOT NULL,
    cost                INTEGER NOT NULL,
    milliseconds        INTEGER NOT NULL,
    PRIMARY KEY (store_num, dimension, day, value)
) STRICT, WITHOUT ROWID;
