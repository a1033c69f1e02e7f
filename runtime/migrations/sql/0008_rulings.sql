-- What people have decided about pairs of fields of a target model.

CREATE TABLE mapping_rulings (
    tenant TEXT NOT NULL,
    model TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    accepted BOOLEAN DEFAULT false NOT NULL,
    execution_id TEXT DEFAULT '' NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant, model, source, target)
);

GRANT SELECT, INSERT, UPDATE ON mapping_rulings TO symphainy_app;

ALTER TABLE mapping_rulings ENABLE ROW LEVEL SECURITY;

ALTER TABLE mapping_rulings FORCE ROW LEVEL SECURITY;

CREATE POLICY own_tenant ON mapping_rulings TO symphainy_app USING (tenant = current_setting('app.tenant', true))
    WITH CHECK (tenant = current_setting('app.tenant', true));
