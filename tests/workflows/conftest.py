"""A real Temporal server, and a worker whose activities are Python functions with memory."""

from collections.abc import Iterator

import pytest
from support.temporal_server import temporal_server


@pytest.fixture(scope="session")
def temporal_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with temporal_server(tmp_path_factory.mktemp("temporal")) as address:
        yield address
