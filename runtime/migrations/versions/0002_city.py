"""What the city is told at run time: bundles in force, maintenance, log-ins through a provider."""

import re
from pathlib import Path

from alembic import op

revision, down_revision = "0002", "0001"

_FILE = Path(__file__).parents[1] / "sql" / "0002_1_city.sql"


def upgrade() -> None:
    """Run the file, statement by statement."""
    for statement in re.split(r"\n\s*\n", _FILE.read_text()):
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        if lines:
            op.get_bind().exec_driver_sql("\n".join(lines))


def downgrade() -> None:
    """Nothing is dropped by a migration."""
    raise NotImplementedError("restore a backup instead: which policy was in force when is a record")
