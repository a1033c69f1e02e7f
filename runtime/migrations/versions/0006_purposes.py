"""Librarian: what documents may be cited for."""

from symphainy.runtime.migrations.files import run

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    """Run the file of this revision."""
    run("0006_*.sql")


def downgrade() -> None:
    """Primary records are never dropped by a migration."""
    raise NotImplementedError("restore a backup, or start with an empty data folder")
