"""Tasks of people end with their execution."""

import re
from pathlib import Path

from alembic import op

revision, down_revision = "0003", "0002"

_SQL = Path(__file__).parents[1] / "sql" / "0003_tasks.sql"


def upgrade() -> None:
    """Run the file statement by statement."""
    for statement in re.split(r"\n\s*\n", _SQL.read_text()):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        if lines:
            op.get_bind().exec_driver_sql("\n".join(lines))


def downgrade() -> None:
    """Only what this revision made."""
    op.get_bind().exec_driver_sql("DROP TRIGGER withdraw_tasks ON executions")
    op.get_bind().exec_driver_sql("DROP FUNCTION withdraw_tasks")
    op.get_bind().exec_driver_sql("DROP INDEX human_tasks_execution")
