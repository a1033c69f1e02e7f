"""The commands that speak to a running instance, over HTTP and as an ordinary user: login, deploy, submit, watch."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, TypeVar

from symphainy.cli.byoh import experience, rebound
from symphainy.cli.credentials import Credentials, client, signed_in
from symphainy.cli.files import read_object
from symphainy.cli.instance import Instance
from symphainy.cli.output import emit, say
from symphainy.cli.timeline import event_line
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.experience.solution import read_folder
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings

Answer = TypeVar("Answer")


def login(data_dir: Path, user: str | None, tenant: str | None, register: bool) -> None:
    """Remember who the command line is; without a name, the local user, created at the first time."""
    instance = Instance.running(data_dir)
    if user is None:
        _with(data_dir, lambda _: asyncio.sleep(0))
        known = Credentials.load(instance.layout)
        assert known is not None
        say(f"logged in as {known.email} of tenant {known.tenant}")
        return
    if tenant is None:
        raise Invalid("A login needs --tenant besides the user.")
    import typer

    password: str = typer.prompt("password", hide_input=True, confirmation_prompt=register)
    wanted = Credentials(tenant=tenant, email=user, password=password)

    async def act() -> None:
        async with client(instance) as platform:
            if register:
                await platform.register(wanted.tenant, wanted.email, wanted.password)
            await platform.login(wanted.tenant, wanted.email, wanted.password)

    asyncio.run(act())
    wanted.save(instance.layout)
    say(f"logged in as {user} of tenant {tenant}")


def deploy(data_dir: Path, folder: Path, as_json: bool) -> None:
    """Hand in, with the surfaces that the client's document binds, and deploy."""
    Instance.running(data_dir)  # the plainest obstacle is named first
    files = rebound(read_folder(folder), experience(Settings(data_dir=data_dir)))

    async def act(platform: SymphainyClient) -> dict[str, object]:
        created = await platform.solution.create(files)
        deployed = await platform.solution.deploy(created.name, created.version)
        return deployed.model_dump(mode="json")

    told = _with(data_dir, act)
    if as_json:
        emit(told)
    else:
        say(f"deployed {told['name']} {told['version']}")
        for intent in told.get("intents") or ():  # type: ignore[attr-defined]
            say(f"  intent {intent}")
        for binding in told.get("bindings") or ():  # type: ignore[attr-defined]
            say(f"  {binding['kind']} {binding['name']}")


def submit(data_dir: Path, intent: str, payload: str, *, key: str | None, wait: float, solution: str | None) -> None:
    """Submit; print the answer."""
    body = read_object(payload)

    async def act(platform: SymphainyClient) -> object:
        found = await platform.submit(intent, body, key=key, wait=wait or None, solution=solution)
        return found.model_dump(mode="json")

    emit(_with(data_dir, act))


def steer(data_dir: Path, verb: Literal["suspend", "resume", "cancel"], execution: str) -> None:
    """Ask a live execution to do this; print where it stands then."""

    async def act(platform: SymphainyClient) -> object:
        found = await getattr(platform, verb)(execution)
        return {"execution_id": found.execution_id, "status": found.status, "compensation": found.compensation}

    emit(_with(data_dir, act))


def watch(data_dir: Path, execution: str, cursor: str, as_json: bool) -> None:
    """Print events as they come; ends when the execution closes."""

    async def act(platform: SymphainyClient) -> None:
        first = None
        async for event in platform.watch(execution, cursor):
            first = first or event.time
            if as_json:
                emit({**event.model_dump(mode="json"), "cursor": event.cursor})
            else:
                say(event_line(event, first))

    _with(data_dir, act)


def _with(data_dir: Path, act: Callable[[SymphainyClient], Awaitable[Answer]]) -> Answer:
    instance = Instance.running(data_dir)

    async def run() -> Answer:
        async with signed_in(instance) as platform:
            return await act(platform)

    return asyncio.run(run())
