"""The authorization matrix: who gets which answer from which operation. Kept by hand, so that it cannot agree with a mistake.

An operation of either OpenAPI document that has no row here fails the suite; so does a row without an operation.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ..governance.test_sdk import PASSWORD
from .house import SAGA, SOLUTION, House

UNKNOWN = (
    "nobody",
    "garbage",
    "expired token",
    "logged out",
    "disabled user",
    "refresh token",
    "expired key",
    "revoked key",
)
"""Whom every operation that is not public answers 401, whatever else it is asked."""
KNOWN = (
    "administrator", "author", "operator", "owner", "member", "service", "no role", "key with scope", "key without scope",
    "other tenant",
)  # fmt: skip
ACTS_AS = {"key with scope": "administrator", "key without scope": "member"}
"""An API key has its account's roles, or those of them that it was given."""
LETTERS = {
    "A": "administrator",
    "U": "author",
    "O": "operator",
    "W": "owner",
    "M": "member",
    "S": "service",
    "N": "no role",
}
_A_TABLE = {"key": "artifacts/" + "0" * 64, "sha256": "0" * 64, "size": 4}
EVERYBODY = "AUOWMSN"
ROLED = "AUOWMS"
Body = dict[str, Any] | bytes | None
Arguments = Callable[[House], Awaitable[dict[str, str]]]


@dataclass(frozen=True)
class Row:
    """One operation.

    ``may``: who passes, by letter; the others get ``denied``. ``names``: it names a thing of its tenant in its path or body,
    so that another tenant's administrator gets 404. ``fresh``: it uses up the caller, who is therefore made anew.
    """

    may: str
    ok: int = 200
    body: Callable[[House], Body] | None = None
    denied: int = 403
    names: bool = False
    arguments: Arguments | None = None
    fresh: bool = False
    alone: bool = False
    """Two at once would race."""
    public: bool = False
    query: str = ""
    but: tuple[tuple[str, int], ...] = ()
    """Callers whose answer is another one, for a reason that the row's comment gives."""

    def expected(self, caller: str) -> int:
        """The status for one caller."""
        if caller in dict(self.but):
            return dict(self.but)[caller]
        if self.public:
            return self.ok
        if caller in UNKNOWN:
            return 401
        if caller == "other tenant":
            return 404 if self.names else self.ok
        acting = ACTS_AS.get(caller, caller)
        return self.ok if acting in {LETTERS[letter] for letter in self.may} else self.denied


def _json(**given: Any) -> Callable[[House], Body]:
    return lambda house: given


async def _new_session(house: House) -> dict[str, str]:
    session = await house.session(house.tokens["owner"])
    return {"session_id": (await house.gatehouse.sessions.create(session.principal)).session_id}


async def _new_user(house: House) -> dict[str, str]:
    return {"user_id": (await house.user("member"))[0]}


async def _new_key(house: House) -> dict[str, str]:
    return {"key_id": (await house.key(house.ids["founder"], "member")).key_id}


async def _version(house: House) -> dict[str, str]:
    return {"namespace": "matrix", "name": "hello", "version": "1.0.0"}


async def _solution(house: House) -> dict[str, str]:
    return {"solution": "matrix", "name": "matrix"}  # everyone who hands one in names it otherwise


async def _switch(house: House) -> dict[str, str]:
    return {"switch": "budgets"}


async def _endpoint(house: House) -> dict[str, str]:
    return {"endpoint_id": (await house.endpoint()).endpoint_id}


async def _hook(house: House) -> dict[str, str]:
    return {"tenant": house.tenant, "solution": "matrix", "name": "none"}


async def _secret(house: House) -> dict[str, str]:
    return {"name": "erp_password"}


def _settle(house: House) -> Body:
    return {"item_id": "owed_undo:none", "resolution": "kept"}


def _saga(house: House) -> Body:
    return {"text": SAGA.format(version=f"1.1.{house.next()}")}


def _folder(house: House) -> Body:
    name = f"matrix{house.next()}"
    return {
        "files": {
            "solution.yaml": SOLUTION.format(name=name, version="1.0.0"),
            "sagas/hello.yaml": SAGA.format(version="1.0.0"),
        }
    }


def _event(house: House) -> Body:
    return {"specversion": "1.0", "id": f"e{house.next()}", "source": "/matrix", "type": "matrix.happened", "data": {}}


_FOLLOWS = dict(may="AUOW", names=True)
_STOPS = dict(may="AOW", ok=202, names=True)
_PEOPLE = dict(may="A")
_DEFINES = dict(may="AU")
_DECIDES = dict(may="AUO", names=True, ok=503, body=_json(choice="approve", shown_digest="sha256:shown"))
# 503: the decision has passed, and Temporal, which carries it to the run, is away in this house.
_HELLO = _json(text=SAGA.format(version="1.0.0"))
_FILE = {"key": "artifacts/" + "0" * 64, "sha256": "0" * 64, "size": 1}
_SUBMIT = _json(intent="content.search", payload={"query": "x"})
# One's own password is changed with the old one: a key has none.
_KEYS_HAVE_NO_PASSWORD = (("service", 401), ("key with scope", 401), ("key without scope", 401))

EXPERIENCE: dict[str, Row] = {
    "GET /ping": Row(EVERYBODY, 204, public=True),
    "GET /health": Row(EVERYBODY, public=True),
    "GET /ready": Row(EVERYBODY, public=True),
    "GET /.well-known/jwks.json": Row(EVERYBODY, public=True),
    "POST /api/auth/register": Row(
        EVERYBODY,
        201,
        lambda h: {"tenant": h.tenant, "email": f"r{h.next()}@example.org", "password": PASSWORD},
        public=True,
    ),
    "POST /api/auth/login": Row(
        EVERYBODY,
        200,
        lambda h: {"tenant": h.tenant, "email": "founder@example.org", "password": PASSWORD},
        public=True,
    ),
    # What these take is itself the proof; a wrong one is nobody's, whoever brings it.
    "POST /api/auth/refresh": Row(EVERYBODY, 401, _json(refresh_token="x"), public=True),
    "POST /api/auth/invitation": Row(EVERYBODY, 401, _json(invitation="x", password=PASSWORD), public=True),
    "GET /api/auth/oidc/start": Row(EVERYBODY, 404, query="?tenant=acme", public=True),
    "GET /api/auth/oidc/callback": Row(EVERYBODY, 404, query="?state=x&code=x", public=True),
    "POST /api/auth/logout": Row(EVERYBODY, 204, fresh=True),
    "POST /api/auth/password": Row(
        EVERYBODY, 204, _json(old=PASSWORD, new="another long sentence"), fresh=True, but=_KEYS_HAVE_NO_PASSWORD
    ),
    "GET /api/session": Row(EVERYBODY),
    "POST /api/session": Row(EVERYBODY, 201),
    # Sessions are one's own: nobody else's can be told from one that is not there.
    "GET /api/session/{session_id}": Row("W", denied=404, names=True, arguments=_new_session),
    "DELETE /api/session/{session_id}": Row("W", 204, denied=404, names=True, arguments=_new_session),
    "POST /api/session/{session_id}/renew": Row("W", denied=404, names=True, arguments=_new_session),
    "POST /api/intent/submit": Row(ROLED, 202, _SUBMIT),
    "POST /api/events": Row(ROLED, 202, _event),
    "GET /api/execution": Row(ROLED),
    "GET /api/execution/{execution_id}": Row(**_FOLLOWS),
    "GET /api/execution/{execution_id}/events": Row(**_FOLLOWS),
    "GET /api/execution/{execution_id}/result": Row(**_FOLLOWS),
    "POST /api/execution/{execution_id}/cancel": Row(**_STOPS),
    "POST /api/execution/{execution_id}/suspend": Row(**_STOPS),
    "POST /api/execution/{execution_id}/resume": Row(**_STOPS),
    "POST /v1/content/upload": Row(ROLED, 202, lambda h: b"bytes %d" % h.next(), query="?name=a.txt"),
    "POST /v1/content/search": Row(ROLED, 202, _json(query="x")),
    "POST /v1/content/decode": Row(ROLED, 202, _json(file=_FILE, copybook="01 R. 05 A PIC X.")),
    "POST /v1/insights/profile": Row(ROLED, 202, _json(text=_A_TABLE)),
    "POST /v1/insights/quality": Row(ROLED, 202, _json(data=_A_TABLE)),
    "POST /v1/insights/interpret": Row(ROLED, 202, _json(tables=[{"name": "t", "data": _A_TABLE}])),
    "POST /v1/insights/match": Row(
        ROLED, 202, _json(source={"data": _A_TABLE}, target={"fields": [{"name": "amount"}]})
    ),
    "POST /v1/content/data-mash/create": Row(
        ROLED, 202, _json(sources=[{"name": "s", "data": _A_TABLE}], columns=[{"name": "a", "column": "a"}])
    ),
    "GET /v1/content/documents": Row(ROLED),
    "GET /v1/content/documents/{document_id}": Row(ROLED, names=True),
    "GET /api/tasks": Row(ROLED),
    "GET /api/tasks/{task_id}": Row("AUOW", names=True),
    "POST /api/tasks/{task_id}/decision": Row(**_DECIDES),
    "GET /v1/{solution}/openapi.json": Row(EVERYBODY, names=True, arguments=_solution),
    # No log-in here: what it takes is signed, or nobody's, whoever brings it.
    "POST /hooks/{tenant}/{solution}/{name}": Row(EVERYBODY, 401, _json(), arguments=_hook, public=True),
    # No operation of the document: what a solution has bound.
    "POST /v1/matrix/greet": Row(ROLED, 202, _json(), names=True),
}
SOLUTION_PLANE: dict[str, Row] = {
    "GET /ping": Row(EVERYBODY, 204, public=True),
    "GET /health": Row(EVERYBODY, public=True),
    "GET /ready": Row(EVERYBODY, public=True),
    "GET /api/capabilities": Row(ROLED),
    "GET /api/status": Row(ROLED),
    "POST /api/definitions/validate": Row(ROLED, body=_HELLO),
    "POST /api/definitions/graph": Row(ROLED, body=_HELLO),
    "GET /api/definitions": Row(ROLED),
    "POST /api/definitions": Row(**_DEFINES, ok=201, body=_saga),
    "GET /api/definitions/{namespace}/{name}/{version}": Row(ROLED, names=True, arguments=_version),
    "GET /api/definitions/{namespace}/{name}/{version}/graph": Row(ROLED, names=True, arguments=_version),
    "GET /api/solutions": Row(ROLED),
    "POST /api/solutions": Row(**_DEFINES, ok=201, body=_folder),
    "GET /api/solutions/{name}": Row(ROLED, names=True, arguments=_solution),
    "GET /api/solutions/{name}/scenarios": Row(ROLED, names=True, arguments=_solution),
    # 503: the saga that deploys has passed the door and is recorded; it starts when Temporal is back.
    "POST /api/solutions/{name}/deploy": Row(**_DEFINES, ok=503, body=_json(), names=True, arguments=_solution),
    # Whether there is such a solution is found out by the saga: no answer tells it, whoever asks.
    "DELETE /api/solutions/{name}/deploy": Row(**_DEFINES, ok=503, arguments=_solution),
    "GET /api/executions": Row("AUO"),
    "GET /api/executions/{execution_id}": Row(**_FOLLOWS),
    "GET /api/executions/{execution_id}/graph": Row(**_FOLLOWS),
    "GET /api/executions/{execution_id}/events": Row(**_FOLLOWS),
    "GET /api/executions/{execution_id}/decisions": Row(**_FOLLOWS),
    "GET /api/lineage": Row("AUO", query="?value=exe_none"),  # it may lead to runs of everybody in the tenant
    "POST /api/executions/{execution_id}/cancel": Row(**_STOPS),
    "POST /api/executions/{execution_id}/suspend": Row(**_STOPS),
    "POST /api/executions/{execution_id}/resume": Row(**_STOPS),
    "GET /api/work": Row("AUO"),
    "POST /api/work/settle": Row(
        "", denied=404, names=True, body=_settle
    ),  # nobody has that item: who may settle one is in tests/e2e
    "GET /api/users": Row(**_PEOPLE),
    "POST /api/users": Row(**_PEOPLE, ok=201, body=lambda h: {"email": f"i{h.next()}@example.org"}),
    "PATCH /api/users/{user_id}": Row(**_PEOPLE, ok=204, body=_json(roles=["member"]), names=True, arguments=_new_user),
    "GET /api/services": Row(**_PEOPLE),
    "POST /api/services": Row(**_PEOPLE, ok=201, body=_json(name="robot")),
    "GET /api/keys": Row(**_PEOPLE),
    "POST /api/keys": Row(
        **_PEOPLE,
        ok=201,
        body=lambda h: {"principal_id": h.ids["founder"], "name": "k", "roles": ["member"]},
        names=True,
    ),
    "DELETE /api/keys/{key_id}": Row(**_PEOPLE, ok=204, names=True, arguments=_new_key),
    "GET /api/city": Row("AUO"),
    "PUT /api/city/switches/{switch}": Row(**_PEOPLE, body=_json(mode="observe"), arguments=_switch),
    "PUT /api/city/maintenance": Row(**_PEOPLE, body=_json(closed=False)),
    "GET /api/city/bundle": Row("AUO"),
    "PUT /api/city/bundle": Row(**_PEOPLE, body=_json(bundle={}), alone=True),
    "POST /api/city/bundle/simulate": Row(**_PEOPLE, body=_json(bundle={})),
    "POST /api/city/bundle/rollback": Row(**_PEOPLE, body=_json(), alone=True),
    # 404: the door is passed, and nothing was ever kept under this name.
    "POST /api/erasures": Row(**_PEOPLE, ok=404, body=_json(subject="C-17")),
    "GET /api/erasures": Row(**_PEOPLE),
    "GET /api/library": Row(**_PEOPLE),
    "PATCH /api/library/{document_id}": Row(**_PEOPLE, body=_json(admitted=True), names=True),
    "GET /api/tasks": Row(ROLED),
    "GET /api/tasks/{task_id}": Row("AUOW", names=True),
    "POST /api/tasks/{task_id}/decision": Row(**_DECIDES),
    "GET /api/webhooks": Row(**_PEOPLE),
    "POST /api/webhooks": Row(**_PEOPLE, ok=201, body=_json(url="https://crm.example/hook")),
    "GET /api/webhooks/{endpoint_id}": Row(**_PEOPLE, names=True),
    "PATCH /api/webhooks/{endpoint_id}": Row(**_PEOPLE, body=_json(state="disabled"), names=True, arguments=_endpoint),
    "DELETE /api/webhooks/{endpoint_id}": Row(**_PEOPLE, ok=204, names=True, arguments=_endpoint),
    "POST /api/webhooks/{endpoint_id}/rotate": Row(**_PEOPLE, names=True),
    "GET /api/webhooks/{endpoint_id}/deliveries": Row(**_PEOPLE, names=True),
    "POST /api/webhooks/{endpoint_id}/replay": Row(**_PEOPLE, body=_json(), names=True),
    "GET /api/secrets": Row(**_PEOPLE),
    "PUT /api/secrets/{name}": Row(**_PEOPLE, ok=204, body=_json(value="hush"), arguments=_secret),
    "DELETE /api/secrets/{name}": Row(**_PEOPLE, ok=204, arguments=_secret),
    "POST /codec/decode": Row(**_PEOPLE, body=_json(payloads=[])),
    "POST /codec/encode": Row(**_PEOPLE, body=_json(payloads=[])),
}
PLANES = {"experience": EXPERIENCE, "solution": SOLUTION_PLANE}
UNLISTED = frozenset({"POST /v1/matrix/greet"})
"""Rows of what no document lists: a solution's own paths."""
