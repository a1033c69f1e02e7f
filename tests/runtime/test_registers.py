"""Catalog, definitions, solutions, routes: immutable by digest, atomic at deploy, the solution's answer before the platform's."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Conflict, Defect, Invalid, NotFound
from symphainy.runtime.catalogs import Catalogs
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.registers import Register, Shelf
from symphainy.runtime.solutions import SolutionDraft, Solutions
from symphainy.runtime.store.catalogs import CatalogRow
from symphainy.runtime.store.unit import Store

from .fakes import FakeClock
from .world import CATALOG, World


def text(word: str, version: str = "1.0.0") -> str:
    return (
        f'document: {{dsl: "1.0.3", namespace: acme, name: greet, version: "{version}"}}\n'
        f"do:\n- say:\n    set: {{word: {word}}}\n"
    )


def plan(word: str, version: str = "1.0.0") -> Plan:
    made = compile_text(text(word, version), catalog=CATALOG).plan
    assert made is not None
    return made


def folder(
    word: str = "hello", version: str = "1.0.0", *, path: str = "/greet", intent: str = "greet.say"
) -> dict[str, str]:
    return {
        "solution.yaml": (
            f"name: greeter\nversion: {version}\nintents: {{{intent}: greet}}\n"
            f"bindings:\n- {{surface: rest, name: greet, intent: {intent}, path: {path}}}\n"
        ),
        "sagas/greet.yaml": text(word),
    }


def draft(files: dict[str, str]) -> SolutionDraft:
    return SolutionDraft.of(load_solution(files, CATALOG), files)


@pytest.fixture
def definitions(store: Store, clock: FakeClock) -> Definitions:
    return Definitions(store, clock)


@pytest.fixture
def solutions(store: Store, definitions: Definitions, clock: FakeClock) -> Solutions:
    return Solutions(store, definitions, clock)


async def test_a_version_means_one_content_for_ever(
    definitions: Definitions, store: Store, clock: FakeClock, tenant: str
) -> None:
    assert await definitions.register(tenant, plan("hello"), text("hello"), "usr_ada")
    assert not await definitions.register(tenant, plan("hello"), text("hello"), "usr_bob")
    with pytest.raises(Conflict, match="another content"):
        await definitions.register(tenant, plan("goodbye"), text("goodbye"), "usr_ada")
    for version in ("1.9.0", "1.10.0"):
        await definitions.register(tenant, plan("hello", version), text("hello", version), "usr_ada")
    assert (await definitions.get(tenant, "acme/greet")).version == "1.10.0"
    assert (await definitions.get(tenant, "acme/greet:1.9.0")).source == text("hello", "1.9.0")
    assert len(await definitions.all(tenant)) == 3
    elsewhere = Definitions(store, clock)
    assert await elsewhere.plan(tenant, plan("hello").digest) == plan("hello")
    for missing in (("t-other", "acme/greet"), (tenant, "acme/great"), (tenant, "acme/greet:2.0.0")):
        with pytest.raises(NotFound):
            await elsewhere.get(*missing)
    with pytest.raises(NotFound):
        await elsewhere.plan("t-other", plan("hello").digest)
    with pytest.raises(Invalid):
        await elsewhere.get(tenant, "greet")
    with pytest.raises(Defect):
        await definitions.keep(tenant, plan("hello").model_copy(update={"digest": "sha256:0"}))


async def test_a_solution_is_stored_by_digest_and_deployed_whole(solutions: Solutions, tenant: str) -> None:
    first = await solutions.create(tenant, draft(folder()), "usr_ada")
    assert await solutions.create(tenant, draft(folder()), "usr_bob") == first
    with pytest.raises(Conflict):
        await solutions.create(tenant, draft(folder("goodbye")), "usr_ada")
    assert await solutions.answering(tenant, "greet.say") == {}
    deployed = await solutions.deploy(tenant, "greeter", "usr_ada")
    assert (deployed.revision, deployed.digest, deployed.intents) == (1, first.digest, ("greet.say",))
    assert (deployed.bindings[0].kind, deployed.bindings[0].about["path"]) == ("rest", "/greet")
    assert await solutions.deploy(tenant, "greeter", "usr_ada") == deployed

    # Another binding is another solution version and the same plan.
    second = await solutions.create(tenant, draft(folder(version="1.1.0", path="/hello")), "usr_ada")
    assert second.routes == first.routes
    moved = await solutions.deploy(tenant, "greeter", "usr_ada", version="1.1.0")
    assert (moved.revision, moved.bindings[0].about["path"]) == (2, "/hello")
    assert await solutions.deployment(tenant, "greeter") == moved
    assert (tenant, "greeter", second.digest) in await solutions.everywhere()

    renamed = await solutions.create(tenant, draft(folder(version="2.0.0", intent="greet.shout")), "usr_ada")
    await solutions.deploy(tenant, "greeter", "usr_ada", version="2.0.0")
    assert await solutions.answering(tenant, "greet.say") == {}
    assert await solutions.answering(tenant, "greet.shout") == {"greeter": renamed.routes["greet.shout"].plan_digest}
    assert {each.version for each in await solutions.all(tenant)} == {"2.0.0", "1.1.0", "1.0.0"}
    await solutions.undeploy(tenant, "greeter")
    for verb in (solutions.deployment, solutions.undeploy):
        with pytest.raises(NotFound):
            await verb(tenant, "greeter")
    with pytest.raises(NotFound):
        await solutions.deploy("t-other", "greeter", "usr_eve")


async def test_the_register_of_realms_deploys_in_place_of_what_was_seen_only(
    solutions: Solutions, definitions: Definitions, tenant: str
) -> None:
    register, shelf = Register(solutions, definitions), Shelf(solutions, definitions)
    kept = [
        await register.create(tenant, drafted(folder(version=v, path=f"/v{v[0]}")), "usr_ada")
        for v in ("1.0.0", "2.0.0")
    ]
    one, two = (each.digest for each in kept)
    assert await register.create(tenant, drafted(folder(path="/v1")), "usr_bob") == kept[0]
    assert kept[0].files == folder(path="/v1") and await register.standing(tenant, "greeter") is None
    first = await register.deploy(tenant, "greeter", "1.0.0", "usr_ada", replaces=None)
    assert await register.deploy(tenant, "greeter", "1.0.0", "usr_ada", replaces=None) == first, (
        "delivered twice, done once"
    )
    with pytest.raises(Conflict, match="meantime"):
        await register.deploy(tenant, "greeter", "2.0.0", "usr_ada", replaces=None)
    second = await register.deploy(tenant, "greeter", "2.0.0", "usr_ada", replaces=one)
    assert (second.revision, second.bindings, second.intents) == (2, ("rest greet",), ("greet.say",))
    assert not await register.revert(tenant, "greeter", one, "usr_ada", to=None), "it is not what is deployed"
    assert await register.revert(tenant, "greeter", two, "usr_ada", to=one)
    assert (await solutions.deployment(tenant, "greeter")).bindings[0].about["path"] == "/v1"
    assert [each.version for each in await register.deployed(tenant)] == ["1.0.0"]

    for name in ("greet.say", "acme/greet", "acme/greet:1.0.0"):
        found = await shelf.saga(tenant, name)
        assert found is not None and (found.definition, found.digest) == ("acme/greet:1.0.0", plan("hello").digest)
    for elsewhere, name in (("t-other", "greet.say"), (tenant, "acme/great"), (tenant, "greet")):
        assert await shelf.saga(elsewhere, name) is None
    await definitions.register(tenant, plan("hello", "1.5.0"), text("hello", "1.5.0"), "usr_ada")
    newest = await shelf.saga(tenant, "acme/greet")
    assert newest is not None and newest.definition == "acme/greet:1.5.0"

    assert await register.revert(tenant, "greeter", one, "usr_ada", to=None)
    assert await register.standing(tenant, "greeter") is None
    with pytest.raises(NotFound):
        await register.find("t-other", "greeter")


def drafted(files: dict[str, str]) -> dict[str, Any]:
    found = load_solution(files, CATALOG)
    assert found.definition is not None
    plans = {intent: made.model_dump(mode="json") for intent, made in found.plans.items()}
    return {"definition": found.definition.model_dump(mode="json"), "plans": plans, "files": files}


async def test_the_solution_answers_before_the_platform_and_only_when_deployed(world: World) -> None:
    client, tenant = world.client(), world.tenant
    intent = Intent(type="text.shout")
    assert (await client.router.route(tenant, intent)).owner == "platform"
    await client.solutions.create(tenant, draft(folder(intent="text.shout")), "usr_ada")
    assert (await client.router.route(tenant, intent)).owner == "platform"
    with pytest.raises(NotFound) as absent:
        await client.router.route(tenant, Intent(type="text.shout", solution="greeter"))
    assert absent.value.code == "solution_not_deployed"
    await client.solutions.deploy(tenant, "greeter", "usr_ada")
    found = await client.router.route(tenant, intent)
    assert (found.owner, found.solution, found.plan.name) == ("solution", "greeter", "greet")
    assert (await client.router.route("t-other", intent)).owner == "platform"

    files = folder(intent="text.shout")
    files["solution.yaml"] = files["solution.yaml"].replace("name: greeter", "name: other")
    await client.solutions.create(tenant, draft(files), "usr_ada")
    await client.solutions.deploy(tenant, "other", "usr_ada")
    with pytest.raises(Conflict, match="greeter, other"):
        await client.router.route(tenant, intent)
    named = await client.router.route(tenant, Intent(type="text.shout", solution="other"))
    assert named.solution == "other"
    with pytest.raises(NotFound) as unknown:
        await client.router.route(tenant, Intent(type="text.shot"))
    assert "text.shout" in (unknown.value.remedy or "")


async def test_a_registered_definition_runs_by_its_name(world: World) -> None:
    client, ada = world.client(), world.someone()
    await client.definitions.register(world.tenant, plan("hello"), text("hello"), ada.id)
    async with world.working():
        told = await client.submit(Intent(type="acme/greet:1.0.0"), principal=ada)
        assert (await client.result(ada, told.execution_id, wait=10)).status == "completed"
    assert (await client.describe(ada, told.execution_id)).summary.definition == "acme/greet:1.0.0"


@pytest.fixture
async def no_catalogs(store: Store) -> AsyncIterator[None]:
    """Catalogs belong to the installation, not a tenant: leave none of this test's behind."""

    async def clear() -> None:
        async with store.tenant("") as tx:
            await tx.execute(delete(CatalogRow))

    await clear()
    yield
    await clear()


@pytest.mark.usefixtures("no_catalogs")
async def test_a_catalog_without_a_workers_signature_is_refused(store: Store, clock: FakeClock) -> None:
    def catalogs(key: str) -> Catalogs:
        return Catalogs(
            store, clock, sign=lambda data: f"{key}{len(data)}", verify=lambda data, sign: sign == f"ours{len(data)}"
        )

    with pytest.raises(NotFound):
        await catalogs("ours").current()
    digest = await catalogs("ours").publish(CATALOG, "worker-1")
    assert await catalogs("").current() == (CATALOG, digest)
    clock.move(timedelta(seconds=1))
    await catalogs("theirs").publish(Catalog(), "nobody")
    with pytest.raises(Defect, match="signature"):
        await catalogs("").current()
    clock.move(timedelta(seconds=1))
    worker = catalogs("ours")
    assert await worker.publish(CATALOG, "worker-2") == digest
    assert (await catalogs("").current())[1] == digest


@pytest.mark.usefixtures("no_catalogs")
async def test_a_new_signing_key_is_taken_up_with_the_next_publishing(store: Store, clock: FakeClock) -> None:
    for key in ("old", "new"):
        signer = Catalogs(store, clock, sign=lambda data, key=key: key, verify=lambda data, sign, key=key: sign == key)
        await signer.publish(CATALOG, "worker-1")
        assert (await signer.current())[0] == CATALOG
