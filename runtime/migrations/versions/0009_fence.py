"""No effect after the closing, no closing by a task that is over."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0009_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
