"""What tests of a run share: the platform of the end-to-end tests (over HTTP only), and the database of those that need no more."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # this file is read at the start of every run, also of one that needs neither
    from support.instance import Running

    from symphainy.foundations.public_works.running import Running as Server


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Running]":
    from support.instance import instance

    with instance(tmp_path_factory.mktemp("platform")) as found:
        yield found


@pytest.fixture(scope="session")
def database_server() -> "Iterator[Server]":
    from support import database_server as database

    with database.database_server() as found:
        yield found
