-- Schedules that definitions and sagas say themselves: the relay finds whose they are, what they say it reads as the tenant.
CREATE POLICY relay_all ON bindings TO symphainy_relay USING (true) WITH CHECK (true);

GRANT SELECT (tenant, solution, kind, name) ON bindings TO symphainy_relay;

CREATE INDEX bindings_schedules ON bindings (tenant, solution) WHERE kind = 'schedule';

-- The last run of a schedule: its key says which schedule submitted it.
CREATE INDEX intents_scheduled ON intents (tenant, split_part(key, ':', 2), received_at) WHERE source = 'cron' AND key LIKE 'schedule:%';

-- Which start an event has become part of; the same start again finds it done.
ALTER TABLE deliveries ADD COLUMN start_key TEXT DEFAULT '' NOT NULL;
