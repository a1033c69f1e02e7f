"""One platform for all end-to-end tests of a run: two workers, two Experience APIs behind one address. Over HTTP only."""

from collections.abc import Iterator

import pytest
from support.instance import Running, instance


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with instance(tmp_path_factory.mktemp("platform")) as found:
        yield found
