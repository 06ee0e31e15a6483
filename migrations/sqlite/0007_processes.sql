-- Which processes there are: who asks is looked up in the file, which costs next to nothing, so that here nobody needs to know and
-- the table stays empty.

CREATE TABLE processes (
    id              BLOB PRIMARY KEY,
    seen_at         INTEGER NOT NULL,
    alone_until     INTEGER
) STRICT, WITHOUT ROWID;
