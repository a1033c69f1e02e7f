"""Post Office: endpoints outside, and what is due to them."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0004_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
