"""Decided pairs of fields."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0008_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
