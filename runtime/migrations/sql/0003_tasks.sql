-- Tasks of people end with the execution that asked them, however it ends: by itself, by the reconciler, or by force.

CREATE FUNCTION withdraw_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE human_tasks SET state = 'withdrawn', closed_at = NEW.closed_at
    WHERE tenant = NEW.tenant AND execution_id = NEW.execution_id AND state = 'open';
    RETURN NEW;
END $$;

CREATE TRIGGER withdraw_tasks AFTER UPDATE OF closed_at ON executions FOR EACH ROW
    WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION withdraw_tasks();

CREATE INDEX human_tasks_execution ON human_tasks (tenant, execution_id);
