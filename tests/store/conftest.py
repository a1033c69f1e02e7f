"""The store's tests run on a real PostgreSQL."""

from .database import clock, running, sealer, sql, store, superuser, tenant

__all__ = ["clock", "running", "sealer", "sql", "store", "superuser", "tenant"]
