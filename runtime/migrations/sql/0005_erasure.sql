-- What was erased. Which runs are about whom, the sealed start in each intent's row tells: its first bytes name the key.

CREATE TABLE erasures (
    tenant TEXT NOT NULL,
    erasure_id TEXT NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    body TEXT DEFAULT '' NOT NULL,
    signature TEXT DEFAULT '' NOT NULL,
    erased_by TEXT DEFAULT '' NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, erasure_id)
);

CREATE INDEX erasures_subject ON erasures (tenant, subject);

GRANT SELECT, INSERT ON erasures TO symphainy_app;

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;

ALTER TABLE erasures FORCE ROW LEVEL SECURITY;

CREATE POLICY own_tenant ON erasures TO symphainy_app USING (tenant = current_setting('app.tenant', true))
    WITH CHECK (tenant = current_setting('app.tenant', true));

CREATE TRIGGER only_grows BEFORE DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION only_grows();

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON erasures FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

CREATE TRIGGER never_changes BEFORE UPDATE ON erasures FOR EACH ROW EXECUTE FUNCTION only_grows();
