-- What the city is told at run time: which bundle is in force, who is under maintenance, and log-ins on their way through a provider.

CREATE TABLE bundle_changes (
    tenant TEXT NOT NULL,
    seq BIGINT NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT 'apply' NOT NULL,
    signature TEXT DEFAULT '' NOT NULL,
    changed_by TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, seq)
);

CREATE TABLE maintenance (
    tenant TEXT NOT NULL,
    closed BOOLEAN DEFAULT false NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant)
);

CREATE TABLE pending_logins (
    tenant TEXT NOT NULL,
    state_digest TEXT NOT NULL,
    kept TEXT DEFAULT '' NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, state_digest)
);

CREATE INDEX credentials_secret ON credentials (tenant, kind, secret) WHERE kind <> 'password';

CREATE INDEX api_keys_principal ON api_keys (tenant, principal_id);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY '{bundle_changes,maintenance,pending_logins}'::text[] LOOP
        EXECUTE format('GRANT SELECT, INSERT ON %I TO symphainy_app', t);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY own_tenant ON %I TO symphainy_app USING (tenant = current_setting(''app.tenant'', true)) '
                       'WITH CHECK (tenant = current_setting(''app.tenant'', true))', t);
    END LOOP;
    FOREACH t IN ARRAY '{bundle_changes,maintenance}'::text[] LOOP
        EXECUTE format('CREATE POLICY everyone_reads ON %I FOR SELECT TO symphainy_app USING (tenant = ''*'')', t);
    END LOOP;
END $$;

GRANT UPDATE ON maintenance TO symphainy_app;

GRANT DELETE ON pending_logins TO symphainy_app;

CREATE TRIGGER only_grows BEFORE DELETE ON bundle_changes FOR EACH ROW EXECUTE FUNCTION only_grows();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON bundle_changes FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

CREATE TRIGGER never_changes BEFORE UPDATE ON bundle_changes FOR EACH ROW EXECUTE FUNCTION only_grows();
