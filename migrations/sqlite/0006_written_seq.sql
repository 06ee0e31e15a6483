-- Up to which change of a store a member has made changes in it: several processes serve from PostgreSQL alone, so here it stays 0.

ALTER TABLE memberships ADD COLUMN written_seq INTEGER NOT NULL DEFAULT 0;
