-- One transaction for n entries of one execution: journal, decisions, lineage, events, grants, work items.
-- Errors: SY404 no such execution; SY409 same effect, other input; SY410 a local step after the closing; SY412 a local step of
-- a workflow task that is over: history has another outcome of it.

CREATE FUNCTION surface_commit(
    p_tenant text, p_execution text, p_witnessed bigint[], p_entries jsonb, p_outputs bytea[], p_arguments bytea[], p_data bytea[]
) RETURNS TABLE (fresh boolean, seq bigint, at timestamptz, output bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions; h chain_heads; live journal; r journal; x jsonb; v_place int := 0; v_fresh boolean := false; v_generation bigint;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no execution %', p_execution USING ERRCODE = 'SY404';
    END IF;
    h := chain_lock(p_tenant, p_execution, clock_timestamp());
    IF cardinality(p_witnessed) > 0 THEN
        e := witness(e, p_witnessed);
    END IF;
    FOR x IN SELECT value FROM jsonb_array_elements(p_entries) LOOP
        v_place := v_place + 1;
        r := jsonb_populate_record(NULL::journal, x);
        SELECT coalesce(max(j.generation), 0) + 1 INTO v_generation FROM journal j
        WHERE j.tenant = p_tenant AND j.effect_key = r.effect_key AND j.kind IN ('step', 'undo');
        r.generation := v_generation;
        SELECT j.* INTO live FROM journal j WHERE j.tenant = p_tenant AND j.effect_key = r.effect_key AND j.kind IN ('step', 'undo')
            AND v_generation > 1 AND NOT EXISTS (
                SELECT FROM journal d WHERE d.tenant = p_tenant AND d.effect_key = r.effect_key AND d.generation = j.generation
                AND d.kind IN ('superseded', 'void'))
        ORDER BY j.input_digest = r.input_digest DESC, j.generation DESC LIMIT 1;
        IF FOUND THEN
            IF NOT r.recovered AND live.input_digest = r.input_digest AND (live.status <> 'unknown' OR r.status = 'unknown') THEN
                fresh := false; seq := live.seq; at := live.at; output := live.output;
                RETURN NEXT;
                CONTINUE;
            ELSIF r.recovered OR live.status = 'unknown' THEN
                DELETE FROM provisional p WHERE p.tenant = p_tenant AND p.execution_id = p_execution AND p.seq = live.seq;
                e := journal_end(e, live, 'superseded', r.at);
            ELSIF (x ->> 'effectful')::boolean THEN
                RAISE EXCEPTION 'effect % came again with another input', r.effect_key USING ERRCODE = 'SY409';
            ELSIF r.task <> '' AND EXISTS (
                SELECT FROM provisional p WHERE p.tenant = p_tenant AND p.execution_id = p_execution AND p.seq = live.seq) THEN
                NULL;  -- two attempts, and nobody knows yet which one history will keep: witness() decides
            ELSIF r.task <> '' AND live.task <> '' AND split_part(r.task, '/', 1) = e.run_id THEN
                RAISE EXCEPTION 'step % is over', r.effect_key USING ERRCODE = 'SY412';
            ELSE
                e := journal_end(e, live, 'superseded', r.at);
            END IF;
        END IF;
        IF e.closed_at IS NOT NULL AND r.task <> '' THEN
            RAISE EXCEPTION 'execution % has closed', p_execution USING ERRCODE = 'SY410';
        END IF;
        v_fresh := true;
        r.tenant := p_tenant; r.execution_id := p_execution; r.seq := e.journal_length + 1;
        r.output := p_outputs[v_place]; r.arguments := p_arguments[v_place];
        e.journal_head := journal_append(r, e.journal_head);
        e.journal_length := r.seq;
        e.steps := e.steps + 1;
        h.head := decision_append(p_tenant, p_execution, h.length + 1, h.head, x -> 'decision', r.effect_key, e.journal_head, r.at);
        h.length := h.length + 1;
        IF r.task = '' OR r.recovered THEN
            e.event_length := e.event_length
                + outbox_append(p_tenant, p_execution, e.epoch, e.event_length, x -> 'events', p_data, r.at, r.seq);
        ELSE
            INSERT INTO provisional (tenant, execution_id, seq, task, effect_key, generation, at, event_ids, event_types, event_subjects, event_data)
            SELECT p_tenant, p_execution, r.seq, r.task, r.effect_key, r.generation, r.at, coalesce(array_agg(v ->> 0 ORDER BY n), '{}'),
                   coalesce(array_agg(v ->> 1 ORDER BY n), '{}'), coalesce(array_agg(v ->> 2 ORDER BY n), '{}'),
                   coalesce(array_agg(coalesce(p_data[(v ->> 3)::int], '') ORDER BY n), '{}')
            FROM jsonb_array_elements(x -> 'events') WITH ORDINALITY AS y (v, n);
        END IF;
        PERFORM surface_consequences(e, r, x);
        fresh := true; seq := r.seq; at := r.at; output := NULL;
        RETURN NEXT;
    END LOOP;
    IF v_fresh OR cardinality(p_witnessed) > 0 THEN
        UPDATE executions SET journal_length = e.journal_length, journal_head = e.journal_head, event_length = e.event_length,
            steps = e.steps WHERE tenant = p_tenant AND execution_id = p_execution;
    END IF;
    IF v_fresh THEN
        UPDATE chain_heads SET length = h.length, head = h.head WHERE tenant = p_tenant AND stream = p_execution;
    END IF;
END $$;

-- What follows from a new outcome: lineage, the undo it owes, and what a person must look at.
CREATE FUNCTION surface_consequences(e executions, r journal, x jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF jsonb_array_length(x -> 'lineage') > 0 THEN
        INSERT INTO lineage (tenant, execution_id, seq, ordinal, source, target, relation, at)
        SELECT r.tenant, r.execution_id, r.seq, n, v ->> 0, v ->> 1, v ->> 2, r.at
        FROM jsonb_array_elements(x -> 'lineage') WITH ORDINALITY AS y (v, n);
    END IF;
    IF x -> 'grant' IS NOT NULL THEN
        INSERT INTO grants (tenant, effect_key, generation, execution_id, seq, capability, arguments_digest, policies, at)
        SELECT r.tenant, r.effect_key, r.generation, r.execution_id, r.seq, x -> 'grant' ->> 'capability',
               x -> 'grant' ->> 'arguments_digest', ARRAY(SELECT jsonb_array_elements_text(x -> 'grant' -> 'policies')), r.at;
    END IF;
    IF r.status = 'unknown' THEN
        PERFORM work_open(r, 'outcome_unknown', r.effect_key, 'the effect was sent, and no reply came');
    ELSIF r.generation > 1 THEN
        PERFORM work_close(r, 'outcome_unknown:' || r.effect_key, 'known');
    END IF;
    IF r.kind = 'undo' AND r.status = 'succeeded' THEN
        PERFORM work_close(r, 'owed_undo:' || (x ->> 'owner'), 'undone');
        PERFORM work_close(r, 'late_effect:' || (x ->> 'owner'), 'undone');
    ELSIF e.closed_at IS NOT NULL AND r.status = 'succeeded' AND (x ->> 'effectful')::boolean AND NOT r.recovered THEN
        PERFORM work_open(r, 'late_effect', r.effect_key, 'it took effect after its execution had closed');
    END IF;
END $$;

CREATE FUNCTION work_open(r journal, p_kind text, p_effect_key text, p_reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_items (tenant, item_id, kind, execution_id, effect_key, capability, reason, opened_at)
    VALUES (r.tenant, p_kind || ':' || p_effect_key, p_kind, r.execution_id, p_effect_key, r.capability, p_reason, r.at)
    ON CONFLICT (tenant, item_id) DO UPDATE SET state = 'open', reason = p_reason, opened_at = r.at,
        closed_at = NULL, closed_by = NULL, resolution = NULL;
END $$;

CREATE FUNCTION work_close(r journal, p_item text, p_resolution text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE work_items SET state = 'closed', closed_at = r.at, closed_by = 'symphainy', resolution = p_resolution
    WHERE tenant = r.tenant AND item_id = p_item AND state = 'open';
END $$;
