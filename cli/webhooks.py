"""``symphainy webhook`` and ``symphainy secret``: endpoints outside, dead letters, and what signs; at the running instance."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from symphainy.cli.options import AsJson, DataDir, folder_of

if TYPE_CHECKING:
    from symphainy.foundations.experience import SolutionClient
    from symphainy.foundations.experience.webhook_models import Delivery, Endpoint

Answer = TypeVar("Answer")
webhook = typer.Typer(
    help="Endpoints outside that are told what happens: Standard Webhooks.", no_args_is_help=True, rich_markup_mode=None
)
secret = typer.Typer(
    help="The tenant's secrets: written, never shown again.", no_args_is_help=True, rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(help="Endpoint id.")]


@webhook.command("list")
def endpoints(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the endpoints."""
    _show(_with(data_dir, lambda desk: desk.webhooks()), _endpoint, as_json, "no endpoint")


@webhook.command()
def create(
    url: Annotated[str, typer.Argument(help="Where to: https://…")],
    type: Annotated[
        list[str] | None, typer.Option(help="Type of event, or noun.*; how runs end when left out.")
    ] = None,
    solution: Annotated[str | None, typer.Option(help="Of this solution's runs only.", show_default=False)] = None,
    title: Annotated[str, typer.Option(help="What it is.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make an endpoint, and show its secret this once."""
    about: dict[str, Any] = {"title": title, "solution": solution, **({"types": type} if type else {})}
    _secret(_with(data_dir, lambda desk: desk.create_webhook(url, **about)), as_json)


@webhook.command()
def rotate(endpoint: Name, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Make a new secret and show it this once; the one before signs beside it for a day."""
    _secret(_with(data_dir, lambda desk: desk.rotate_webhook(endpoint)), as_json)


@webhook.command()
def disable(endpoint: Name, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Send it nothing more until it is enabled again."""
    _show([_with(data_dir, lambda desk: desk.change_webhook(endpoint, state="disabled"))], _endpoint, as_json)


@webhook.command()
def enable(endpoint: Name, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Send to it again."""
    _show([_with(data_dir, lambda desk: desk.change_webhook(endpoint, state="active"))], _endpoint, as_json)


@webhook.command()
def deliveries(
    endpoint: Name,
    state: Annotated[str, typer.Option(help="due, started, delivered or dead.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what was, is or will be sent to it, newest first."""
    _show(_with(data_dir, lambda desk: desk.deliveries(endpoint, state)), _delivery, as_json, "nothing")


@webhook.command()
def replay(
    endpoint: Name,
    event: Annotated[
        str | None, typer.Argument(help="Event id; every dead letter when left out.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Send what has ended again, under the id that it had."""
    from symphainy.cli.output import say

    say(f"{_with(data_dir, lambda desk: desk.replay(endpoint, event))} due again")


@secret.command("list")
def names(data_dir: DataDir = None) -> None:
    """List the names."""
    _show(_with(data_dir, lambda desk: desk.secrets()), str, False, "no secret")


@secret.command()
def put(name: Annotated[str, typer.Argument(help="Name.")], data_dir: DataDir = None) -> None:
    """Keep a secret; its value is read from standard input, or asked for."""
    value = typer.prompt("Value", hide_input=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    _with(data_dir, lambda desk: desk.put_secret(name, value))


@secret.command()
def delete(name: Annotated[str, typer.Argument(help="Name.")], data_dir: DataDir = None) -> None:
    """Forget a secret."""
    _with(data_dir, lambda desk: desk.delete_secret(name))


def _with(data_dir: Path | None, act: "Callable[[SolutionClient], Awaitable[Answer]]") -> Answer:
    from symphainy.cli.credentials import signed_in
    from symphainy.cli.instance import Instance

    instance = Instance.running(folder_of(data_dir))

    async def run() -> Answer:
        async with signed_in(instance) as platform:
            return await act(platform.solution)

    import asyncio  # here, so that `--help` stays instant

    return asyncio.run(run())


def _show(found: Any, line: Callable[[Any], str], as_json: bool, nothing: str = "") -> None:
    from symphainy.cli.output import emit, say

    if as_json:
        emit([each.model_dump(mode="json") for each in found])
        return
    for each in found:
        say(line(each))
    if not found:
        say(nothing)


def _secret(made: Any, as_json: bool) -> None:
    from symphainy.cli.output import emit, say

    if as_json:
        emit(made.model_dump(mode="json"))
        return
    say(_endpoint(made.endpoint))
    say(f"secret, shown this once: {made.secret}")


def _endpoint(each: "Endpoint") -> str:
    bound = f"  bound by {each.solution}" if each.binding else ""
    why = f" ({each.reason})" if each.reason else ""
    return f"{each.endpoint_id}  {each.state}{why}  {each.url}  {', '.join(each.types)}{bound}"


def _delivery(each: "Delivery") -> str:
    why = f"  {each.reason}" if each.reason else ""
    return f"{each.event_id}  {each.type}  {each.state} after {each.attempts}  {each.created_at:%Y-%m-%d %H:%M}{why}"
