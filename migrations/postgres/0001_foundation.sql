-- Times are microseconds since 1970, money is minor units, ids are UUIDs made by the program.
-- Text that is compared is folded by the program; what is searched by its beginning has the collation "C", as
-- SQLite's has.

CREATE TABLE stores (
    -- The upper half of a product's key.
    num             BIGINT PRIMARY KEY,
    id              UUID NOT NULL UNIQUE,
    slug            TEXT COLLATE "C" NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    currency        TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);

-- The store's last change number, taken in the transaction that changes something, so that the order of
-- numbers is the order of commits; and the counts that a page needs without counting.
CREATE TABLE store_seq (
    store_num       BIGINT PRIMARY KEY REFERENCES stores (num),
    seq             BIGINT NOT NULL,
    next_ord        BIGINT NOT NULL,
    products        BIGINT NOT NULL
);

CREATE TABLE users (
    id              UUID PRIMARY KEY,
    email           TEXT COLLATE "C" NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    password_hash   TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE TABLE memberships (
    user_id         UUID NOT NULL REFERENCES users (id),
    store_num       BIGINT NOT NULL REFERENCES stores (num),
    role            TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'reviewer', 'viewer')),
    PRIMARY KEY (user_id, store_num)
);

CREATE INDEX memberships_by_store ON memberships (store_num);

-- A session is known by the hash of its secret: whoever reads the table cannot sign in with it.
CREATE TABLE sessions (
    secret_hash     BYTEA PRIMARY KEY,
    user_id         UUID NOT NULL REFERENCES users (id),
    store_num       BIGINT NOT NULL REFERENCES stores (num),
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Wrong passwords by account and by address, for slowing down whoever guesses.
CREATE TABLE sign_in_failures (
    subject         TEXT PRIMARY KEY,
    failures        BIGINT NOT NULL,
    last_at         BIGINT NOT NULL
);

-- No foreign keys from here to change_log: one write path makes these rows, and the checks would cost an import
-- a fifth of its speed.
CREATE TABLE products (
    -- store_num * 2^32 + ord: a window of a list is fetched by primary key.
    key                 BIGINT PRIMARY KEY,
    store_num           BIGINT NOT NULL,
    id                  UUID NOT NULL,
    handle              TEXT COLLATE "C" NOT NULL,
    -- What a list shows comes first and long texts last, so that a list does not read past them.
    title               TEXT NOT NULL,
    vendor              TEXT NOT NULL,
    product_type        TEXT NOT NULL,
    status              TEXT NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
    optimization_status TEXT NOT NULL,
    -- Taken from variants and images when they are written, so that a list reads this table alone.
    price               BIGINT,
    highest_price       BIGINT,
    variant_count       BIGINT NOT NULL,
    image_count         BIGINT NOT NULL,
    thumbnail           TEXT NOT NULL,
    -- What the product lacks, one bit each: 1 description, 2 image, 4 words for search engines.
    missing             BIGINT NOT NULL,
    -- JSON: an array of texts.
    tags                TEXT NOT NULL,
    deleted             BOOLEAN NOT NULL,
    published           BOOLEAN NOT NULL,
    gift_card           BOOLEAN NOT NULL,
    last_optimized      BIGINT,
    created_seq         BIGINT NOT NULL,
    updated_seq         BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    category            TEXT NOT NULL,
    -- JSON: an array of texts.
    option_names        TEXT NOT NULL,
    seo_title           TEXT NOT NULL,
    seo_description     TEXT NOT NULL,
    -- JSON: the change number of every field that changed since the product was made.
    field_versions      TEXT NOT NULL,
    -- JSON: an object of texts by column.
    extras              TEXT NOT NULL,
    description         TEXT NOT NULL
);

CREATE UNIQUE INDEX products_by_id ON products (id);
CREATE UNIQUE INDEX products_by_handle ON products (store_num, handle);
-- What changed since: the feed of the list index, and the list's own order while that is being built.
CREATE INDEX products_by_update ON products (store_num, updated_seq);

CREATE TABLE variants (
    product_key         BIGINT NOT NULL,
    id                  UUID NOT NULL,
    store_num           BIGINT NOT NULL,
    position            BIGINT NOT NULL,
    options             TEXT NOT NULL,
    sku                 TEXT NOT NULL,
    -- Folded, for finding.
    sku_key             TEXT COLLATE "C" NOT NULL,
    barcode             TEXT COLLATE "C" NOT NULL,
    price               BIGINT,
    compare_at_price    BIGINT,
    cost                BIGINT,
    taxable             BOOLEAN NOT NULL,
    inventory_quantity  BIGINT,
    inventory_policy    TEXT NOT NULL,
    requires_shipping   BOOLEAN NOT NULL,
    weight_grams        BIGINT,
    image               TEXT NOT NULL,
    extras              TEXT NOT NULL,
    PRIMARY KEY (product_key, id)
);

-- For finding codes that begin with a text; SQLite has the table `codes` for this.
CREATE INDEX variants_by_sku ON variants (store_num, sku_key) WHERE sku_key <> '';
CREATE INDEX variants_by_barcode ON variants (store_num, barcode) WHERE barcode <> '';

CREATE TABLE images (
    product_key         BIGINT NOT NULL,
    id                  UUID NOT NULL,
    position            BIGINT NOT NULL,
    url                 TEXT NOT NULL,
    alt                 TEXT NOT NULL,
    PRIMARY KEY (product_key, id)
);

-- Every change of every product, in the order of commits.
CREATE TABLE change_log (
    store_num           BIGINT NOT NULL,
    seq                 BIGINT NOT NULL,
    product_key         BIGINT NOT NULL,
    op_id               UUID NOT NULL,
    kind                TEXT NOT NULL CHECK (kind IN ('created', 'edited', 'deleted', 'restored')),
    -- JSON: an array of {field, before, after}; empty for a creation.
    fields              TEXT NOT NULL,
    user_id             UUID,
    source              TEXT NOT NULL,
    job_id              UUID,
    at                  BIGINT NOT NULL,
    PRIMARY KEY (store_num, seq)
);

CREATE INDEX change_log_by_product ON change_log (product_key, seq);

-- What became of every op that somebody waits for, so that sending it again answers the same.
CREATE TABLE op_result (
    op_id               UUID PRIMARY KEY,
    store_num           BIGINT NOT NULL REFERENCES stores (num),
    payload_hash        BYTEA NOT NULL,
    -- JSON: the receipt.
    receipt             TEXT NOT NULL,
    at                  BIGINT NOT NULL
);

CREATE TABLE jobs (
    id                  UUID PRIMARY KEY,
    store_num           BIGINT NOT NULL REFERENCES stores (num),
    kind                TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    subject             TEXT NOT NULL,
    -- JSON: what the job was asked to do.
    params              TEXT NOT NULL,
    -- JSON: how far it is and where it goes on after a restart; written in the same transaction as the work.
    progress            TEXT NOT NULL,
    message             TEXT NOT NULL,
    cancel_requested    BOOLEAN NOT NULL,
    attempts            BIGINT NOT NULL,
    -- Not before this moment: a failed attempt waits.
    run_at              BIGINT NOT NULL,
    -- Who runs it, and until when that is believed.
    leased_by           TEXT,
    leased_until        BIGINT,
    user_id             UUID,
    created_at          BIGINT NOT NULL,
    started_at          BIGINT,
    finished_at         BIGINT
);

CREATE INDEX jobs_by_store ON jobs (store_num, created_at);
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE state IN ('queued', 'running');

-- Results of a job row by row: bad rows of a file, and what a dry run would do.
CREATE TABLE job_items (
    job_id              UUID NOT NULL REFERENCES jobs (id),
    kind                TEXT NOT NULL CHECK (kind IN ('bad', 'planned')),
    number              BIGINT NOT NULL,
    -- JSON
    detail              TEXT NOT NULL,
    PRIMARY KEY (job_id, kind, number)
);
