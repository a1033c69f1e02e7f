"""What a caller may not slip in: members of a body that are the platform's to set, headers that say who they are, other tenants' rows."""

from typing import Any

import pytest
from sqlalchemy import insert

from symphainy.runtime.ids import mint
from symphainy.runtime.store.executions import ExecutionRow

from .house import House
from .rows import PLANES

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
SLIPPED_IN = {
    "tenant_id": "umbrella",
    "role": "administrator",
    "status": "active",
    "approved_by": "usr_1",
    "id": "usr_1",
}
TAKES_ANYTHING = {
    "POST /api/events",
    "POST /v1/matrix/greet",
    "POST /v1/content/upload",
    "POST /hooks/{tenant}/{solution}/{name}",
}
"""A CloudEvent, a solution's payload and a signed hook have members of their own, an upload is bytes: none is a setting."""


def _bearer(made: House, who: str = "administrator") -> dict[str, str]:
    return {"Authorization": f"Bearer {made.tokens[who]}"}


async def test_what_is_the_platforms_to_set_is_422_in_every_body(made: House) -> None:
    tried = 0
    for plane, rows in PLANES.items():
        for operation, row in rows.items():
            if row.body is None or operation in TAKES_ANYTHING:
                continue
            body, (verb, path) = row.body(made), operation.split(" ")
            assert isinstance(body, dict)
            things = {**made.ids, **(await row.arguments(made) if row.arguments else {})}
            for name, value in SLIPPED_IN.items():
                answer = await made.planes[plane].request(
                    verb, path.format(**things), json={**body, name: value}, headers=_bearer(made)
                )
                assert answer.status_code == 422, (operation, name, answer.text[:200])
                assert f"body.{name}" in [each["where"] for each in answer.json()["errors"]], (operation, name)
                tried += 1
    assert tried >= 100


async def test_every_body_of_both_documents_is_closed(made: House) -> None:
    open_ones = set()
    for plane, document in made.documents.items():
        for path, verbs in document["paths"].items():
            for verb, operation in verbs.items():
                content = operation.get("requestBody", {}).get("content", {}).get("application/json")
                if content and not _closed(document, content["schema"]):
                    open_ones.add(f"{plane} {verb.upper()} {path}")
    assert open_ones == {"experience POST /api/events"}


def _closed(document: dict[str, Any], schema: dict[str, Any]) -> bool:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema.get("additionalProperties") is False


async def test_headers_of_a_client_change_nothing(made: House) -> None:
    lies = {
        "X-Tenant": made.ids["other tenant"],
        "X-User-ID": made.ids["founder"],
        "X-Forwarded-For": "10.9.9.9",
        "X-Role": "administrator",
    }
    for plane, rows in PLANES.items():
        for operation, row in rows.items():
            if operation.startswith("GET") and "{" not in operation and not row.public:
                path = operation.split(" ")[1]
                honest, lying = [
                    await made.planes[plane].get(path, headers={**_bearer(made, "member"), **more})
                    for more in ({}, lies)
                ]
                assert (honest.status_code, honest.text) == (lying.status_code, lying.text), operation


async def test_a_foreign_page_reads_nothing(made: House) -> None:
    """No operation gives an unknown origin leave to read it, with credentials or without (but the codec, to the Web UI alone)."""
    for plane, rows in PLANES.items():
        for operation in rows:
            verb, path = operation.split(" ")
            for ask in (verb, "OPTIONS"):
                headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": verb}
                answer = await made.planes[plane].request(ask, path.format(**{**made.ids, **_ANY}), headers=headers)
                assert not [name for name in answer.headers if name.startswith("access-control-")], operation


_ANY = {
    "session_id": "s",
    "solution": "matrix",
    "name": "n",
    "namespace": "n",
    "version": "1",
    "user_id": "u",
    "key_id": "0",
    "switch": "s",
    "tenant": "t",
}


async def test_two_tenants_with_a_thousand_rows_each_see_their_own(made: House) -> None:
    """RELIABILITY.md 4.A.3: interleaved rows, every page, the cursors and the counts."""
    now, ids = made.gatehouse.clock.now(), [mint("execution") for _ in range(2_000)]
    for turn, (tenant, who) in enumerate(((made.tenant, "operator"), (made.ids["other tenant"], "other tenant"))):
        about = {
            "tenant": tenant, "intent": "a.b", "definition": "a/b:1", "plan_digest": "sha256:p", "status": "completed",
            "principal": (await made.session(made.tokens[who])).principal.id, "created_at": now, "closed_at": now,
        }  # fmt: skip
        rows = [ExecutionRow(**about, execution_id=each).model_dump() for each in ids[turn::2]]
        async with made.store.tenant(tenant) as tx:
            await tx.execute(insert(ExecutionRow), rows)
    seen: dict[str, list[str]] = {}
    for who in ("operator", "other tenant"):
        cursor, found = "", []
        while True:
            answer = await made.planes["solution"].get(f"/api/executions?limit=200{cursor}", headers=_bearer(made, who))
            page = answer.json()
            found += [item["execution_id"] for item in page["items"]]
            if not page["next"]:
                break
            assert page["next"] == page["items"][-1]["execution_id"], "a cursor tells no more than what was shown"
            cursor = f"&after={page['next']}"
        seen[who] = found
    for mine in seen.values():
        assert len(mine) == len(set(mine)) >= 1_000
    assert not set(seen["operator"]) & set(seen["other tenant"])
    assert len(seen["other tenant"]) <= 1_010
    theirs = seen["other tenant"][500]
    answer = await made.planes["solution"].get(f"/api/executions?after={theirs}", headers=_bearer(made, "operator"))
    assert not {item["execution_id"] for item in answer.json()["items"]} & set(seen["other tenant"]), "a foreign cursor"
