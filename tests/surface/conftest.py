"""The surface's tests run on the store's real PostgreSQL."""

import pytest

from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from ..store.database import MemorySealer, Moving, clock, running, sealer, sql, store, superuser, tenant

__all__ = ["clock", "running", "sealer", "sql", "store", "superuser", "tenant"]


@pytest.fixture
def surface(store: Store, sealer: MemorySealer, clock: Moving) -> StateSurface:
    return StateSurface(store, sealer, clock)
