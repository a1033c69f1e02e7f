"""``symphainy city …``: what governs the local user's tenant at the running instance, shown and changed, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from symphainy.cli.credentials import signed_in
from symphainy.cli.files import read_text
from symphainy.cli.instance import Instance
from symphainy.cli.output import emit, say
from symphainy.foundations.experience.city_models import Simulated
from symphainy.foundations.experience.solution import SolutionClient
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json

Answer = TypeVar("Answer")


def show(data_dir: Path) -> None:
    """The whole configuration, as JSON."""
    emit(asked(data_dir, lambda plane: plane.city()).model_dump(mode="json"))


def switch(data_dir: Path, name: str, mode: str, solution: str | None) -> None:
    """Set a switch."""
    asked(data_dir, lambda plane: plane.switch(name, mode, solution))
    say(f"{name} is {mode}" + (f" for {solution}" if solution else "") + ", everywhere within five seconds")


def maintenance(data_dir: Path, state: str, reason: str) -> None:
    """Begin or end it."""
    if state not in ("on", "off"):
        raise Invalid(f"Maintenance is on or off, not {state}.")
    asked(data_dir, lambda plane: plane.maintain(state == "on", reason))
    say("nothing new moves; what is read may be read" if state == "on" else "everything moves again")


def bundle(data_dir: Path, as_json: bool) -> None:
    """The tenant's bundle, and what was before."""
    found = asked(data_dir, lambda plane: plane.bundle())
    if as_json:
        return emit(found.model_dump(mode="json"))
    say(found.digest or "the shipped policy alone")
    for line in found.history:
        say(
            f"  {line.seq}  {line.changed_at:%Y-%m-%d %H:%M}  {line.kind:9}  {line.digest[:19] or 'shipped'}  {line.changed_by}"
        )


def apply(data_dir: Path, path: Path, expects: str | None) -> None:
    """Bring a bundle into force."""
    told = read_bundle(path)
    say(f"in force: {asked(data_dir, lambda plane: plane.apply_bundle(told, expects)).digest}")


def simulate(data_dir: Path, path: Path, days: int, as_json: bool) -> None:
    """What it would change."""
    told = read_bundle(path)
    found = asked(data_dir, lambda plane: plane.simulate_bundle(told, days))
    emit(found.model_dump(mode="json")) if as_json else _tell(found)


def roll_back(data_dir: Path, to: str | None) -> None:
    """Back to the one before."""
    found = asked(data_dir, lambda plane: plane.roll_back_bundle(to))
    say(f"in force: {found.digest or 'the shipped policy alone'}")


def keys(data_dir: Path, as_json: bool) -> None:
    """The keys, without secrets."""
    found = asked(data_dir, lambda plane: plane.keys())
    if as_json:
        return emit([each.model_dump(mode="json") for each in found])
    for each in found:
        ends = "revoked" if each.revoked_at else f"until {each.expires_at:%Y-%m-%d}" if each.expires_at else "for ever"
        say(f"{each.key_id}  {each.name}  {each.principal_id}  {', '.join(each.roles) or 'all its roles'}  {ends}")


def issue(data_dir: Path, account: str, name: str, roles: list[str], days: int, as_json: bool) -> None:
    """A key for a service account, by name (made if there is none), or for an account by id."""

    async def act(plane: SolutionClient) -> Any:
        owner = account if "_" in account else (await plane.service(account)).user_id
        return await plane.issue_key(owner, name, roles, days)

    made = asked(data_dir, act)
    if as_json:
        return emit(made.model_dump(mode="json"))
    say(f"{made.key}")
    say(f"  {made.key_id}, until {made.expires_at:%Y-%m-%d}; it is not shown again")


def revoke(data_dir: Path, key_id: str) -> None:
    """End one."""
    asked(data_dir, lambda plane: plane.revoke_key(key_id))
    say(f"{key_id} is revoked")


def read_bundle(path: Path) -> dict[str, Json]:
    """A bundle from a folder (``*.cedar`` and ``limits.yaml``, as ``governance/policies`` has them) or from one YAML or JSON file.

    Raises:
        Invalid: nothing is there, or it is no bundle.
    """
    if not path.is_dir():
        return _table(path)
    policies = {file.name: read_text(file) for file in sorted(path.glob("*.cedar"))}
    numbers = _table(path / "limits.yaml") if (path / "limits.yaml").exists() else {}
    if not policies and not numbers:
        raise Invalid(f"{path} holds neither *.cedar nor limits.yaml.")
    return {"policies": policies, **numbers}


def _table(path: Path) -> dict[str, Json]:
    try:
        found = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise Invalid(f"{path} is neither YAML nor JSON: {str(error).splitlines()[0]}.") from None
    if not isinstance(found, dict):
        raise Invalid(f"{path} holds no bundle: a mapping with policies, orchestration, rates or sessions.")
    return found


def _tell(found: Simulated) -> None:
    say(
        f"{found.replayed} decisions decided again: {found.newly_denied} newly denied, {found.newly_allowed} newly allowed"
    )
    if found.not_replayable:
        say(f"{found.not_replayable} were recorded without what it takes, and are not counted")
    for each in found.changes:
        say(
            f"  {each.at:%Y-%m-%d %H:%M}  {each.stream}  {each.actor} {each.action} {each.resource}: {each.was} → {each.would} ({each.why})"
        )


def asked(data_dir: Path, act: Callable[[SolutionClient], Awaitable[Answer]]) -> Answer:
    """What the Solution plane of the running instance answers the local user."""
    instance = Instance.running(data_dir)

    async def run() -> Answer:
        async with signed_in(instance) as platform:
            return await act(platform.solution)

    return asyncio.run(run())
