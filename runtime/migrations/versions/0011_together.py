"""A run may open, do its local steps and close in one transaction."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0011_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
