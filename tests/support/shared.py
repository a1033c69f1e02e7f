"""What tests of a run share: the platform of the end-to-end tests (over HTTP only), and the database of those that need no more."""

from collections.abc import Iterator

import pytest
from support import database_server as database
from support.instance import Running, instance

from symphainy.foundations.public_works.running import Running as Server


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with instance(tmp_path_factory.mktemp("platform")) as found:
        yield found


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    with database.database_server() as found:
        yield found
