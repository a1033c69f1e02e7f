-- For rebuild: put back the row of an execution that is lost, from what the journal and the outbox still hold. Its events go
-- on in a new epoch, since nobody knows which numbers a client has seen.

CREATE FUNCTION surface_restore(p_tenant text, p_execution text, p_row jsonb) RETURNS TABLE (fresh boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    e executions; j journal;
BEGIN
    PERFORM set_config('app.tenant', p_tenant, true);
    e := jsonb_populate_record(NULL::executions, p_row);
    SELECT * INTO j FROM journal t WHERE t.tenant = p_tenant AND t.execution_id = p_execution ORDER BY t.seq DESC LIMIT 1;
    e.journal_length := coalesce(j.seq, 0);
    e.journal_head := coalesce(j.hash, '');
    e.epoch := 1 + coalesce((SELECT max(v.epoch) FROM events v WHERE v.tenant = p_tenant AND v.execution_id = p_execution), 0);
    e.event_length := 0;
    e.steps := (SELECT count(*) FILTER (WHERE t.kind IN ('step', 'undo')) - count(*) FILTER (WHERE t.kind IN ('superseded', 'void'))
                FROM journal t WHERE t.tenant = p_tenant AND t.execution_id = p_execution);
    e.started_at := (SELECT min(t.at) FROM journal t WHERE t.tenant = p_tenant AND t.execution_id = p_execution AND t.kind = 'opened');
    INSERT INTO executions VALUES (e.*) ON CONFLICT DO NOTHING;
    fresh := FOUND;
    RETURN NEXT;
END $$;
