-- Costs are millionths of the store currency's major unit. Days are days since 1970 (UTC).

-- A job that is paused is not taken from the queue until somebody lets it go on.
ALTER TABLE jobs ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;

-- Who writes. The built-in writer is none of these: every store has it.
CREATE TABLE providers (
    id                  UUID PRIMARY KEY,
    store_num           BIGINT NOT NULL REFERENCES stores (num),
    kind                TEXT NOT NULL CHECK (kind IN ('openai', 'anthropic')),
    name                TEXT NOT NULL,
    base_url            TEXT NOT NULL,
    model               TEXT NOT NULL,
    -- Encrypted with the installation's own key, which is not in this database.
    sealed_key          BYTEA,
    concurrency         BIGINT NOT NULL,
    timeout_seconds     BIGINT NOT NULL,
    position            BIGINT NOT NULL,
    enabled             BOOLEAN NOT NULL,
    -- Kept for the names of what it wrote.
    removed             BOOLEAN NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL
);

CREATE INDEX providers_by_store ON providers (store_num, position);

-- What a model costs from a moment on, per million tokens.
CREATE TABLE prices (
    store_num           BIGINT NOT NULL REFERENCES stores (num),
    provider_id         UUID NOT NULL,
    model               TEXT NOT NULL,
    from_at             BIGINT NOT NULL,
    input               BIGINT NOT NULL,
    output              BIGINT NOT NULL,
    PRIMARY KEY (store_num, provider_id, model, from_at)
);

-- How a store wants its words. The type '' is the store's own brief, others are templates laid over it.
CREATE TABLE briefs (
    store_num           BIGINT NOT NULL REFERENCES stores (num),
    product_type        TEXT NOT NULL,
    -- JSON
    brief               TEXT NOT NULL,
    user_id             UUID,
    updated_at          BIGINT NOT NULL,
    PRIMARY KEY (store_num, product_type)
);

-- Briefs as they were when something was written to them, by the hash of their text.
CREATE TABLE asked_briefs (
    hash                BYTEA PRIMARY KEY,
    -- JSON
    brief               TEXT NOT NULL
);

CREATE TABLE budgets (
    store_num           BIGINT PRIMARY KEY REFERENCES stores (num),
    -- None is no limit.
    monthly             BIGINT,
    user_id             UUID,
    updated_at          BIGINT NOT NULL
);

-- Which products a run is about, and which of them are done: roaring bitmaps of their numbers.
CREATE TABLE run_products (
    run_id              UUID PRIMARY KEY REFERENCES jobs (id),
    products            BYTEA NOT NULL,
    done                BYTEA NOT NULL
);

CREATE TABLE run_failures (
    run_id              UUID NOT NULL REFERENCES jobs (id),
    product_key         BIGINT NOT NULL,
    reason              TEXT NOT NULL,
    created_at          BIGINT NOT NULL,
    PRIMARY KEY (run_id, product_key)
);

-- Every set of words that was written for a product. No foreign keys to products, as in change_log.
CREATE TABLE optimization_versions (
    id                  UUID PRIMARY KEY,
    store_num           BIGINT NOT NULL,
    product_key         BIGINT NOT NULL,
    product_id          UUID NOT NULL,
    -- From 1 in its product.
    number              BIGINT NOT NULL,
    is_active           BOOLEAN NOT NULL,
    run_id              UUID,
    -- None when a person wrote it.
    provider_id         UUID,
    model               TEXT NOT NULL,
    user_id             UUID,
    -- Of all that was asked: brief, parts, remark, source, provider and model.
    fingerprint         BYTEA NOT NULL,
    -- Copied from a version with the same fingerprint, at no cost.
    reused              BOOLEAN NOT NULL,
    tokens_in           BIGINT NOT NULL,
    tokens_out          BIGINT NOT NULL,
    cost                BIGINT NOT NULL,
    quality_before      BIGINT NOT NULL,
    quality_after       BIGINT NOT NULL,
    seo_before          BIGINT NOT NULL,
    seo_after           BIGINT NOT NULL,
    finding_count       BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    brief_hash          BYTEA NOT NULL,
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
);

CREATE INDEX versions_by_product ON optimization_versions (product_id, is_active);
CREATE UNIQUE INDEX versions_by_number ON optimization_versions (product_key, number);
-- What a provider has answered: many copies of one answer are not looked through.
CREATE INDEX versions_by_fingerprint ON optimization_versions (store_num, fingerprint) WHERE provider_id IS NOT NULL AND NOT reused;
CREATE INDEX versions_by_run ON optimization_versions (run_id, id) WHERE run_id IS NOT NULL;
-- For the mean scores of what is published.
CREATE INDEX versions_active ON optimization_versions (store_num, is_active, quality_before, quality_after, seo_before, seo_after) WHERE is_active;

-- Who decided about a version, when, and why.
CREATE TABLE content_reviews (
    id                  UUID PRIMARY KEY,
    store_num           BIGINT NOT NULL,
    version_id          UUID NOT NULL,
    product_key         BIGINT NOT NULL,
    product_type        TEXT NOT NULL,
    run_id              UUID,
    status              TEXT NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'changes', 'superseded')),
    -- Whether something is wrong in it.
    odd                 BOOLEAN NOT NULL,
    assignee_id         UUID,
    created_at          BIGINT NOT NULL,
    decided_at          BIGINT,
    decided_by          UUID,
    reason              TEXT NOT NULL,
    -- JSON: the fields that were accepted.
    accepted            TEXT NOT NULL
);

CREATE UNIQUE INDEX reviews_by_version ON content_reviews (version_id);
-- A queue is counted from these alone, whatever it is filtered by.
CREATE INDEX reviews_by_status ON content_reviews (status, store_num, created_at, id, odd, product_type);
CREATE INDEX reviews_by_assignee ON content_reviews (store_num, status, assignee_id, created_at, id, odd, product_type);
CREATE INDEX reviews_by_run ON content_reviews (run_id, status, created_at, id, odd, product_type, assignee_id) WHERE run_id IS NOT NULL;
-- One at a time: a later suggestion takes the place of an open one.
CREATE UNIQUE INDEX reviews_open ON content_reviews (product_key) WHERE status = 'open';

-- Every call of a provider.
CREATE TABLE ai_usage_records (
    id                  UUID PRIMARY KEY,
    store_num           BIGINT NOT NULL,
    provider_id         UUID NOT NULL,
    model               TEXT NOT NULL,
    created_at          BIGINT NOT NULL,
    tokens_in           BIGINT NOT NULL,
    tokens_out          BIGINT NOT NULL,
    cost                BIGINT NOT NULL,
    milliseconds        BIGINT NOT NULL,
    outcome             TEXT NOT NULL,
    run_id              UUID,
    user_id             UUID,
    product_id          UUID,
    product_type        TEXT NOT NULL
);

CREATE INDEX usage_by_provider ON ai_usage_records (provider_id, created_at);
CREATE INDEX usage_by_store ON ai_usage_records (store_num, created_at, id);

-- The same summed by day: in all, and by each dimension. Written with them, so that a page adds up some thousand rows and not
-- a million, and what a month has cost is the sum of thirty.
CREATE TABLE usage_days (
    store_num           BIGINT NOT NULL,
    dimension           TEXT NOT NULL CHECK (dimension IN ('all', 'provider', 'model', 'person', 'type')),
    day                 BIGINT NOT NULL,
    -- The provider's or the person's id, the model, the type; empty for all, and when nobody can be named.
    value               TEXT NOT NULL,
    calls               BIGINT NOT NULL,
    failed              BIGINT NOT NULL,
    tokens_in           BIGINT NOT NULL,
    tokens_out          BIGINT NOT NULL,
    cost                BIGINT NOT NULL,
    milliseconds        BIGINT NOT NULL,
    PRIMARY KEY (store_num, dimension, day, value)
);
