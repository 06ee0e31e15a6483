-- What requests and jobs did, one by one: those that were slow, failed or chosen by chance. They are of the server and of no store.

CREATE TABLE traces (
    -- Several parts of one trace have the same: of several processes, and of a browser.
    id              UUID NOT NULL,
    span            BIGINT NOT NULL,
    -- The route with its method, or what a job is called.
    route           TEXT NOT NULL,
    -- Microseconds since 1970.
    begun_at        BIGINT NOT NULL,
    -- Microseconds.
    duration        BIGINT NOT NULL,
    -- That of the answer; none of a job, and of what was not answered.
    status          BIGINT,
    failed          BOOLEAN NOT NULL,
    process         UUID NOT NULL,
    -- All of it, as the crate traces writes it.
    body            BYTEA NOT NULL,
    PRIMARY KEY (id, span)
);

CREATE INDEX traces_by_age ON traces (begun_at, failed, duration);
CREATE INDEX traces_by_route ON traces (route, begun_at, failed, duration);
