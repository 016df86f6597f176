-- What a vendor that is described as data has to be told to find a registration: the repository of a webhook at GitHub.
ALTER TABLE registrations ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}';

-- Since when a registration was asked for some of its events, by name, where a later version of its workflow named them: what
-- happened before was not missed. None of the others, which it was asked for as it was switched on.
ALTER TABLE registrations ADD COLUMN events_since TEXT NOT NULL DEFAULT '{}';
