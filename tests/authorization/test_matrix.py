"""Every operation of both planes, asked by everyone: the answer is the one in the matrix, and nothing is missing from it.

The suite asks each operation as nobody, as one more caller whom nobody knows, as one who may and one who may not, and as another
tenant's administrator, taking turns from operation to operation; `make authorization` asks everyone everything.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import pytest_asyncio
from support.database_server import MASTER

from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.running import Running
from symphainy.runtime.store.unit import Store
from symphainy.solution_api import solutions

from ..store.database import Moving
from .house import ROLES, House, house
from .page import page
from .rows import ACTS_AS, KNOWN, PLANES, UNKNOWN, UNLISTED, Row

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
WHOLE = os.environ.get("SYMPHAINY_TEST_WHOLE") == "1"
NONE_SUCH = {
    "execution_id": "exe_00000000000000000000000000", "task_id": "tsk_00000000000000000000000000", "document_id": "doc_none",
    "session_id": "ses_00000000000000000000000000", "solution": "none-such", "name": "none-such", "namespace": "none", "version": "9.9.9",
    "user_id": "usr_00000000000000000000000000", "key_id": "00000000",
    "endpoint_id": "whe_00000000000000000000000000",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(database_server: Running, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all tests of this file."""
    sql = Postgres(database_server.url, MASTER, pool_size=10, max_overflow=20)
    async with house(Store(sql), Moving(), f"t{token_hex(4)}", tmp_path_factory.mktemp("house")) as found:
        yield found
    await sql.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a saga does later is not asked here."""
    monkeypatch.setattr(solutions, "PATIENCE", 0.0)


def operations(document: dict[str, Any]) -> set[str]:
    """Every operation that a document names."""
    return {f"{verb.upper()} {path}" for path, verbs in document["paths"].items() for verb in verbs}


async def ask(made: House, plane: str, operation: str, caller: str, things: dict[str, str] | None = None) -> Any:
    """One request of one caller."""
    row = PLANES[plane][operation]
    if things is None:
        things = {**made.ids, **(await row.arguments(made) if row.arguments else {})}
    verb, path = operation.split(" ")
    token = made.tokens.get(caller, "x.y.z" if caller == "garbage" else "")
    if row.fresh and caller in KNOWN:
        token = await anew(made, caller)
    body = row.body(made) if row.body else None
    sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await made.planes[plane].request(verb, path.format(**things) + row.query, headers=headers, **sent)


async def anew(made: House, caller: str) -> str:
    """A caller of the same kind whom nobody will miss."""
    if caller == "other tenant":
        there = made.ids["other tenant"]
        return await made.login((await made.user("administrator", tenant=there))[1], there)
    if caller == "service" or caller in ACTS_AS:
        robot = await made.gatehouse.sdk.people.service(made.tenant, f"robot{made.next()}")
        return str((await made.key(robot.id)).key)
    return await made.login((await made.user(*ROLES[caller]))[1])


def callers(turn: int, row: Row) -> tuple[str, ...]:
    """Whom an operation is asked by in the suite."""
    if WHOLE:
        return (*UNKNOWN, *KNOWN)
    here = [caller for caller in KNOWN if caller != "other tenant"]
    may = [caller for caller in here if row.expected(caller) == row.ok]
    may_not = [caller for caller in here if caller not in may]
    some = [group[turn % len(group)] for group in (may, may_not) if group]
    return ("nobody", UNKNOWN[1 + turn % (len(UNKNOWN) - 1)], "other tenant", *some)


async def test_every_operation_of_both_documents_is_in_the_matrix(made: House) -> None:
    for plane, rows in PLANES.items():
        missing = operations(made.documents[plane]) ^ (set(rows) - UNLISTED)
        assert not missing, f"{plane}: not both in the document and in tests/authorization/rows.py: {sorted(missing)}"


async def test_every_operation_answers_as_the_matrix_says(made: House) -> None:
    wrong: list[str] = []
    for plane, rows in PLANES.items():
        for turn, (operation, row) in enumerate(rows.items()):
            who = callers(turn, row)
            asked = [ask(made, plane, operation, caller) for caller in who]
            answers = [await each for each in asked] if row.alone else await asyncio.gather(*asked)
            wrong += [
                f"{operation} as {caller}: {answer.status_code}, not {row.expected(caller)}: {answer.text[:300]}"
                for caller, answer in zip(who, answers, strict=True)
                if answer.status_code != row.expected(caller)
            ]
    assert not wrong, "\n".join(wrong)


async def test_what_is_another_tenants_cannot_be_told_from_what_is_not_there(made: House) -> None:
    for plane, rows in PLANES.items():
        for operation, row in rows.items():
            if not row.names or "{" not in operation or row.may == "W":
                continue
            theirs = {**made.ids, **(await row.arguments(made) if row.arguments else {})}
            answers = [await ask(made, plane, operation, "other tenant", things) for things in (theirs, NONE_SUCH)]
            one, other = [
                _told(answer.json(), things) for answer, things in zip(answers, (theirs, NONE_SUCH), strict=True)
            ]
            assert one == other and answers[0].status_code == 404, operation
            assert dict(answers[0].headers).keys() == dict(answers[1].headers).keys(), operation


async def test_lists_show_nothing_of_another_tenant(made: House) -> None:
    ours = [made.tenant, *(value for name, value in made.ids.items() if name not in ("other tenant", "shown"))]
    for plane, rows in PLANES.items():
        for operation, row in rows.items():
            if operation.startswith("GET") and "{" not in operation and not row.public:
                said = (await ask(made, plane, operation, "other tenant")).text
                assert not [value for value in ours if value in said], operation


def _told(problem: dict[str, Any], things: dict[str, str]) -> str:
    """A problem without the ids that were asked for: those the caller knew before."""
    detail = problem["detail"]
    for value in things.values():
        detail = detail.replace(value[:40], "…")
    return json.dumps({**problem, "detail": detail, "instance": ""}, sort_keys=True)


async def test_the_page_is_the_one_that_would_be_generated(root: Path) -> None:
    assert (root / "docs" / "authorization.md").read_text("utf-8") == page(), "run `make authorization`"
