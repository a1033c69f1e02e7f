-- A segment whole: the opening before its steps, the closing behind them, where it has them. One transaction: a run that has
-- steps has an opening, and what a closing rests on is there. Errors as of its parts, and SY423: another attempt has opened the
-- run meanwhile, so these steps have another time than the record.
CREATE FUNCTION surface_segment(
    p_tenant text, p_execution text, p_witnessed bigint[], p_opening jsonb, p_entries jsonb, p_outputs bytea[], p_arguments bytea[],
    p_data bytea[], p_closing jsonb, p_output bytea
) RETURNS TABLE (part text, fresh boolean, seq bigint, at timestamptz, output bytea, head text, length bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    s record; v_fresh boolean := true; v_rests bigint[] := p_witnessed;
BEGIN
    IF p_opening IS NOT NULL THEN
        SELECT * INTO s FROM surface_open(
            p_tenant, p_execution, p_opening -> 'row', p_opening -> 'mark', false, p_opening -> 'events', p_data);
        IF NOT s.fresh THEN
            RAISE EXCEPTION 'execution % has been opened meanwhile', p_execution USING ERRCODE = 'SY423';
        END IF;
        part := 'opened'; fresh := true; at := s.at;
        RETURN NEXT;
    END IF;
    IF jsonb_array_length(p_entries) > 0 THEN
        FOR s IN SELECT * FROM surface_commit(p_tenant, p_execution, '{}', p_entries, p_outputs, p_arguments, p_data) LOOP
            part := 'step'; fresh := s.fresh; seq := s.seq; at := s.at; output := s.output;
            RETURN NEXT;
            v_fresh := v_fresh AND s.fresh; v_rests := v_rests || s.seq;
        END LOOP;
    END IF;
    -- An outcome that stood already may be another one than the end was computed from: the workflow goes on with what stands.
    IF p_closing IS NOT NULL AND v_fresh THEN
        SELECT * INTO s FROM surface_close(
            p_tenant, p_execution, '{}', v_rests, p_closing -> 'mark', p_output, p_closing ->> 'compensation',
            ARRAY(SELECT jsonb_array_elements_text(p_closing -> 'owed')), p_closing -> 'events', p_data);
        part := 'closed'; fresh := s.fresh; seq := NULL; at := s.at; output := s.output; head := s.head; length := s.length;
        RETURN NEXT;
    END IF;
END $$;

-- As before, and when this run has opened.
CREATE OR REPLACE FUNCTION surface_recall(p_tenant text, p_execution text, p_run text, p_witnessed bigint[])
RETURNS TABLE (kind text, effect_key text, seq bigint, input_digest text, status text, at timestamptz, output bytea)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    PERFORM surface_witness(p_tenant, p_execution, p_witnessed);
    RETURN QUERY SELECT j.kind, j.effect_key, j.seq, j.input_digest, j.status, j.at, j.output
    FROM provisional p JOIN journal j ON j.tenant = p.tenant AND j.execution_id = p.execution_id AND j.seq = p.seq
    WHERE p.tenant = p_tenant AND p.execution_id = p_execution
    UNION
    SELECT j.kind, j.effect_key, j.seq, j.input_digest, j.status, j.at, j.output FROM journal j
    WHERE j.tenant = p_tenant AND j.execution_id = p_execution AND j.kind = 'closed'
    UNION
    SELECT 'opened', j.effect_key, j.seq, j.input_digest, j.status, j.at, j.output FROM journal j
    WHERE j.tenant = p_tenant AND j.effect_key = p_tenant || '/' || p_execution || '#run/' || p_run AND j.kind IN ('opened', 'control')
    UNION
    SELECT j.kind, j.effect_key, j.seq, j.input_digest, j.status, j.at, j.output
    FROM executions e JOIN journal j ON j.tenant = e.tenant AND j.execution_id = e.execution_id
    WHERE e.tenant = p_tenant AND e.execution_id = p_execution AND e.run_id <> p_run AND j.kind = 'step' AND j.task <> ''
    AND NOT EXISTS (SELECT FROM journal d WHERE d.tenant = j.tenant AND d.effect_key = j.effect_key
                    AND d.generation = j.generation AND d.kind IN ('superseded', 'void'))
    ORDER BY seq;
END $$;

-- What every submit and every reader asks for, in one round trip each.
CREATE FUNCTION surface_execution(p_tenant text, p_execution text) RETURNS SETOF executions LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM executions WHERE tenant = p_tenant AND execution_id = p_execution;
END $$;

CREATE FUNCTION surface_closed(p_tenant text, p_execution text) RETURNS SETOF journal LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM journal WHERE tenant = p_tenant AND execution_id = p_execution AND kind = 'closed';
END $$;

CREATE FUNCTION surface_routes(p_tenant text, p_intent text) RETURNS SETOF intent_routes LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM intent_routes WHERE tenant = p_tenant AND intent = p_intent ORDER BY solution;
END $$;

CREATE FUNCTION surface_definition(p_tenant text, p_namespace text, p_name text, p_version text)
RETURNS SETOF definitions LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM definitions
    WHERE tenant = p_tenant AND namespace = p_namespace AND name = p_name AND version = p_version;
END $$;

-- What the relay announces next, oldest first: one empty row where there is nothing, none where another relay is at it.
CREATE FUNCTION outbox_waiting(p_limit bigint)
RETURNS TABLE (tenant text, execution_id text, epoch bigint, seq bigint, id text, type text, subject text, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('symphainy_relay')) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT e.tenant, e.execution_id, e.epoch, e.seq, e.id, e.type, e.subject, e.at FROM events e
    WHERE e.published_at IS NULL ORDER BY e.position LIMIT p_limit;
    IF NOT FOUND THEN
        RETURN NEXT;
    END IF;
END $$;

-- An intent's workflow exists now. It waits for no disk: where the mark is lost, the reconciler starts it again, which finds it.
CREATE FUNCTION surface_started(p_tenant text, p_intent text, p_at timestamptz) RETURNS TABLE (marked boolean) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE intents SET state = 'started', started_at = p_at
    WHERE tenant = p_tenant AND intent_id = p_intent AND state = 'reserved';
    RETURN QUERY SELECT FOUND;
END $$;
