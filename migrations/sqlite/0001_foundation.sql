-- Times are microseconds since 1970, money is minor units, ids are UUIDs made by the program.
-- Text that is compared is folded by the program; no table compares with the engine's own case rules.

CREATE TABLE stores (
    -- The upper half of a product's key.
    num             INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE,
    slug            TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    currency        TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

-- The store's last change number, taken in the transaction that changes something, so that the order of
-- numbers is the order of commits; and the counts that a page needs without counting.
CREATE TABLE store_seq (
    store_num       INTEGER PRIMARY KEY REFERENCES stores (num),
    seq             INTEGER NOT NULL,
    next_ord        INTEGER NOT NULL,
    products        INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id              BLOB PRIMARY KEY,
    email           TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    password_hash   TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
    user_id         BLOB NOT NULL REFERENCES users (id),
    store_num       INTEGER NOT NULL REFERENCES stores (num),
    role            TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'reviewer', 'viewer')),
    PRIMARY KEY (user_id, store_num)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_store ON memberships (store_num);

-- A session is known by the hash of its secret: whoever reads the table cannot sign in with it.
CREATE TABLE sessions (
    secret_hash     BLOB PRIMARY KEY,
    user_id         BLOB NOT NULL REFERENCES users (id),
    store_num       INTEGER NOT NULL REFERENCES stores (num),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Wrong passwords by account and by address, for slowing down whoever guesses.
CREATE TABLE sign_in_failures (
    subject         TEXT PRIMARY KEY,
    failures        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- No foreign keys from here to change_log: one write path makes these rows, and the checks would cost an import
-- a fifth of its speed.
CREATE TABLE products (
    -- store_num * 2^32 + ord: a window of a list is fetched by primary key.
    key                 INTEGER PRIMARY KEY,
    store_num           INTEGER NOT NULL,
    id                  BLOB NOT NULL,
    handle              TEXT NOT NULL,
    -- What a list shows comes first and long texts last, so that a list does not read past them.
    title               TEXT NOT NULL,
    vendor              TEXT NOT NULL,
    product_type        TEXT NOT NULL,
    status              TEXT NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
    optimization_status TEXT NOT NULL,
    -- Taken from variants and images when they are written, so that a list reads this table alone.
    price               INTEGER,
    highest_price       INTEGER,
    variant_count       INTEGER NOT NULL,
    image_count         INTEGER NOT NULL,
    thumbnail           TEXT NOT NULL,
    -- What the product lacks, one bit each: 1 description, 2 image, 4 words for search engines.
    missing             INTEGER NOT NULL,
    -- JSON: an array of texts.
    tags                TEXT NOT NULL,
    deleted             INTEGER NOT NULL,
    published           INTEGER NOT NULL,
    gift_card           INTEGER NOT NULL,
    last_optimized      INTEGER,
    created_seq         INTEGER NOT NULL,
    updated_seq         INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
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
) STRICT;

CREATE UNIQUE INDEX products_by_id ON products (id);
CREATE UNIQUE INDEX products_by_handle ON products (store_num, handle);
-- What changed since: the feed of the list index, and the list's own order while that is being built.
CREATE INDEX products_by_update ON products (store_num, updated_seq);

CREATE TABLE variants (
    product_key         INTEGER NOT NULL,
    id                  BLOB NOT NULL,
    store_num           INTEGER NOT NULL,
    position            INTEGER NOT NULL,
    options             TEXT NOT NULL,
    sku                 TEXT NOT NULL,
    -- Folded, for finding.
    sku_key             TEXT NOT NULL,
    barcode             TEXT NOT NULL,
    price               INTEGER,
    compare_at_price    INTEGER,
    cost                INTEGER,
    taxable             INTEGER NOT NULL,
    inventory_quantity  INTEGER,
    inventory_policy    TEXT NOT NULL,
    requires_shipping   INTEGER NOT NULL,
    weight_grams        INTEGER,
    image               TEXT NOT NULL,
    extras              TEXT NOT NULL,
    PRIMARY KEY (product_key, id)
) STRICT, WITHOUT ROWID;

-- SKUs and barcodes by product, each as one word behind the store's number (`7:lamp-01`), for finding those that
-- begin with a text. PostgreSQL has two indexes of variants for this; here they would be most of an import's time
-- (25 to 38 microseconds a product, as every code falls on another page; this takes 4).
CREATE VIRTUAL TABLE codes USING fts5 (
    code,
    content = '',
    contentless_delete = 1,
    detail = none,
    -- Every character but the control characters is part of a word.
    tokenize = "ascii tokenchars ' !""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);

CREATE TABLE images (
    product_key         INTEGER NOT NULL,
    id                  BLOB NOT NULL,
    position            INTEGER NOT NULL,
    url                 TEXT NOT NULL,
    alt                 TEXT NOT NULL,
    PRIMARY KEY (product_key, id)
) STRICT, WITHOUT ROWID;

-- Every change of every product, in the order of commits.
CREATE TABLE change_log (
    store_num           INTEGER NOT NULL,
    seq                 INTEGER NOT NULL,
    product_key         INTEGER NOT NULL,
    op_id               BLOB NOT NULL,
    kind                TEXT NOT NULL CHECK (kind IN ('created', 'edited', 'deleted', 'restored')),
    -- JSON: an array of {field, before, after}; empty for a creation.
    fields              TEXT NOT NULL,
    user_id             BLOB,
    source              TEXT NOT NULL,
    job_id              BLOB,
    at                  INTEGER NOT NULL,
    PRIMARY KEY (store_num, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX change_log_by_product ON change_log (product_key, seq);

-- What became of every op that somebody waits for, so that sending it again answers the same.
CREATE TABLE op_result (
    op_id               BLOB PRIMARY KEY,
    store_num           INTEGER NOT NULL REFERENCES stores (num),
    payload_hash        BLOB NOT NULL,
    -- JSON: the receipt.
    receipt             TEXT NOT NULL,
    at                  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id                  BLOB PRIMARY KEY,
    store_num           INTEGER NOT NULL REFERENCES stores (num),
    kind                TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    subject             TEXT NOT NULL,
    -- JSON: what the job was asked to do.
    params              TEXT NOT NULL,
    -- JSON: how far it is and where it goes on after a restart; written in the same transaction as the work.
    progress            TEXT NOT NULL,
    message             TEXT NOT NULL,
    cancel_requested    INTEGER NOT NULL,
    attempts            INTEGER NOT NULL,
    -- Not before this moment: a failed attempt waits.
    run_at              INTEGER NOT NULL,
    -- Who runs it, and until when that is believed.
    leased_by           TEXT,
    leased_until        INTEGER,
    user_id             BLOB,
    created_at          INTEGER NOT NULL,
    started_at          INTEGER,
    finished_at         INTEGER
) STRICT;

CREATE INDEX jobs_by_store ON jobs (store_num, created_at);
CREATE INDEX jobs_waiting ON jobs (run_at) WHERE state IN ('queued', 'running');

-- Results of a job row by row: bad rows of a file, and what a dry run would do.
CREATE TABLE job_items (
    job_id              BLOB NOT NULL REFERENCES jobs (id),
    kind                TEXT NOT NULL CHECK (kind IN ('bad', 'planned')),
    number              INTEGER NOT NULL,
    -- JSON
    detail              TEXT NOT NULL,
    PRIMARY KEY (job_id, kind, number)
) STRICT, WITHOUT ROWID;
