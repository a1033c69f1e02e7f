-- From intake to closing: what begins, is found again, is claimed, and ends.

-- Record an intent with the door's decision and its events, unless its key is taken: then the row that stands comes back.
CREATE FUNCTION surface_receive(
    p_tenant text, p_intent jsonb, p_start bytea, p_execution jsonb, p_stream text, p_decision jsonb, p_events jsonb,
    p_data bytea[], p_at timestamptz
) RETURNS TABLE (fresh boolean, intent_id text, execution_id text, session_id text, body_digest text, state text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    i intents; h chain_heads; n bigint;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    i := jsonb_populate_record(NULL::intents, p_intent);
    i.start := p_start;
    INSERT INTO intents VALUES (i.*) ON CONFLICT DO NOTHING;
    fresh := FOUND;
    IF NOT fresh THEN
        SELECT * INTO i FROM intents t WHERE t.tenant = p_tenant AND t.principal = i.principal AND t.operation = i.operation
            AND t.key = i.key AND t.state <> 'refused';
    ELSE
        n := outbox_append(p_tenant, i.execution_id, 1, 0, p_events, p_data, p_at, 0);
        IF i.state <> 'refused' THEN
            INSERT INTO executions SELECT (jsonb_populate_record(NULL::executions, p_execution || jsonb_build_object('event_length', n))).*;
        END IF;
    END IF;
    IF p_decision IS NOT NULL THEN
        h := chain_lock(p_tenant, p_stream, p_at);
        UPDATE chain_heads SET length = h.length + 1,
            head = decision_append(p_tenant, p_stream, h.length + 1, h.head, p_decision, '', '', p_at)
        WHERE tenant = p_tenant AND stream = p_stream;
    END IF;
    intent_id := i.intent_id; execution_id := i.execution_id; session_id := i.session_id; body_digest := i.body_digest;
    state := i.state;
    RETURN NEXT;
END $$;

CREATE FUNCTION surface_door(p_tenant text, p_stream text, p_decision jsonb, p_at timestamptz)
RETURNS TABLE (length bigint, head text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    h chain_heads;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    h := chain_lock(p_tenant, p_stream, p_at);
    length := h.length + 1;
    head := decision_append(p_tenant, p_stream, length, h.head, p_decision, '', '', p_at);
    UPDATE chain_heads c SET length = h.length + 1, head = surface_door.head WHERE c.tenant = p_tenant AND c.stream = p_stream;
    RETURN NEXT;
END $$;

-- A marker row, once per key: an opening (first run), a control row (any later one). Gives what stands.
CREATE FUNCTION surface_open(
    p_tenant text, p_execution text, p_row jsonb, p_mark jsonb, p_continued boolean, p_events jsonb, p_data bytea[]
) RETURNS TABLE (fresh boolean, at timestamptz, closed bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions; h chain_heads; r journal;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    INSERT INTO executions SELECT (jsonb_populate_record(NULL::executions, p_row)).* ON CONFLICT DO NOTHING;
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution FOR UPDATE;
    fresh := false;
    r := jsonb_populate_record(NULL::journal, p_mark);
    SELECT j.output INTO closed FROM journal j WHERE j.tenant = p_tenant AND j.execution_id = p_execution AND j.kind = 'closed';
    SELECT j.at INTO at FROM journal j WHERE j.tenant = p_tenant AND j.effect_key = r.effect_key AND j.kind IN ('opened', 'control');
    IF at IS NOT NULL OR e.closed_at IS NOT NULL THEN
        at := coalesce(at, e.closed_at);
        RETURN NEXT;
        RETURN;
    END IF;
    h := chain_lock(p_tenant, p_execution, r.at);
    r.kind := CASE WHEN e.started_at IS NULL THEN 'opened' ELSE 'control' END;
    r.tenant := p_tenant; r.execution_id := p_execution; r.seq := e.journal_length + 1;
    e.journal_head := journal_append(r, e.journal_head);
    h.head := decision_append(p_tenant, p_execution, h.length + 1, h.head, p_mark -> 'decision', r.effect_key, e.journal_head, r.at);
    IF r.kind = 'opened' THEN
        e.event_length := e.event_length + outbox_append(p_tenant, p_execution, e.epoch, e.event_length, p_events, p_data, r.at, r.seq);
        INSERT INTO listeners (tenant, execution_id, type, since)
        SELECT p_tenant, p_execution, jsonb_array_elements_text(p_row -> 'listens'), r.at ON CONFLICT DO NOTHING;
    ELSIF NOT p_continued THEN
        PERFORM work_open(r, 'reset', r.effect_key, 'the execution was reset: a new run under the same workflow id');
    END IF;
    UPDATE executions SET journal_length = r.seq, journal_head = e.journal_head, event_length = e.event_length,
        status = 'running', started_at = coalesce(started_at, r.at), run_id = p_row ->> 'run_id', intent = p_row ->> 'intent',
        definition = p_row ->> 'definition', plan_digest = p_row ->> 'plan_digest'
    WHERE tenant = p_tenant AND execution_id = p_execution;
    UPDATE chain_heads SET length = h.length + 1, head = h.head WHERE tenant = p_tenant AND stream = p_execution;
    fresh := true; at := r.at;
    RETURN NEXT;
END $$;

-- A control row with its event, once per key: what the reconciler found (stuck, unknown), a branch taken, a request.
CREATE FUNCTION surface_control(p_tenant text, p_execution text, p_mark jsonb, p_status text, p_work text, p_events jsonb, p_data bytea[])
RETURNS TABLE (fresh boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions; h chain_heads; r journal;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no execution %', p_execution USING ERRCODE = 'SY404';
    END IF;
    r := jsonb_populate_record(NULL::journal, p_mark);
    fresh := NOT EXISTS (SELECT FROM journal j WHERE j.tenant = p_tenant AND j.effect_key = r.effect_key AND j.kind IN ('opened', 'control'));
    IF fresh THEN
        h := chain_lock(p_tenant, p_execution, r.at);
        r.tenant := p_tenant; r.execution_id := p_execution; r.seq := e.journal_length + 1;
        e.journal_head := journal_append(r, e.journal_head);
        h.head := decision_append(p_tenant, p_execution, h.length + 1, h.head, p_mark -> 'decision', r.effect_key, e.journal_head, r.at);
        e.event_length := e.event_length + outbox_append(p_tenant, p_execution, e.epoch, e.event_length, p_events, p_data, r.at, r.seq);
        UPDATE executions SET journal_length = r.seq, journal_head = e.journal_head, event_length = e.event_length,
            status = CASE WHEN p_status = '' OR closed_at IS NOT NULL THEN status ELSE p_status END
        WHERE tenant = p_tenant AND execution_id = p_execution;
        UPDATE chain_heads SET length = h.length + 1, head = h.head WHERE tenant = p_tenant AND stream = p_execution;
        IF p_work <> '' THEN
            PERFORM work_open(r, p_work, r.effect_key, p_mark ->> 'reason');
        END IF;
    END IF;
    RETURN NEXT;
END $$;

-- The live outcome under one effect key; and what history has witnessed is published on the way.
CREATE FUNCTION surface_find(p_tenant text, p_execution text, p_effect_key text, p_witnessed bigint[])
RETURNS TABLE (seq bigint, input_digest text, status text, at timestamptz, output bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    PERFORM surface_witness(p_tenant, p_execution, p_witnessed);
    RETURN QUERY SELECT j.seq, j.input_digest, j.status, j.at, j.output FROM journal j
    WHERE j.tenant = p_tenant AND j.effect_key = p_effect_key AND j.kind IN ('step', 'undo') AND NOT EXISTS (
        SELECT FROM journal d WHERE d.tenant = p_tenant AND d.effect_key = p_effect_key AND d.generation = j.generation
        AND d.kind IN ('superseded', 'void'));
END $$;

CREATE FUNCTION surface_witness(p_tenant text, p_execution text, p_witnessed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e executions;
BEGIN
    IF cardinality(p_witnessed) = 0 OR NOT EXISTS (
        SELECT FROM provisional WHERE tenant = p_tenant AND execution_id = p_execution AND seq = ANY (p_witnessed)) THEN
        RETURN;
    END IF;
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution FOR UPDATE;
    e := witness(e, p_witnessed);
    UPDATE executions SET event_length = e.event_length, journal_length = e.journal_length, journal_head = e.journal_head, steps = e.steps
    WHERE tenant = p_tenant AND execution_id = p_execution;
END $$;

-- What a local step may find of an earlier attempt: provisional rows; all local rows in a run that the surface does not know
-- (a reset); and the closing row.
CREATE FUNCTION surface_recall(p_tenant text, p_execution text, p_run text, p_witnessed bigint[])
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
    SELECT j.kind, j.effect_key, j.seq, j.input_digest, j.status, j.at, j.output
    FROM executions e JOIN journal j ON j.tenant = e.tenant AND j.execution_id = e.execution_id
    WHERE e.tenant = p_tenant AND e.execution_id = p_execution AND e.run_id <> p_run AND j.kind = 'step' AND j.task <> ''
    AND NOT EXISTS (SELECT FROM journal d WHERE d.tenant = j.tenant AND d.effect_key = j.effect_key
                    AND d.generation = j.generation AND d.kind IN ('superseded', 'void'))
    ORDER BY seq;
END $$;

-- A claim before an effect whose receiver cannot tell a repeat: true when nobody claimed it before.
CREATE FUNCTION surface_claim(p_tenant text, p_execution text, p_mark jsonb, p_release boolean)
RETURNS TABLE (fresh boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions; h chain_heads; r journal; v_claimed bigint; v_released bigint;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no execution %', p_execution USING ERRCODE = 'SY404';
    END IF;
    r := jsonb_populate_record(NULL::journal, p_mark);
    SELECT coalesce(max(generation), 0) INTO v_claimed FROM journal
    WHERE tenant = p_tenant AND effect_key = r.effect_key AND kind = 'claimed';
    SELECT coalesce(max(generation), 0) INTO v_released FROM journal
    WHERE tenant = p_tenant AND effect_key = r.effect_key AND kind = 'released';
    fresh := CASE WHEN p_release THEN v_claimed > v_released ELSE v_claimed = v_released END;
    IF fresh THEN
        h := chain_lock(p_tenant, p_execution, r.at);
        r.tenant := p_tenant; r.execution_id := p_execution; r.seq := e.journal_length + 1;
        r.kind := CASE WHEN p_release THEN 'released' ELSE 'claimed' END;
        r.generation := CASE WHEN p_release THEN v_claimed ELSE v_claimed + 1 END;
        e.journal_head := journal_append(r, e.journal_head);
        h.head := decision_append(p_tenant, p_execution, h.length + 1, h.head, p_mark -> 'decision', r.effect_key, e.journal_head, r.at);
        UPDATE executions SET journal_length = r.seq, journal_head = e.journal_head WHERE tenant = p_tenant AND execution_id = p_execution;
        UPDATE chain_heads SET length = h.length + 1, head = h.head WHERE tenant = p_tenant AND stream = p_execution;
    END IF;
    RETURN NEXT;
END $$;

-- The closing row is the decision; the first one wins. Provisional rows that it names are published, all others void.
CREATE FUNCTION surface_close(
    p_tenant text, p_execution text, p_keys text[], p_witnessed bigint[], p_mark jsonb, p_output bytea, p_compensation text,
    p_owed text[], p_events jsonb, p_data bytea[]
) RETURNS TABLE (fresh boolean, at timestamptz, output bytea, head text, length bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions; h chain_heads; r journal; v journal; o text;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    SELECT * INTO e FROM executions WHERE tenant = p_tenant AND execution_id = p_execution FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no execution %', p_execution USING ERRCODE = 'SY404';
    END IF;
    SELECT j.* INTO r FROM journal j WHERE j.tenant = p_tenant AND j.execution_id = p_execution AND j.kind = 'closed';
    IF FOUND THEN
        fresh := false; at := r.at; output := r.output;
        SELECT d.hash, d.seq INTO head, length FROM decisions d WHERE d.tenant = p_tenant AND d.effect_key = r.effect_key AND d.evidence = r.hash;
        RETURN NEXT;
        RETURN;
    END IF;
    h := chain_lock(p_tenant, p_execution, clock_timestamp());
    r := jsonb_populate_record(NULL::journal, p_mark);
    IF EXISTS (
        SELECT FROM journal j WHERE j.tenant = p_tenant AND j.execution_id = p_execution AND j.kind = 'step' AND j.task <> ''
        AND split_part(j.task, '/', 1) = split_part(r.task, '/', 1)
        AND task_number(j.task) > task_number(r.task)) THEN
        RAISE EXCEPTION 'task % is over', r.task USING ERRCODE = 'SY412';
    END IF;
    e := witness(e, p_witnessed || ARRAY(
        SELECT DISTINCT ON (q.effect_key) q.seq FROM provisional q WHERE q.tenant = p_tenant AND q.execution_id = p_execution
        AND q.effect_key = ANY (p_keys) AND q.effect_key NOT IN (
            SELECT w.effect_key FROM provisional w WHERE w.tenant = p_tenant AND w.execution_id = p_execution AND w.seq = ANY (p_witnessed))
        ORDER BY q.effect_key, q.generation DESC));
    FOR v IN SELECT j.* FROM provisional q JOIN journal j ON j.tenant = q.tenant AND j.execution_id = q.execution_id AND j.seq = q.seq
             WHERE q.tenant = p_tenant AND q.execution_id = p_execution ORDER BY q.seq LOOP
        e := journal_end(e, v, 'void', r.at);
    END LOOP;
    DELETE FROM provisional q WHERE q.tenant = p_tenant AND q.execution_id = p_execution;
    r.tenant := p_tenant; r.execution_id := p_execution; r.seq := e.journal_length + 1; r.kind := 'closed'; r.output := p_output;
    e.journal_head := journal_append(r, e.journal_head);
    head := decision_append(p_tenant, p_execution, h.length + 1, h.head, p_mark -> 'decision', r.effect_key, e.journal_head, r.at);
    length := h.length + 1;
    e.event_length := e.event_length + outbox_append(p_tenant, p_execution, e.epoch, e.event_length, p_events, p_data, r.at, r.seq);
    FOREACH o IN ARRAY p_owed LOOP
        PERFORM work_open(r, 'owed_undo', o, 'its undo is owed and could not be done');
    END LOOP;
    DELETE FROM listeners l WHERE l.tenant = p_tenant AND l.execution_id = p_execution;
    UPDATE executions SET journal_length = r.seq, journal_head = e.journal_head, event_length = e.event_length, steps = e.steps,
        status = r.status, compensation = p_compensation, closed_at = r.at WHERE tenant = p_tenant AND execution_id = p_execution;
    UPDATE chain_heads c SET length = h.length + 1, head = surface_close.head, closed = true
    WHERE c.tenant = p_tenant AND c.stream = p_execution;
    fresh := true; at := r.at; output := NULL;
    RETURN NEXT;
END $$;

CREATE FUNCTION surface_events(p_tenant text, p_execution text, p_epoch bigint, p_seq bigint, p_limit bigint)
RETURNS SETOF events LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    RETURN QUERY SELECT * FROM events WHERE tenant = p_tenant AND execution_id = p_execution AND (epoch, seq) > (p_epoch, p_seq)
    ORDER BY epoch, seq LIMIT p_limit;
END $$;
