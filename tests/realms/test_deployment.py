"""The steps of a deployment and their undos, over a register with memory."""

import json
from datetime import UTC, datetime

import pytest

from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import ExecutionContext, Principal
from symphainy.foundations.language.contract import Catalog, Contract
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Unavailable
from symphainy.foundations.language.registers import Deployed, Handed
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.solution.manager import Manager

SHOUT = Contract(name="text.shout", version="1", owner="content", input={"type": "object"}, output={"type": "object"})
SAGA = "document: {dsl: '1.0.3', namespace: a, name: hello, version: 1.0.0}\ndo:\n- shout: {call: text.shout, with: {text: hi, after: 1}}\n"


def folder(version="1.0.0", saga=SAGA):
    return {
        "solution.yaml": f"name: hello\nversion: {version}\nintents: {{hello.say: hello}}\n",
        "sagas/hello.yaml": saga,
    }


class Shelf:
    """A register with memory."""

    def __init__(self):
        self.kept, self.live = {}, None

    async def find(self, tenant, name, version=None):
        found = [h for (n, v), h in self.kept.items() if n == name and version in (None, v)]
        if not found:
            raise NotFound(name)
        return found[-1]

    async def standing(self, tenant, name):
        return self.live

    async def deployed(self, tenant):
        return [self.live] if self.live else []

    async def create(self, tenant, draft, by):
        head = draft["definition"]
        for plan in map(Plan.model_validate, draft["plans"].values()):
            assert plan.compute_digest() == plan.digest, "the plan is not what was linked"
        refs = tuple(sorted({ref for plan in draft["plans"].values() for ref in plan["capabilities"]}))
        made = Handed(
            name=head["name"], version=head["version"], digest=head["digest"], files=draft["files"], capabilities=refs
        )
        return self.kept.setdefault((made.name, made.version), made)

    async def deploy(self, tenant, name, version, by, *, replaces):
        new = self.kept[name, version].digest
        if (self.live.digest if self.live else None) not in (replaces, new):
            raise Conflict("meanwhile")
        self.live = Deployed(name=name, version=version, digest=new)
        return self.live

    async def revert(self, tenant, name, digest, by, *, to):
        if self.live is None or self.live.digest != digest:
            return False
        self.live = next(
            (Deployed(name=h.name, version=h.version, digest=h.digest) for h in self.kept.values() if h.digest == to),
            None,
        )
        return True


class World:
    """Runs capabilities as the step boundary does: input checked, artifacts kept, output plain."""

    def __init__(self):
        self.shelf, self.catalog, self.bytes, self.events = Shelf(), Catalog(contracts=(SHOUT,)), {}, []
        self.registry = Registry()
        Manager(catalog=lambda: self.catalog, register=self.shelf).register(self.registry)

    async def read(self, ref):
        return self.bytes[ref.sha256]

    async def __call__(self, name, given):
        capability = self.registry.capability(name)
        context = ExecutionContext(
            tenant="acme", execution_id="exe_1", root_execution_id="exe_1", principal=Principal(id="usr_1", tenant="acme"),
            path="/do/0/x", effect_key="acme/exe_1/do/0/x", now=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        found = capability.function(Step(input=capability.input.model_validate(given), context=context, tools=self))
        found = await found if hasattr(found, "__await__") else found
        outcome = found if isinstance(found, Outcome) else Outcome(found)
        self.bytes |= {new.ref.sha256: new.data for new in outcome.artifacts}
        self.events += [event.type for event in outcome.events]
        return outcome.output.model_dump(mode="json")

    async def deployed(self, version="1.0.0"):
        """Check, link, store, bind; the input and output of both effects."""
        checked = await self("solution.check", {"files": folder(version)})
        linked = await self("solution.link", {k: checked[k] for k in ("folder", "name", "version", "digest")})
        to_store = {"draft": linked["draft"]}
        stored = await self("solution.store", to_store)
        to_bind = {**stored, "replaces": checked["replaces"]}
        return (to_store, stored), (to_bind, await self("solution.bind", to_bind))


@pytest.fixture
def world():
    return World()


async def test_a_folder_goes_through_all_steps(world):
    (_, stored), (_, bound) = await world.deployed()
    assert (bound["name"], bound["version"]) == ("hello", "1.0.0") and bound["digest"] == stored["digest"]
    assert world.shelf.kept["hello", "1.0.0"].files == folder() and world.shelf.live.digest == stored["digest"]
    await world("solution.announce", {"deployed": bound})
    assert world.events == ["solution.deployed"]
    again = await world("solution.check", {"name": "hello"})
    assert again["replaces"] == stored["digest"] and json.loads(world.bytes[again["folder"]["sha256"]]) == folder()


@pytest.mark.parametrize(
    "given", [{}, {"name": "hello", "files": folder()}, {"files": folder(saga=SAGA.replace("shout", "shuot"))}]
)
async def test_what_is_no_solution_is_refused_before_anything_is_kept(world, given):
    with pytest.raises(Invalid):
        await world("solution.check", given)
    assert not world.shelf.kept and not world.bytes
    with pytest.raises(NotFound):
        await world("solution.check", {"name": "none"})


async def test_every_effect_is_taken_back_by_its_own_undo(world):
    (_, first), _ = await world.deployed()
    store, bind = await world.deployed("2.0.0")
    for name in ("solution.store", "solution.bind", "solution.withdraw"):
        contract = world.registry.capability(name).contract
        assert contract.undo in world.registry and contract.action == "deploy"
    undone = await world("solution.unbind", {"input": bind[0], "output": bind[1]})
    assert undone["done"] and world.shelf.live.digest == first["digest"]
    assert not (await world("solution.unbind", {"input": bind[0], "output": bind[1]}))["done"], "twice is once"
    assert (await world("solution.discard", {"input": store[0], "output": store[1]}))["done"]
    assert world.events == ["solution.reverted", "solution.discarded"]


async def test_an_undo_never_takes_off_what_came_later(world):
    _, bind = await world.deployed()
    await world.deployed("2.0.0")
    assert not (await world("solution.unbind", {"input": bind[0], "output": bind[1]}))["done"]
    assert world.shelf.live.version == "2.0.0"
    _, same = await world.deployed("2.0.0")
    assert not (await world("solution.unbind", {"input": same[0], "output": same[1]}))["done"], "it stood before"
    assert world.shelf.live.version == "2.0.0"


async def test_two_deployments_at_once_do_not_overwrite_one_another(world):
    checked = await world("solution.check", {"files": folder()})
    await world.deployed("2.0.0")
    linked = await world("solution.link", {k: checked[k] for k in ("folder", "name", "version", "digest")})
    stored = await world("solution.store", {"draft": linked["draft"]})
    with pytest.raises(Conflict):
        await world("solution.bind", {**stored, "replaces": checked["replaces"]})


async def test_a_version_linked_to_what_is_gone_is_not_deployed_again(world):
    await world.deployed()
    checked = await world("solution.check", {"name": "hello"})
    kept = world.shelf.kept["hello", "1.0.0"]
    world.shelf.kept["hello", "1.0.0"] = kept.model_copy(update={"capabilities": ("text.whisper@1",)})
    with pytest.raises(Conflict) as gone:
        await world("solution.link", {k: checked[k] for k in ("folder", "name", "version", "digest")})
    assert "text.whisper@1" in gone.value.detail


async def test_withdrawing_and_its_undo(world):
    await world.deployed()
    standing = await world("solution.standing", {"name": "hello"})
    for _ in range(2):  # delivered twice, done once
        gone = await world("solution.withdraw", {"deployed": standing})
    assert world.shelf.live is None and gone["version"] == "1.0.0"
    with pytest.raises(NotFound):
        await world("solution.standing", {"name": "hello"})
    assert (await world("solution.restore", {"input": {"deployed": standing}, "output": gone}))["done"]
    assert world.shelf.live.version == "1.0.0"
    assert not (await world("solution.restore", {"input": {"deployed": standing}, "output": gone}))["done"]


async def test_the_catalog_lists_what_is_deployed(world):
    await world.deployed()
    world.shelf.live = world.shelf.live.model_copy(update={"intents": ("hello.say",), "title": "Say hello"})
    listed = await world("solution.catalog", {"words": "hello"})
    assert [(i["intent"], i["by"], i["owner"]) for i in listed["intents"]] == [("hello.say", "solution", "hello")]
    assert [s["version"] for s in listed["solutions"]] == ["1.0.0"]


async def test_a_process_without_a_register_says_so():
    registry = Registry()
    Manager().register(registry)
    alone = World()
    alone.registry = registry
    for name, given in (("solution.standing", {"name": "x"}), ("solution.recall", {"text": "hi"})):
        with pytest.raises(Unavailable):
            await alone(name, given)
