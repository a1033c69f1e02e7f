-- What is hashed, and how. runtime/verify.py computes the same in Python, without asking the database.

CREATE FUNCTION netstring(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN octet_length(value)::text || ':' || value;

CREATE FUNCTION hashed(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(convert_to(told, 'UTF8')), 'hex');

CREATE FUNCTION micros(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(epoch FROM at) * 1000000)::bigint::text;

-- Append one journal row; gives its hash. The caller holds the lock of the execution's row and counts.
CREATE FUNCTION journal_append(r journal, p_previous text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    r.hash := hashed(
        netstring(p_previous) || netstring(r.seq::text) || netstring(r.kind) || netstring(r.effect_key)
        || netstring(r.generation::text) || netstring(r.capability) || netstring(r.name) || netstring(r.task)
        || netstring(r.input_digest) || netstring(r.output_digest) || netstring(r.status)
        || netstring(encode(sha256(coalesce(r.output, '')), 'hex')) || netstring(encode(sha256(coalesce(r.arguments, '')), 'hex'))
        || netstring(r.meta) || netstring(micros(r.at)) || netstring(r.recovered::text));
    INSERT INTO journal VALUES (r.*);
    RETURN r.hash;
END $$;

-- Append one decision to a stream whose head the caller has locked; gives the new head.
-- p: {"id", "verdict", "action", "resource", "body"}; the body is canonical JSON as text and is hashed as it stands.
CREATE FUNCTION decision_append(
    p_tenant text, p_stream text, p_seq bigint, p_previous text, p jsonb, p_effect_key text, p_evidence text, p_at timestamptz
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_hash text := hashed(netstring(p_previous) || netstring(p_seq::text) || netstring(p ->> 'body') || netstring(p_evidence));
BEGIN
    INSERT INTO decisions (tenant, stream, seq, decision_id, effect_key, verdict, action, resource, body, evidence, hash, at)
    VALUES (p_tenant, p_stream, p_seq, p ->> 'id', p_effect_key, p ->> 'verdict', p ->> 'action', p ->> 'resource', p ->> 'body',
            p_evidence, v_hash, p_at);
    RETURN v_hash;
END $$;

-- Lock the head of a stream, making it when it is new.
CREATE FUNCTION chain_lock(p_tenant text, p_stream text, p_at timestamptz) RETURNS chain_heads LANGUAGE plpgsql AS $$
DECLARE
    h chain_heads;
BEGIN
    SELECT * INTO h FROM chain_heads WHERE tenant = p_tenant AND stream = p_stream FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO chain_heads (tenant, stream, opened_at) VALUES (p_tenant, p_stream, p_at) ON CONFLICT DO NOTHING;
        SELECT * INTO h FROM chain_heads WHERE tenant = p_tenant AND stream = p_stream FOR UPDATE;
    END IF;
    RETURN h;
END $$;

-- Put events into the outbox behind number p_length; gives how many. p: [[id, type, subject, place of its data or 0], ...]
CREATE FUNCTION outbox_append(
    p_tenant text, p_execution text, p_epoch bigint, p_length bigint, p jsonb, p_data bytea[], p_at timestamptz, p_journal bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (tenant, execution_id, epoch, seq, id, type, subject, data, at, journal_seq)
    SELECT p_tenant, p_execution, p_epoch, p_length + x.place, x.event ->> 0, x.event ->> 1, x.event ->> 2,
           p_data[(x.event ->> 3)::int], p_at, p_journal
    FROM jsonb_array_elements(p) WITH ORDINALITY AS x (event, place) ORDER BY x.place;
    IF jsonb_array_length(p) > 0 THEN
        PERFORM pg_notify('symphainy_outbox', '');
    END IF;
    RETURN jsonb_array_length(p);
END $$;

-- History has witnessed these provisional rows: publish their events in journal order; whatever else was tried under the
-- same effect keys is superseded. The caller holds the lock of e's row and writes back what comes out.
CREATE FUNCTION witness(e executions, p_seqs bigint[]) RETURNS executions LANGUAGE plpgsql AS $$
DECLARE
    n bigint; p provisional; v journal;
BEGIN
    FOR p IN SELECT q.* FROM provisional q WHERE q.tenant = e.tenant AND q.execution_id = e.execution_id AND NOT q.seq = ANY (p_seqs)
             AND q.effect_key IN (SELECT w.effect_key FROM provisional w
                                  WHERE w.tenant = e.tenant AND w.execution_id = e.execution_id AND w.seq = ANY (p_seqs))
             ORDER BY q.seq LOOP
        DELETE FROM provisional q WHERE q.tenant = e.tenant AND q.execution_id = e.execution_id AND q.seq = p.seq;
        SELECT * INTO v FROM journal j WHERE j.tenant = e.tenant AND j.execution_id = e.execution_id AND j.seq = p.seq;
        e := journal_end(e, v, 'superseded', now());
    END LOOP;
    WITH gone AS (
        DELETE FROM provisional q WHERE q.tenant = e.tenant AND q.execution_id = e.execution_id AND q.seq = ANY (p_seqs) RETURNING q.*),
    flat AS (
        SELECT g.seq, g.at, u.*, row_number() OVER (ORDER BY g.seq, u.place) AS number
        FROM gone g, unnest(g.event_ids, g.event_types, g.event_subjects, g.event_data)
             WITH ORDINALITY AS u (id, type, subject, data, place)),
    put AS (
        INSERT INTO events (tenant, execution_id, epoch, seq, id, type, subject, data, at, journal_seq)
        SELECT e.tenant, e.execution_id, e.epoch, e.event_length + number, id, type, subject, nullif(data, ''), at, seq
        FROM flat ORDER BY number RETURNING 1)
    SELECT count(*) INTO n FROM put;
    IF n > 0 THEN
        PERFORM pg_notify('symphainy_outbox', '');
    END IF;
    e.event_length := e.event_length + n;
    RETURN e;
END $$;

-- Append the row that ends an outcome (superseded, void); gives the execution with its new length and head.
CREATE FUNCTION journal_end(e executions, v journal, p_kind text, p_at timestamptz) RETURNS executions LANGUAGE plpgsql AS $$
BEGIN
    v.kind := p_kind; v.seq := e.journal_length + 1; v.output := NULL; v.arguments := NULL; v.output_digest := '';
    v.status := ''; v.meta := '{}'; v.at := p_at; v.recovered := false;
    e.journal_head := journal_append(v, e.journal_head);
    e.journal_length := v.seq;
    e.steps := e.steps - 1;
    RETURN e;
END $$;

-- The number in a workflow task's id (run_id/started_event_id); NULL when there is none.
CREATE FUNCTION task_number(task text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(task FROM '^[^/]+/(\d{1,18})$')::bigint;
