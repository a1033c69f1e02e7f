"""``run: script``, ``shell``, ``container``: refused unless admitted; where admitted, in a sandbox that holds what it says."""

import json
from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from typing import Any

import pytest
from support.live_driver import Live
from support.stub_server import Reply, StubServer

from symphainy.activities.protocols.container import ContainerCall, command
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.public_works.abstractions.outside import Admitted

HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}


def document(task: dict[str, Any], **use: Any) -> str:
    return json.dumps({"document": HEAD, **({"use": use} if use else {}), "do": [{"one": task}]})


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    world = Live(secrets={"token": b'"t0k"'})
    yield world
    await world.close()


async def run(live: Live, given: dict[str, Any], data: Any = None, **use: Any) -> Any:
    made = live.compile(document({"run": given}, **use))
    assert made.plan is not None, made.errors
    return (await live.run(made.plan, {} if data is None else data)).ending


@pytest.mark.parametrize("kind", ["script", "shell", "container"])
async def test_nothing_is_run_that_no_policy_admits(kind: str) -> None:
    given = {"script": {"language": "js", "code": "1"}, "shell": {"command": "ls"}, "container": {"image": "a"}}[kind]
    world = Live(allow_run=())
    found = world.compile(document({"run": {kind: given}})).errors
    await world.close()
    assert [(d.code, "SYMPHAINY_RUN_ALLOW" in (d.fix or "")) for d in found] == [("LNK007", True)]


@pytest.mark.parametrize(("returns", "output"), [
    ("stdout", "out\n"), ("stderr", "err\n"), ("code", 3), ("all", {"code": 3, "stdout": "out\n", "stderr": "err\n"}), ("none", None),
])  # fmt: skip
async def test_what_comes_back(live: Live, returns: str, output: Any) -> None:
    given = {"shell": {"command": "echo out; echo err >&2; exit 3"}, "return": returns}
    assert (await run(live, given)).output == output


@pytest.mark.parametrize(("shell", "output"), [
    ({"command": 'echo "$2 $1"', "arguments": ["a b", "c"]}, "c a b\n"),
    ({"command": "echo", "arguments": ["a b", "${ .n }"]}, "a b 7\n"),
    ({"command": "echo x; echo y", "arguments": ["a"]}, "x\ny\n"),
    ({"command": "cat", "stdin": "${ .n }"}, "7"),
    ({"command": "cat", "stdin": "text"}, "text"),
    ({"command": 'echo "$A$B"', "environment": {"A": "${ .n }", "B": "${ $secrets.token }"}}, "7t0k\n"),
])  # fmt: skip
async def test_arguments_environment_and_input(live: Live, shell: dict[str, Any], output: str) -> None:
    assert (await run(live, {"shell": shell}, {"n": 7}, secrets=["token"])).output == output


async def test_a_script_that_fails_is_a_runtime_error_with_its_own_words(live: Live) -> None:
    error = (await run(live, {"script": {"language": "python", "code": "raise ValueError('so')"}})).error
    assert (error["type"].rpartition("/")[2], error["status"], error["instance"]) == ("runtime", 500, "/do/0/one")
    assert "ValueError: so" in error["detail"]


async def test_python_gets_its_arguments_and_a_source_may_be_fetched_or_inline() -> None:
    code = "import sys; print(sys.argv[1:], sys.stdin.read())"
    with StubServer() as server:
        server.route("x.org", "GET", "/s.py", Reply(text=code))
        world = Live({"x.org": f"127.0.0.1:{server.port}"})
        for source in ("https://x.org/{name}", f"data:text/plain,{code.replace(' ', '%20')}"):
            script = {"language": "python", "source": {"endpoint": source}, "arguments": ["a"], "stdin": "in"}
            assert (await run(world, {"script": script}, {"name": "s.py"})).output == "['a'] in\n"
        await world.close()


async def test_the_sandbox_shows_no_network_no_environment_and_none_of_the_other_processes(live: Live) -> None:
    code = (
        "import os, socket\n"
        "try:\n    socket.create_connection(('127.0.0.1', 22), 1)\nexcept OSError as e:\n    print(e.errno)\n"
        "print(sorted(k for k in os.environ if k not in ('LC_CTYPE',)), len([p for p in os.listdir('/proc') if p.isdigit()]) < 6)"
    )
    lines = (await run(live, {"script": {"language": "python", "code": code}})).output.splitlines()
    assert lines == ["101", "['HOME', 'LANG', 'PATH', 'TMPDIR'] True"]


@pytest.mark.parametrize(("command", "kind", "status"), [("yes", "validation", 400), ("sleep 60", "timeout", 408)])
async def test_a_process_over_its_limits_is_killed(live: Live, command: str, kind: str, status: int) -> None:
    task = {"run": {"shell": {"command": command}}, "timeout": {"after": {"milliseconds": 400}}}
    made = live.compile(document(task if kind == "timeout" else {"run": task["run"]}))
    assert made.plan is not None
    error = (await live.run(made.plan)).ending.error
    assert (error["type"].rpartition("/")[2], error["status"]) == (kind, status)


async def test_a_language_that_is_unknown_and_a_variable_that_would_load_code(live: Live) -> None:
    for given in (
        {"script": {"language": "ruby", "code": "1"}},
        {"shell": {"command": "ls", "environment": {"LD_PRELOAD": "x"}}},
    ):
        assert (await run(live, given)).error["type"].endswith("/validation")


def test_the_command_of_a_container_shows_no_value_and_mounts_only_what_is_admitted() -> None:
    given = ContainerCall.model_validate({
        "image": "alpine:3", "name": "a b", "command": "echo $1", "arguments": ["x"], "environment": {"K": "hush"}, "ports": {"8080": 80},
        "volumes": {"/srv/data": "/data"}, "lifetime": {"cleanup": "always"}, "pullPolicy": "never",
    })  # fmt: skip
    made = command("docker", given, Admitted(volumes=(PurePosixPath("/srv"),)))
    assert "hush" not in " ".join(made)
    assert made[made.index("alpine:3") :] == ["alpine:3", "sh", "-c", "echo $1", "sh", "x"]
    assert {"--rm", "none", "never", "a-b", "/srv/data:/data", "127.0.0.1:8080:80"} <= set(made)
    with pytest.raises(Refused, match="may not be mounted"):
        command("docker", given, Admitted())
