-- What steps leave behind is packed, and so short that a row fits into a page of the key's own tree: one tree to write
-- instead of two. Records that were written before are text; bytes hold both.
CREATE TABLE packed (
    execution_id BLOB    NOT NULL,
    seq          INTEGER NOT NULL,
    records      BLOB    NOT NULL,
    PRIMARY KEY (execution_id, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO packed SELECT execution_id, seq, CAST(records AS BLOB) FROM journal;
DROP TABLE journal;
ALTER TABLE packed RENAME TO journal;
