"""Payloads may be forgotten, and nothing else of a row that only grows."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0010_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
