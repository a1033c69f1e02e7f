"""Collects the results of a run for the coverage page; loaded with ``--ows-coverage``."""

from collections.abc import Generator
from typing import Any

import pytest

from ctk.coverage import PAGE, page

_RESULTS: list[tuple[Any, str, str]] = []
_NODES: dict[str, str] = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    report = (yield).get_result()
    if not (report.when == "call" or report.outcome != "passed"):
        return
    _NODES[item.nodeid] = report.outcome
    given = getattr(item, "callspec", None)
    case = (given.params.get("scenario") or given.params.get("entry")) if given else None
    if case is not None and item.path.parent.name == "ctk":
        reason = report.longrepr[2].removeprefix("Skipped: ") if report.outcome == "skipped" else ""
        _RESULTS.append((case, report.outcome, reason))


def pytest_sessionfinish(session: pytest.Session) -> None:
    PAGE.write_text(page(_RESULTS, _NODES))
