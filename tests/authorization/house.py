"""Both planes over what is real: city, login, record on PostgreSQL. Only Temporal is away, as it may be on any day.

One tenant with everyone in it, one that must not see anything of it, and every way to come to a door without a right.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx2
from support.database_server import MASTER
from temporalio.client import Client

from symphainy.experience_api.app import create_app as experience_app
from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.curator.catalog import read_catalog
from symphainy.foundations.language.context import Intent, Passport, SessionContext
from symphainy.foundations.language.document import Document
from symphainy.foundations.language.people import Shown
from symphainy.foundations.language.wire import Closing, Opening
from symphainy.foundations.public_works.adapters.file_secrets import FileSecrets
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.governance.bundle import load_bundle
from symphainy.governance.city_desk import CityDesk
from symphainy.governance.data_steward.codec import SealingCodec
from symphainy.governance.data_steward.converter import data_converter
from symphainy.governance.data_steward.endpoint import CodecEndpoint
from symphainy.governance.erasure_desk import ErasureDesk
from symphainy.governance.hook_door import HookDoor
from symphainy.governance.interceptors import CityClientInterceptor
from symphainy.governance.library_desk import LibraryDesk
from symphainy.governance.solution_policies import PolicyCheck
from symphainy.governance.status import PlatformStatus
from symphainy.governance.webhook_desk import WebhookDesk
from symphainy.runtime.catalogs import Catalogs
from symphainy.runtime.client import ClientOptions, RuntimeClient
from symphainy.runtime.ids import mint
from symphainy.runtime.people import seal
from symphainy.runtime.reading import Reading
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.tasks import HumanTaskRow, Tasks
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.webhooks import EndpointRow
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.uploads import UploadLedger
from symphainy.runtime.webhooks import EndpointDraft
from symphainy.solution_api.app import create_app as solution_app
from symphainy.solution_api.parts import SolutionParts

from ..governance.test_sdk import PASSWORD, Gatehouse, build
from ..store.database import Moving

NOBODY_THERE = "127.0.0.1:9"
SAGA = """document: {{dsl: 1.0.3, namespace: matrix, name: hello, version: {version}}}
do:
  - greet: {{set: {{said: hello}}}}
"""
SOLUTION = """name: {name}
version: {version}
title: Matrix
intents: {{matrix.greet: hello}}
bindings: [{{surface: rest, name: greet, path: /greet, method: POST, intent: matrix.greet}}]
"""


@dataclass
class House:
    """Where every operation is asked, by everyone."""

    gatehouse: Gatehouse
    runtime: RuntimeClient
    surface: StateSurface
    store: Store
    webhooks: WebhookDesk
    planes: dict[str, httpx2.AsyncClient]
    documents: dict[str, Any]
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """What there is in the tenant, by the name of the path parameter that points to it."""
    made: int = 0

    @property
    def tenant(self) -> str:
        return self.gatehouse.tenant

    def next(self) -> int:
        """A number nobody had."""
        self.made += 1
        return self.made

    async def user(self, *roles: str, tenant: str = "") -> tuple[str, str]:
        """Somebody new with these roles: id and address."""
        email = f"p{self.next()}@example.org"
        people = self.gatehouse.sdk.people
        who, invitation = await people.invite(tenant or self.tenant, email, roles)
        await people.accept(invitation, PASSWORD)
        return who.id, email

    async def login(self, email: str, tenant: str = "") -> str:
        """An access token."""
        return (await self.gatehouse.sdk.login(tenant or self.tenant, email, PASSWORD)).access_token

    async def session(self, token: str) -> SessionContext:
        """Whose token it is."""
        return (await self.gatehouse.sdk.authenticate(token)).session

    async def endpoint(self) -> EndpointRow:
        """An endpoint outside that is told of nothing that happens here."""
        draft = EndpointDraft(url="https://crm.example/hook", types=("nothing.happened",))
        return (await self.webhooks.create(self.tenant, draft, "x"))[0]

    async def key(self, owner: str, *roles: str, days: int = 9) -> Any:
        """An API key."""
        return await self.gatehouse.sdk.keys.issue(self.tenant, owner, "k", roles, timedelta(days=days))


ROLES: dict[str, tuple[str, ...]] = {
    "administrator": ("administrator",),
    "author": ("author",),
    "operator": ("operator",),
    "owner": ("member",),
    "member": ("member",),
    "no role": (),
}


@asynccontextmanager
async def house(store: Store, clock: Moving, tenant: str, folder: Path) -> AsyncIterator[House]:
    """Everything, and everyone in it."""
    gatehouse = build(store, clock, tenant)
    await gatehouse.city.start()
    objects, city, sdk = LocalObjects(folder), gatehouse.city, gatehouse.sdk
    temporal = await Client.connect(
        NOBODY_THERE,
        lazy=True,
        data_converter=data_converter(city.keys, objects),
        interceptors=[CityClientInterceptor()],
    )
    surface = StateSurface(store, city.keys, clock)
    catalogs = Catalogs(store, clock, sign=lambda data: "signed", verify=lambda data, signature: signature == "signed")
    await catalogs.publish(read_catalog(), "worker-1")
    runtime = RuntimeClient(
        temporal, store, surface, city, city.keys, gatehouse.sessions, catalogs, clock=clock, options=ClientOptions(process="api-1")
    )  # fmt: skip
    shared: dict[str, Any] = {"runtime": runtime, "guard": sdk, "doors": runtime.doors, "solutions": runtime.solutions}
    shared |= {"catalog": catalogs, "tasks": runtime.tasks, "clock": clock}
    kept = FileSecrets(folder / "kept", MASTER)
    webhooks = WebhookDesk(store, clock, kept)
    hooks = HookDoor(runtime.solutions, kept, sdk.people.service, runtime.submit, clock)
    apps: dict[str, Any] = {
        "experience": experience_app(
            ExperienceParts(
                sessions=gatehouse.sessions, objects=objects, plans=runtime.definitions,
                documents=Reading(store, objects, runtime.doors, clock), uploads=UploadLedger(store, clock, 1 << 40), hooks=hooks,
                **shared,
            )
        ),
        "solution": solution_app(
            SolutionParts(
                records=runtime.records, work=runtime.work, people=sdk.people, keys=sdk.keys, definitions=runtime.definitions,
                desk=CityDesk(city, store, lambda data: "signed", lambda data, signature: True, clock),
                library=LibraryDesk(store, clock),
                erasure=ErasureDesk(city.keys, surface, objects, runtime.cancel, lambda data: "signed", clock, "api-1"),
                codec=CodecEndpoint(city.keys, SealingCodec(city.keys, objects)), checks=(PolicyCheck(load_bundle().vocabulary),),
                status=PlatformStatus(city, catalogs, runtime.solutions), webhooks=webhooks, secrets=kept, **shared,
            )
        ),
    }  # fmt: skip
    planes = {
        name: httpx2.AsyncClient(transport=httpx2.ASGITransport(app, raise_app_exceptions=False), base_url="http://plane.test")
        for name, app in apps.items()
    }  # fmt: skip
    made = House(
        gatehouse, runtime, surface, store, webhooks, planes, {name: app.openapi() for name, app in apps.items()}
    )
    try:
        await _people(made)
        await _things(made, objects)
        yield made
    finally:
        for plane in planes.values():
            await plane.aclose()
        await city.close()


async def _people(made: House) -> None:
    sdk, tenant, clock = made.gatehouse.sdk, made.tenant, made.gatehouse.clock
    founder = await sdk.register(tenant, "founder@example.org", PASSWORD)
    made.ids["founder"] = founder.id
    tokens, clock_was = made.tokens, clock.at
    tokens["expired token"] = await made.login("founder@example.org")
    tokens["expired key"] = (await made.key(founder.id, days=1)).key
    clock.at = clock_was + timedelta(days=2)
    for name, roles in ROLES.items():
        made.ids[name], email = await made.user(*roles)
        tokens[name] = await made.login(email)
    tokens["key with scope"] = (await made.key(made.ids["administrator"])).key
    narrow, _ = await made.user("administrator", "member")
    tokens["key without scope"] = (await made.key(narrow, "member")).key
    robot = await sdk.people.service(tenant, "robot")
    tokens["service"] = (await made.key(robot.id)).key
    revoked = await made.key(founder.id)
    await sdk.keys.revoke(tenant, revoked.key_id)
    _, left = await made.user("administrator")
    gone = await sdk.login(tenant, left, PASSWORD)
    await sdk.logout(gone.access_token)
    dismissed, address = await made.user("administrator")
    tokens["disabled user"] = await made.login(address)
    await sdk.people.set_state(tenant, dismissed, "disabled")
    fresh = await sdk.login(tenant, "founder@example.org", PASSWORD)
    tokens |= {"revoked key": revoked.key, "logged out": gone.access_token, "refresh token": fresh.refresh_token}
    other = f"u{token_hex(4)}"
    await sdk.register(other, "eve@example.org", PASSWORD)
    tokens["other tenant"], made.ids["other tenant"] = await made.login("eve@example.org", other), other


async def _things(made: House, objects: LocalObjects) -> None:
    tenant, clock = made.tenant, made.gatehouse.clock
    owner = await made.session(made.tokens["owner"])
    made.ids["execution_id"] = await _execution(made, owner)
    made.ids["task_id"], made.ids["shown"] = await _task(made, owner), "sha256:shown"
    made.ids["endpoint_id"] = (await made.endpoint()).endpoint_id
    text = Document.model_validate({"media_type": "text/plain", "text": "It is said here.", "sha256": "0" * 64})
    raw = text.model_dump_json().encode()
    await objects.put(f"{tenant}/text/1", raw)
    row = DocumentRow(
        tenant=tenant, document_id="doc_1", sha256="0" * 64, title="policy.txt", owner=owner.principal.id, media_type="text/plain",
        size=len(raw), classes=[], admitted=True, admitted_by="x", admitted_at=clock.now(), text_artifact="text/1", created_at=clock.now(),
    )  # fmt: skip
    await Documents(made.store).put(row)
    made.ids["document_id"] = "doc_1"
    files = {
        "solution.yaml": SOLUTION.format(name="matrix", version="1.0.0"),
        "sagas/hello.yaml": SAGA.format(version="1.0.0"),
    }
    bearer = {"Authorization": f"Bearer {made.tokens['author']}"}
    answer = await made.planes["solution"].post("/api/solutions", json={"files": files}, headers=bearer)
    assert answer.status_code == 201, answer.text
    await made.runtime.solutions.deploy(tenant, "matrix", "x")
    answer = await made.planes["solution"].post(
        "/api/definitions", json={"text": SAGA.format(version="1.0.0")}, headers=bearer
    )
    assert answer.status_code == 201, answer.text


async def _execution(made: House, owner: SessionContext) -> str:
    """A run that has come and gone, of the owner."""
    found = await made.runtime.submit(Intent(type="content.search", payload={"query": "x"}), owner)
    row = await Executions(made.store).get(made.tenant, found.execution_id)
    assert row is not None
    passport = Passport(
        tenant=made.tenant, principal=owner.principal, execution_id=found.execution_id, plan_digest=row.plan_digest,
        not_after=row.created_at + timedelta(days=1), issued_at=row.created_at,
    )  # fmt: skip
    opening = Opening(
        tenant=made.tenant, execution_id=found.execution_id, intent="content.search", intent_id=found.intent_id,
        session_id=owner.session_id, plan_digest=row.plan_digest, definition=row.definition, run_id="run-1", task="run-1/3",
    )  # fmt: skip
    await made.surface.open(opening, passport)
    closing = Closing(tenant=made.tenant, execution_id=found.execution_id, status="completed", output={"said": "done"})
    await made.surface.close(closing)
    return found.execution_id


async def _task(made: House, owner: SessionContext) -> str:
    """An open question, asked by the owner's run."""
    task_id, tenant = mint("task"), made.tenant
    shown = Shown(title="May it?").model_dump(mode="json")
    row = HumanTaskRow(
        tenant=tenant, task_id=task_id, execution_id=made.ids["execution_id"], path="/do/0/ask", title="May it?",
        requester=owner.principal.id, approvers=[], quorum=1, shown=seal(made.gatehouse.city.keys, tenant, f"shown:{task_id}", shown),
        shown_digest="sha256:shown", about={}, opened_at=made.gatehouse.clock.now(),
    )  # fmt: skip
    await Tasks(made.store).open(row)
    return task_id
