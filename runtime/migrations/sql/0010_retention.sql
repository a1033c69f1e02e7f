-- Retention: the one change that a row which only grows may see is that its ciphertext becomes empty; NULL still says that it had
-- none. ``forgotten`` keeps the two digests that a journal row's hash was made of, so that the chain can be computed for ever.
ALTER TABLE journal ADD COLUMN forgotten TEXT;

-- When the payloads of a run were forgotten; NULL again once something more was written of it.
ALTER TABLE executions ADD COLUMN forgotten_at TIMESTAMP WITH TIME ZONE;

CREATE INDEX executions_kept ON executions (tenant, closed_at) WHERE closed_at IS NOT NULL AND forgotten_at IS NULL;

CREATE FUNCTION payload_digests(p_output bytea, p_arguments bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(coalesce(p_output, '')), 'hex') || ' ' || encode(sha256(coalesce(p_arguments, '')), 'hex');

-- Empty where there was something.
CREATE FUNCTION emptied(p_data bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p_data IS NOT NULL THEN ''::bytea END;

CREATE FUNCTION journal_only_forgets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was journal := OLD;
BEGIN
    was.output := emptied(OLD.output);
    was.arguments := emptied(OLD.arguments);
    was.forgotten := payload_digests(OLD.output, OLD.arguments);
    IF OLD.forgotten IS NOT NULL OR NEW IS DISTINCT FROM was OR NOT EXISTS (
        SELECT FROM executions e WHERE e.tenant = OLD.tenant AND e.execution_id = OLD.execution_id AND e.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'journal is append-only: UPDATE is refused' USING ERRCODE = 'SY403';
    END IF;
    RETURN NEW;
END $$;

-- A row that ends another one is written as a copy of it.
CREATE FUNCTION journal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.forgotten := NULL;
    RETURN NEW;
END $$;

CREATE FUNCTION events_only_forget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was events := OLD;
BEGIN
    was.published_at := NEW.published_at;
    IF NEW.data IS DISTINCT FROM OLD.data THEN
        IF EXISTS (SELECT FROM executions e
                   WHERE e.tenant = OLD.tenant AND e.execution_id = OLD.execution_id AND e.closed_at IS NOT NULL) THEN
            was.data := emptied(OLD.data);
        END IF;
    END IF;
    IF NEW IS DISTINCT FROM was THEN
        RAISE EXCEPTION 'events is append-only: UPDATE is refused' USING ERRCODE = 'SY403';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION task_decisions_only_forget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was task_decisions := OLD;
BEGIN
    was.value := emptied(OLD.value);
    IF NEW IS DISTINCT FROM was OR EXISTS (
        SELECT FROM human_tasks t WHERE t.tenant = OLD.tenant AND t.task_id = OLD.task_id AND t.state = 'open') THEN
        RAISE EXCEPTION 'task_decisions is append-only: UPDATE is refused' USING ERRCODE = 'SY403';
    END IF;
    RETURN NEW;
END $$;

-- A late outcome: the next sweep looks at the run, and so at its root, once more.
CREATE FUNCTION written_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.forgotten_at := NULL;
    UPDATE executions SET forgotten_at = NULL
    WHERE tenant = NEW.tenant AND execution_id = NEW.root AND execution_id <> NEW.execution_id AND forgotten_at IS NOT NULL;
    RETURN NEW;
END $$;

DROP TRIGGER never_changes ON journal;

DROP TRIGGER never_changes ON task_decisions;

DROP TRIGGER only_marks ON events;

CREATE TRIGGER only_forgets BEFORE UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION journal_only_forgets();

CREATE TRIGGER is_kept BEFORE INSERT ON journal FOR EACH ROW WHEN (NEW.forgotten IS NOT NULL) EXECUTE FUNCTION journal_is_kept();

CREATE TRIGGER only_forgets BEFORE UPDATE ON task_decisions FOR EACH ROW EXECUTE FUNCTION task_decisions_only_forget();

CREATE TRIGGER only_marks BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION events_only_forget();

CREATE TRIGGER written_behind BEFORE UPDATE OF journal_length, event_length ON executions FOR EACH ROW
    WHEN (OLD.forgotten_at IS NOT NULL) EXECUTE FUNCTION written_behind();

GRANT UPDATE (output, arguments, forgotten) ON journal TO symphainy_app;

GRANT UPDATE (data) ON events TO symphainy_app;

GRANT UPDATE (value) ON task_decisions TO symphainy_app;

-- Who else an event that came in was for.
CREATE INDEX deliveries_event ON deliveries (tenant, source, event_id);

-- The start of a run without its ciphertext: the key that sealed it stays named, so that whose run it was can still be told.
CREATE FUNCTION start_head(p_start bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN substring(p_start FROM 1 FOR 2) = 'S1'::bytea AND octet_length(p_start) > 3
            THEN substring(p_start FROM 1 FOR 3 + get_byte(p_start, 2)) ELSE ''::bytea END;
