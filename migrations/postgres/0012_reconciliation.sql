-- Every other URL that the vendor may know the subscription under: a URL that was changed here and not yet there, or there
-- and the answer was lost. Without them our own subscription could not be told from a stranger's.
ALTER TABLE registrations ADD COLUMN former_urls TEXT NOT NULL DEFAULT '[]';
-- When the vendor's list was last compared with what should be there, and what was last put right by that.
ALTER TABLE registrations ADD COLUMN reconciled_at BIGINT;
ALTER TABLE registrations ADD COLUMN mended TEXT;
ALTER TABLE registrations ADD COLUMN mended_at BIGINT;

-- What one node works on alone for longer than a transaction may last. It ends with its time where its node has died.
CREATE TABLE holds (
    name       TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    holder     UUID NOT NULL,
    held_until BIGINT NOT NULL
);
