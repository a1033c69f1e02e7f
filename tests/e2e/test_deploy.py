"""Deploying is a saga: governed step by step, undone as a whole, and the only way a solution comes to answer."""

import pytest
from support.instance import Running
from support.sagas import ended, registered, story

from symphainy.foundations.language.errors import Invalid, NotFound, Refused
from symphainy.realms.solution.orchestrator import sagas

pytestmark = pytest.mark.timeout(180)

SAGA = """
document: {dsl: 1.0.3, namespace: hello, name: greet, version: VERSION, title: Greet somebody}
do:
  - greet: {set: {text: '${ "WORD " + .name }'}}
"""
CEDAR = '@id("hello.all")\npermit (principal in Role::"member", action == Action::"submit", resource);\n'
STEPS = ["check", "link", "policies", "store", "bind", "announce"]


def folder(version: str, word: str = "Hello", cedar: str = CEDAR) -> dict[str, str]:
    head = f"name: hello\nversion: {version}\nintents: {{hello.greet: greet}}\n"
    return {
        "solution.yaml": head, "sagas/greet.yaml": SAGA.replace("VERSION", version).replace("WORD", word),
        "policies/hello.cedar": cedar,
    }  # fmt: skip


async def greeting(client) -> str:
    return (await client.run("hello.greet", {"name": "Ada"}, solution="hello")).output["text"]


async def test_a_deployment_is_a_saga_and_can_be_described(running: Running) -> None:
    async with await running.login() as client:
        created = await client.solution.create(folder("1.0.0"))
        deployed = await client.solution.deploy(created.name)
        assert (deployed.status, deployed.digest, deployed.intents) == ("deployed", created.digest, created.intents)
        (run,) = [each for each in (await client.executions()).items if each.intent == "solution.deploy"]
        told = await story(client, run.execution_id)
        assert [path.rpartition("/")[2] for kind, path in told if kind == "step.completed"] == STEPS
        assert "solution.deployed" in [kind for kind, _ in told]
        assert await greeting(client) == "Hello Ada"
        for name in ("hello.greet", "hello/greet", "hello/greet:1.0.0"):
            described = (await client.run("journey.describe", {"definition": name})).output
            assert described["title"] == "Greet somebody" and described["definition"] == "hello/greet:1.0.0"
            assert described["steps"] == ["1. Greet: note text."] and described["mermaid"].startswith("flowchart")
        listed = (await client.run("solution.catalog", {"words": "hello"})).output
        assert [(i["intent"], i["by"]) for i in listed["intents"]] == [("hello.greet", "solution")]
        await client.solution.undeploy("hello")
        with pytest.raises(NotFound):
            await client.solution.undeploy("hello")
        with pytest.raises(NotFound):
            await client.submit("hello.greet", {"name": "Ada"}, solution="hello")


async def test_a_folder_is_deployed_by_intent_and_a_bad_policy_stops_it(running: Running) -> None:
    async with await running.login() as client:
        done = await client.run("solution.deploy", {"files": folder("1.0.0")})
        assert done.status == "completed" and done.output["name"] == "hello"
        wrong = folder("2.0.0", "Bye", CEDAR.replace("submit", "fly"))
        refused = await client.run("solution.deploy", {"files": wrong})
        assert refused.status == "faulted" and refused.error.code == "policies" and "fly" in refused.error.detail
        with pytest.raises(Invalid) as found:
            await client.solution.create(wrong)
        assert [d["code"] for d in found.value.extra["diagnostics"]][:1] == ["POL003"]
        assert await greeting(client) == "Hello Ada"


async def test_what_a_deployment_did_is_taken_back(running: Running) -> None:
    """The saga with a step behind it that fails: the version before stands again, and the record says why."""
    async with await running.login() as client:
        await client.run("solution.deploy", {"files": folder("1.0.0")})
        catalog = await client.solution.capabilities()
        assert {c.name: c.undo for c in catalog.contracts}["solution.bind"] == "solution.unbind"
        do = [*sagas()["solution.deploy"]["do"], {"refuse": {"call": "ledger.refuse", "with": {"n": 1}}}]
        intent = await registered(client, do)
        accepted = await client.submit(intent, {"files": folder("2.0.0", "Bye")})
        result = await ended(client, accepted.execution_id)
        assert (result.status, result.compensation) == ("faulted", "compensated")
        kinds = [kind for kind, _ in await story(client, accepted.execution_id)]
        assert kinds.count("step.compensated") == 2 and {"solution.reverted", "solution.discarded"} <= set(kinds)
        assert await greeting(client) == "Hello Ada"


async def test_who_may_not_deploy_cannot_by_an_intent_either(running: Running) -> None:
    async with await running.login() as owner:
        tenant = (await owner.session()).tenant
        await owner.run("solution.deploy", {"files": folder("1.0.0")})
        async with await running.login(tenant, "bob") as bob:
            with pytest.raises(Refused):
                await bob.solution.deploy("hello")
            tried = await bob.run("solution.deploy", {"files": folder("2.0.0", "Bye")})
            assert tried.status == "faulted" and tried.error.status == 403
            assert await greeting(bob) == "Hello Ada"
