"""One city per test, over parts with memory."""

import pytest

from .parts import Scene


@pytest.fixture
async def scene() -> Scene:
    return await Scene().start()
