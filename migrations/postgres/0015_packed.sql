-- What steps leave behind is packed. Records that were written before are text; bytes hold both.
ALTER TABLE journal ALTER COLUMN records TYPE BYTEA USING convert_to(records, 'UTF8');
