"""The SQL files of a revision, statement by statement: asyncpg prepares what it runs, and a prepared statement is one."""

import re
from pathlib import Path

from alembic import op

_SQL = Path(__file__).parent / "sql"


def run(pattern: str) -> None:
    """Run the files of this name pattern in order; statements are parted by an empty line, comments are left out."""
    for file in sorted(_SQL.glob(pattern)):
        for statement in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
            lines = [line for line in statement.splitlines() if not line.startswith("--")]
            if lines:
                op.get_bind().exec_driver_sql("\n".join(lines))
