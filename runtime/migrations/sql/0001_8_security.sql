-- Who may do what: row-level security on every tenant's row, grants by role, and tables that only ever grow.

CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'SY403';
END $$;

CREATE FUNCTION only_marks_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was events := OLD;
BEGIN
    was.published_at := NEW.published_at;
    IF NEW IS DISTINCT FROM was THEN
        RAISE EXCEPTION 'events is append-only: UPDATE is refused' USING ERRCODE = 'SY403';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION only_marks_stored() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was anchors := OLD;
BEGIN
    was.stored_at := NEW.stored_at;
    IF NEW IS DISTINCT FROM was THEN
        RAISE EXCEPTION 'anchors is append-only: UPDATE is refused' USING ERRCODE = 'SY403';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER only_marks BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION only_marks_published();

CREATE TRIGGER only_marks BEFORE UPDATE ON anchors FOR EACH ROW EXECUTE FUNCTION only_marks_stored();

DO $$
DECLARE
    t text;
    v_grows text[] := '{journal,decisions,anchors,lineage,events,plans,definitions,solutions,policy_bundles,task_decisions}';
    v_common text[] := '{catalogs,roll,directory,alembic_version}';
BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('GRANT SELECT, INSERT ON %I TO symphainy_app', t);
        IF t = ANY (v_grows) THEN
            EXECUTE format('CREATE TRIGGER only_grows BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION only_grows()', t);
            EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION only_grows()', t);
            IF t NOT IN ('events', 'anchors') THEN
                EXECUTE format('CREATE TRIGGER never_changes BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION only_grows()', t);
            END IF;
        ELSE
            EXECUTE format('GRANT UPDATE, DELETE ON %I TO symphainy_app', t);
        END IF;
        IF NOT t = ANY (v_common) THEN
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
            EXECUTE format('CREATE POLICY own_tenant ON %I TO symphainy_app USING (tenant = current_setting(''app.tenant'', true)) '
                           'WITH CHECK (tenant = current_setting(''app.tenant'', true))', t);
        END IF;
    END LOOP;
    FOREACH t IN ARRAY '{switches,policy_bundles}'::text[] LOOP
        EXECUTE format('CREATE POLICY everyone_reads ON %I FOR SELECT TO symphainy_app USING (tenant = ''*'')', t);
    END LOOP;
    FOREACH t IN ARRAY '{tenants,intents,executions,journal,provisional,events,chain_heads,anchors,deployments,deliveries,work_items}'::text[] LOOP
        EXECUTE format('CREATE POLICY relay_all ON %I TO symphainy_relay USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;

GRANT SELECT ON tenants, executions, chain_heads, anchors, deployments, deliveries TO symphainy_relay;

GRANT SELECT (tenant, intent_id, execution_id, session_id, type, solution, state, attempts, received_at, started_at)
    ON intents TO symphainy_relay;

GRANT SELECT (tenant, execution_id, seq, kind, effect_key, generation, capability, name, task, status, at, recovered)
    ON journal TO symphainy_relay;

GRANT SELECT (tenant, execution_id, seq, task, effect_key, at) ON provisional TO symphainy_relay;

GRANT SELECT (tenant, execution_id, epoch, seq, id, type, subject, at, journal_seq, position, published_at) ON events TO symphainy_relay;

GRANT SELECT (tenant, item_id, kind, execution_id, effect_key, capability, state, opened_at) ON work_items TO symphainy_relay;

GRANT UPDATE (published_at) ON events TO symphainy_relay;

GRANT UPDATE (checked_at, exported_at) ON executions TO symphainy_relay;

GRANT UPDATE (anchored, counted) ON chain_heads TO symphainy_relay;

GRANT UPDATE (woken_at) ON deliveries TO symphainy_relay;

GRANT INSERT ON anchors TO symphainy_relay;

GRANT UPDATE (stored_at) ON anchors TO symphainy_relay;

REVOKE INSERT ON anchors FROM symphainy_app;
