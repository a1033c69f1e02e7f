"""Alembic's environment: runs on the connection that ``runtime.store.migrate`` hands in, inside its transaction."""

from alembic import context

from symphainy.runtime.store.metadata import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
