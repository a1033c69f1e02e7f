"""The kernel's tables, the state surface's functions, and who may do what."""

import re
from pathlib import Path

from alembic import op

revision, down_revision = "0001", None

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    """Run the files of this revision in order of their numbers."""
    for file in sorted(_SQL.glob("0001_*.sql")):
        for statement in re.split(r"\n\s*\n", file.read_text()):
            lines = [line for line in statement.splitlines() if not line.startswith("--")]
            if lines:
                op.get_bind().exec_driver_sql("\n".join(lines))


def downgrade() -> None:
    """There is nothing before it: primary records are never dropped by a migration."""
    raise NotImplementedError(
        "the first revision cannot be undone: restore a backup, or start with an empty data folder"
    )
