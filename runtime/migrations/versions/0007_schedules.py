"""Schedules of definitions: the relay finds them, and events that start runs."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0007_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
