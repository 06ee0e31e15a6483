-- What devices that work offline need: a place in a store's history that cannot be taken for one in another history, such as that
-- which a backup from yesterday goes on with; and what became of every op of theirs, for good.

ALTER TABLE store_seq
    -- Drawn anew when a store is put back on purpose.
    ADD COLUMN epoch    BIGINT NOT NULL DEFAULT 0,
    -- The link of the last change.
    ADD COLUMN link     BIGINT NOT NULL DEFAULT 0;

-- Drawn by chance for each commit: a change of the same number in another history has another one. Null on changes from before.
ALTER TABLE change_log ADD COLUMN link BIGINT;

-- These are of a device's op; null otherwise. Its receipt is its end, and its payload hash has 16 bytes.
ALTER TABLE op_result
    ADD COLUMN user_id          UUID,
    ADD COLUMN device_id        UUID,
    -- The op's number on its device.
    ADD COLUMN device_seq       BIGINT,
    -- The change number that the end has, also where nothing was changed, and its link.
    ADD COLUMN seq              BIGINT,
    ADD COLUMN link             BIGINT,
    -- Where the end is a conflict: whether somebody has settled it.
    ADD COLUMN conflict         TEXT CHECK (conflict IN ('open', 'settled'));

CREATE UNIQUE INDEX op_result_by_device_seq ON op_result (device_id, device_seq) WHERE device_id IS NOT NULL;
CREATE INDEX op_result_by_device ON op_result (device_id, store_num, seq) WHERE device_id IS NOT NULL;
CREATE INDEX op_result_by_seq ON op_result (store_num, seq) WHERE seq IS NOT NULL;
