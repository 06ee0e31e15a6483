-- Up to which change of a store a member has made changes in it. Whoever looks up who asks reads it with them, so that every process shows
-- people what they wrote, whichever process they wrote it through.

ALTER TABLE memberships ADD COLUMN written_seq BIGINT NOT NULL DEFAULT 0;
