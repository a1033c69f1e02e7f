-- Post Office: endpoints outside, and what is due to them.

CREATE TABLE webhook_endpoints (
    tenant TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    url TEXT DEFAULT '' NOT NULL,
    types TEXT[] DEFAULT '{}' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    solution TEXT DEFAULT '' NOT NULL,
    binding TEXT DEFAULT '' NOT NULL,
    intent TEXT DEFAULT '' NOT NULL,
    result BOOLEAN DEFAULT false NOT NULL,
    secrets TEXT[] DEFAULT '{}' NOT NULL,
    rotated_at TIMESTAMP WITH TIME ZONE,
    state TEXT DEFAULT 'active' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    created_by TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, endpoint_id)
);

CREATE INDEX webhook_endpoints_active ON webhook_endpoints (tenant) WHERE state = 'active';

CREATE TABLE webhook_deliveries (
    tenant TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT DEFAULT '' NOT NULL,
    source_execution TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT 'due' NOT NULL,
    round BIGINT DEFAULT 1 NOT NULL,
    attempts BIGINT DEFAULT 0 NOT NULL,
    answer BIGINT DEFAULT 0 NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    execution_id TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    noted_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (tenant, endpoint_id, event_id)
);

CREATE INDEX webhook_deliveries_open ON webhook_deliveries (created_at) WHERE state IN ('due', 'started');

CREATE INDEX webhook_deliveries_page ON webhook_deliveries (tenant, endpoint_id, created_at);

-- A pattern is a whole type, or a noun with ".*".
CREATE FUNCTION type_fits(p_type text, p_patterns text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM unnest(p_patterns) AS p WHERE p = p_type OR (right(p, 2) = '.*' AND starts_with(p_type, left(p, -1))));

-- What is due is written with the event itself, in one transaction: no event is announced and then forgotten. A delivery's own
-- events are due to nobody, or each would make the next one.
CREATE FUNCTION webhooks_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_deliveries (tenant, endpoint_id, event_id, type, source_execution, created_at)
    SELECT n.tenant, w.endpoint_id, n.id, n.type, n.execution_id, n.at
    FROM fresh n
    JOIN webhook_endpoints w ON w.tenant = n.tenant AND w.state = 'active' AND type_fits(n.type, w.types)
        AND w.subject IN ('', n.subject)
    LEFT JOIN intents i ON i.tenant = n.tenant AND i.execution_id = n.execution_id
    WHERE coalesce(i.type, '') <> 'webhook.deliver' AND (w.solution = '' OR i.solution = w.solution)
        AND (w.intent = '' OR i.type = w.intent)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER webhooks_due AFTER INSERT ON events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION webhooks_due();

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY '{webhook_endpoints,webhook_deliveries}'::text[] LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO symphainy_app', t);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenant ON %I TO symphainy_app USING (tenant = current_setting(''app.tenant'', true)) '
                       'WITH CHECK (tenant = current_setting(''app.tenant'', true))', t);
    END LOOP;
END $$;

CREATE POLICY relay_all ON webhook_deliveries TO symphainy_relay USING (true) WITH CHECK (true);

GRANT SELECT (tenant, endpoint_id, event_id, type, state, round, execution_id, created_at) ON webhook_deliveries TO symphainy_relay;