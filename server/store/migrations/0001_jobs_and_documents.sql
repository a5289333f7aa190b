-- Jobs and the documents they make.  Ids sort by time of making (trilane/id.h), so the
-- primary keys are also the order of every list.
CREATE TABLE jobs (
	id              TEXT NOT NULL PRIMARY KEY,
	kind            TEXT NOT NULL CHECK (kind IN ('benchmark', 'report')),
	state           TEXT NOT NULL
	                CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
	progress        REAL NOT NULL CHECK (progress BETWEEN 0 AND 1),
	step            TEXT NOT NULL,
	created         TEXT NOT NULL,
	started         TEXT NOT NULL,
	finished        TEXT NOT NULL,
	error           TEXT NOT NULL,
	result          TEXT NOT NULL,
	owner           TEXT NOT NULL,
	idempotency_key TEXT NOT NULL,
	body_sha256     TEXT NOT NULL,
	request         TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX jobs_by_key ON jobs (kind, idempotency_key, created)
	WHERE idempotency_key <> '';

CREATE INDEX jobs_unfinished ON jobs (state) WHERE state IN ('queued', 'running');

CREATE TABLE documents (
	kind    TEXT NOT NULL CHECK (kind IN ('result', 'report')),
	id      TEXT NOT NULL,
	created TEXT NOT NULL,
	text    TEXT NOT NULL,
	PRIMARY KEY (kind, id)
);
