-- A build that serves again after another one has a row of its own for each time: marks of charts and what changed stand where they stood.

ALTER TABLE deployments DROP CONSTRAINT deployments_pkey, ADD PRIMARY KEY (began_at, build);
