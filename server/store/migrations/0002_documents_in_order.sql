-- Documents are listed in the order in which they came: an index on the kind alone ends in
-- the rowid, which counts up.
CREATE INDEX documents_by_kind ON documents (kind);
