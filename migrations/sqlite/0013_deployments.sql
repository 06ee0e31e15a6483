-- A build that serves again after another one has a row of its own for each time: marks of charts and what changed stand where they stood.

CREATE TABLE deployments_of_builds (
    began_at        INTEGER NOT NULL,
    build           TEXT NOT NULL,
    version         TEXT NOT NULL,
    PRIMARY KEY (began_at, build)
) STRICT, WITHOUT ROWID;

INSERT INTO deployments_of_builds (began_at, build, version) SELECT began_at, build, version FROM deployments;
DROP TABLE deployments;
ALTER TABLE deployments_of_builds RENAME TO deployments;
