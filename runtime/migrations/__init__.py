"""The one Alembic tree. Revisions run statements from ``sql/``, where an empty line ends a statement."""
