"""``run: container``: an image run by the engine of the worker's machine, through its command line. The engine confines it."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field

from symphainy.activities.protocols.filled import with_secrets
from symphainy.activities.protocols.process import (
    ProcessCall,
    ProcessOutput,
    fed,
    listed,
    named,
    shaped,
    tail,
)
from symphainy.activities.protocols.request import text
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Failed, Invalid, Refused
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import Admitted, Outside
from symphainy.foundations.public_works.abstractions.sandbox import Program

PULL = {"ifNotPresent": "missing", "always": "always", "never": "never"}
_IMAGE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,400}$")
_PORT = re.compile(r"^\d{1,5}(/(tcp|udp))?$")
BOUNDS = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "1g", "--pids-limit", "256")
ENGINE_FAILED = (125, 126, 127)
"""Codes of the engine itself, or of a command that the image does not have."""


class Lifetime(Message):
    """What is done with the container when it has ended."""

    cleanup: Literal["always", "never"] = "never"


class ContainerCall(ProcessCall):
    """``run.container``."""

    image: str
    name: str | None = None
    command: str | None = None
    ports: dict[str, Json] = {}
    volumes: dict[str, Json] = {}
    lifetime: Lifetime = Lifetime()
    pull: Literal["ifNotPresent", "always", "never"] = Field(default="ifNotPresent", alias="pullPolicy")


def register(registry: Registry, outside: Outside) -> None:
    """The contract, where containers are admitted."""

    @capability(
        "core.container", input=ContainerCall, output=ProcessOutput, determinism="effectful", effects=Effects(dedupe="none"),
        interruptible=True, admission="container", title="Run a container",
    )  # fmt: skip
    async def container(step: Step[ContainerCall]) -> ProcessOutput:
        """Run an image. The exit code of its command is an answer; an engine that cannot run it is a failure."""
        given = await with_secrets(step, ContainerCall, outside)
        assert outside.sandbox is not None
        engine = outside.sandbox.find("docker", "podman")
        if engine is None:
            raise Failed(
                "a container needs an engine, and there is neither docker nor podman on the path of this worker",
                code="engine_missing", remedy="install one on the workers",
            )  # fmt: skip
        argv = command(engine, given, outside.admitted)
        program = Program(argv, stdin=fed(given.stdin), confined=False, environment=named(given.environment))
        if not given.waits:
            await outside.sandbox.start(program)
            return ProcessOutput()
        try:
            ended = await outside.sandbox.run(program)
        except (Exception, asyncio.CancelledError):
            with suppress(Exception):  # the client is dead, what it has started is not
                await asyncio.shield(
                    outside.sandbox.run(
                        Program((engine, "kill", safe_name(given.name)), confined=False, timeout=timedelta(seconds=10))
                    )
                )
            raise
        if ended.code in ENGINE_FAILED:
            raise Failed(f"the container engine answered {ended.code}: {tail(ended)}", code="container_failed")
        return ProcessOutput(value=shaped(ended, given.returns))

    if "container" in outside.admitted.run:
        registry.register(container)


def command(engine: str, given: ContainerCall, admitted: Admitted) -> list[str]:
    """The engine's command line. Values of variables travel in the client's environment, so that no process list shows them."""
    if not _IMAGE.match(given.image):
        raise Invalid("this is no image's name", code="arguments")
    made = [engine, "run", "--interactive", "--name", safe_name(given.name), "--pull", PULL[given.pull], *BOUNDS]
    made += ["--network", "bridge" if admitted.network else "none"]
    made += ["--rm"] if given.lifetime.cleanup == "always" else []
    for name in named(given.environment):
        made += ["--env", name]
    for host, inside in given.volumes.items():
        made += ["--volume", f"{_volume(host, admitted)}:{_inside(inside)}"]
    for host, inside in given.ports.items():
        if not (_PORT.match(host) and _PORT.match(text(inside))):
            raise Invalid("ports are numbers: host to container", code="arguments")
        made += ["--publish", f"127.0.0.1:{host}:{text(inside)}"]
    arguments = listed(given.arguments)
    if given.command is None:
        return [*made, given.image, *arguments]
    return [*made, given.image, "sh", "-c", given.command, "sh", *arguments]


def safe_name(name: str | None) -> str:
    """A name as engines take it.

    >>> safe_name("a/b c")
    'a-b-c'
    """
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name or "symphainy").strip("-.")[:120] or "symphainy"


def _volume(host: str, admitted: Admitted) -> str:
    path = PurePosixPath(host)
    if not path.is_absolute() or ".." in path.parts or not any(path.is_relative_to(one) for one in admitted.volumes):
        raise Refused(
            f"the folder {host} may not be mounted", code="volume_refused", remedy="an operator may add it to SYMPHAINY_RUN_VOLUMES"
        )  # fmt: skip
    return host


def _inside(value: Json) -> str:
    path = text(value)
    if not path.startswith("/") or ":" in path:
        raise Invalid("a volume is mounted at an absolute path", code="arguments")
    return path
