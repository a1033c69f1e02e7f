-- The closing is the last: no effect begins once it stands, and it cannot be written by a workflow task that is over.
-- ``begun`` is the latest workflow task that has begun an activity, as far as the surface has seen.
ALTER TABLE executions ADD COLUMN begun TEXT DEFAULT '' NOT NULL;

DROP FUNCTION surface_find(text, text, text, bigint[]);

-- The live outcome under one effect key; what history has witnessed is published on the way. Where there is none the step
-- begins now: refused (SY410) once the execution has closed. The fence is only needed while the server that holds it lives,
-- as whoever could cross it is connected to that server too: it waits for no disk.
CREATE FUNCTION surface_find(p_tenant text, p_execution text, p_effect_key text, p_witnessed bigint[], p_scheduled text)
RETURNS TABLE (seq bigint, input_digest text, status text, at timestamptz, output bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    PERFORM surface_witness(p_tenant, p_execution, p_witnessed);
    RETURN QUERY SELECT j.seq, j.input_digest, j.status, j.at, j.output FROM journal j
    WHERE j.tenant = p_tenant AND j.effect_key = p_effect_key AND j.kind IN ('step', 'undo') AND NOT EXISTS (
        SELECT FROM journal d WHERE d.tenant = p_tenant AND d.effect_key = p_effect_key AND d.generation = j.generation
        AND d.kind IN ('superseded', 'void'));
    IF FOUND OR p_scheduled = '' THEN
        RETURN;
    END IF;
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution;
    IF e.closed_at IS NULL AND e.begun <> p_scheduled AND later_task(p_scheduled, e.begun) THEN
        IF cardinality(p_witnessed) = 0 THEN
            PERFORM set_config('synchronous_commit', 'off', true);
        END IF;
        UPDATE executions SET begun = CASE WHEN later_task(p_scheduled, begun) THEN p_scheduled ELSE begun END
        WHERE tenant = p_tenant AND execution_id = p_execution RETURNING * INTO e;
    END IF;
    IF e.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'execution % has closed', p_execution USING ERRCODE = 'SY410';
    END IF;
END $$;

-- Whether the one workflow task comes after the other. Of two runs the one that asks later is the later one.
CREATE FUNCTION later_task(p_task text, p_other text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN split_part(p_task, '/', 1) <> split_part(p_other, '/', 1) OR task_number(p_task) > task_number(p_other);

CREATE FUNCTION closing_is_last() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_task text;
BEGIN
    SELECT j.task INTO v_task FROM journal j
    WHERE j.tenant = NEW.tenant AND j.execution_id = NEW.execution_id AND j.kind = 'closed';
    IF v_task <> '' AND NEW.run_id <> '' AND split_part(v_task, '/', 1) <> NEW.run_id
        OR NEW.begun <> '' AND split_part(v_task, '/', 1) = split_part(NEW.begun, '/', 1) AND later_task(NEW.begun, v_task) THEN
        RAISE EXCEPTION 'task % is over', v_task USING ERRCODE = 'SY412';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER closing_is_last BEFORE UPDATE OF closed_at ON executions FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION closing_is_last();
