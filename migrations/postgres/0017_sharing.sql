-- Where a subscription delivers to that several triggers share; none where the trigger has one of its own, at `hook_id`. The
-- triggers that share one say the same of it: `webhook_id`, `url` and the key, sealed for each.
ALTER TABLE registrations ADD COLUMN shared_hook TEXT COLLATE "C";

CREATE INDEX registrations_shared ON registrations (shared_hook) WHERE shared_hook IS NOT NULL;
