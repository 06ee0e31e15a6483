-- Webhooks: addresses that are told of what happens in a store, and what was told to each.

CREATE TABLE webhooks (
    id              BLOB PRIMARY KEY,
    store_num       INTEGER NOT NULL REFERENCES stores (num),
    url             TEXT NOT NULL,
    -- A bit an event.
    events          INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('active', 'paused', 'failed')),
    reason          TEXT NOT NULL,
    -- Encrypted with the installation's own key, which is not in this database.
    sealed_secret   BLOB NOT NULL,
    -- The one from before, with which deliveries are signed as well until then.
    old_secret      BLOB,
    old_until       INTEGER,
    -- Up to here the change log has been looked through: what is behind is told of. Written with the deliveries that came of it.
    seen_seq        INTEGER NOT NULL,
    -- Jobs that ended behind this moment and have no delivery are told of.
    jobs_after      INTEGER NOT NULL,
    -- Attempts that failed since the last one that did not.
    failures        INTEGER NOT NULL,
    failing_since   INTEGER,
    delivered_at    INTEGER,
    -- Nothing is sent before this moment: the receiver has asked for it, or fails.
    rests_until     INTEGER NOT NULL,
    -- Which process sends to it, and until when that is believed.
    leased_by       TEXT,
    leased_until    INTEGER,
    created_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX webhooks_by_store ON webhooks (store_num, created_at);

-- Few wait at a time: what else there is to tell stands in the change log.
CREATE TABLE webhook_deliveries (
    -- Made of the webhook and what is told, so that telling it again is the same delivery.
    id              BLOB PRIMARY KEY,
    webhook_id      BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event           TEXT NOT NULL,
    -- Those of one product are sent one after the other; 0 is of none. What tells of many at once has a number below: all of them are
    -- in one of eight lanes, and each lane has one of these in the air.
    product_key     INTEGER NOT NULL,
    -- 0 of what is not in the change log.
    seq             INTEGER NOT NULL,
    job_id          BLOB,
    happened_at     INTEGER NOT NULL,
    -- The product's handle, the file's name.
    subject         TEXT NOT NULL,
    -- JSON: what is sent.
    body            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts        INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    -- The last attempt, or when it came here.
    noted_at        INTEGER NOT NULL,
    status          INTEGER,
    milliseconds    INTEGER,
    -- The beginning of the receiver's answer, or why there was none.
    answer          TEXT NOT NULL
) STRICT;

CREATE INDEX deliveries_waiting ON webhook_deliveries (webhook_id, product_key, seq) WHERE state = 'waiting';
CREATE INDEX deliveries_by_webhook ON webhook_deliveries (webhook_id, noted_at, id);
CREATE INDEX deliveries_by_job ON webhook_deliveries (webhook_id, job_id) WHERE job_id IS NOT NULL;

-- What webhooks ask: which jobs have ended, and which review a change has decided.
CREATE INDEX jobs_by_end ON jobs (store_num, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX reviews_by_decision ON content_reviews (product_key, decided_at) WHERE decided_at IS NOT NULL;
