"""The ``symphainy`` command. Every command imports what it needs when it is called, so that ``--help`` is instant."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from symphainy.cli import authoring
from symphainy.cli.govern_app import app as city_app
from symphainy.cli.governing import audit_app, erase, lineage
from symphainy.cli.library import library
from symphainy.cli.options import AsJson, DataDir, OneTenant, PortBase, folder_of, settings_of
from symphainy.cli.webhooks import secret, webhook

app = typer.Typer(
    name="symphainy",
    help="Design solutions through intent or code, govern them centrally, deliver them through pluggable surfaces.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
state_app = typer.Typer(
    help="The state surface against Temporal's histories.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(state_app, name="state")
app.add_typer(audit_app, name="audit")
app.command()(lineage)
app.command()(erase)
new_app = typer.Typer(help="Write code: the beginning of a capability.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new_app, name="new")
app.add_typer(webhook, name="webhook")
app.add_typer(secret, name="secret")
app.add_typer(city_app, name="city")
app.add_typer(library, name="library")


@app.command()
def up(
    data_dir: DataDir = None,
    port_base: PortBase = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return when it runs; end it with `symphainy down`.")
    ] = False,
    workers: Annotated[int | None, typer.Option(help="Worker processes.", show_default=False)] = None,
    experiences: Annotated[int, typer.Option(help="Experience API processes behind the one address.")] = 1,
    durable: Annotated[bool, typer.Option(help="Let Temporal wait for the disk at every commit (slower).")] = False,
) -> None:
    """Bring the platform up on this machine: runtime, Smart City, realms, solutions, experience."""
    from symphainy.cli import up as command

    settings = settings_of(data_dir, port_base, workers=workers)
    if not detach:
        command.up(settings, command.Options(experiences=experiences, durable=durable))
        return
    arguments = ["--data-dir", str(settings.data_dir.resolve()), "--port-base", str(settings.port_base)]
    arguments += ["--workers", str(settings.workers), "--experiences", str(experiences)] + ["--durable"] * durable
    command.up_detached(settings, arguments)


@app.command()
def down(data_dir: DataDir = None) -> None:
    """End the instance of a data folder, in reverse order; also what a killed supervisor left behind."""
    from symphainy.cli.down import down as command
    from symphainy.cli.output import say

    folder = folder_of(data_dir)
    for line in command(folder) or [f"nothing runs with the data folder {folder}"]:
        say(line)


@app.command()
def status(
    part: Annotated[
        str | None, typer.Argument(help="`city`: what governs, as one document.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what is alive, part by part. Exit code 0 when it is running, else 1."""
    from symphainy.cli.status import status as command

    if part is not None:
        _status_of(part, folder_of(data_dir), as_json)
        return
    from symphainy.cli.output import emit
    from symphainy.cli.status_page import show

    told = command(folder_of(data_dir))
    (emit if as_json else show)(told)
    raise typer.Exit(0 if told["state"] == "running" else 1)


def _status_of(part: str, data_dir: Path, as_json: bool) -> None:
    from symphainy.foundations.language.errors import Invalid

    if part != "city":
        raise Invalid(
            f"There is no status of {part}.", remedy="`symphainy status` shows all, `symphainy status city` the city."
        )
    from symphainy.cli.state import city

    city(data_dir, as_json=as_json)


@app.command()
def doctor(data_dir: DataDir = None, port_base: PortBase = None, as_json: AsJson = False) -> None:
    """Check versions, server settings, schema, disk and clock. Exit code 0 when nothing is wrong, else 1."""
    from symphainy.cli import doctor as command

    raise typer.Exit(command.doctor(settings_of(data_dir, port_base), as_json=as_json))


@app.command()
def demo(data_dir: DataDir = None, port_base: PortBase = None) -> None:
    """Run the reference flow (upload, ask, answer with the cited span) on a platform of its own, over HTTP only."""
    from symphainy.cli.demo import demo as command

    raise typer.Exit(command(settings_of(data_dir, port_base)))


@app.command()
def login(
    user: Annotated[str | None, typer.Argument(help="Name; the local user when left out.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Tenant.", show_default=False)] = None,
    register: Annotated[bool, typer.Option("--register", help="Create the user, and the tenant if it is new.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Log in at the running instance and remember the token in its data folder."""
    from symphainy.cli.remote import login as command

    command(folder_of(data_dir), user, tenant, register)


@app.command()
def deploy(
    folder: Annotated[Path, typer.Argument(help="A solution folder: solution.yaml, sagas/, policies/, knowledge/.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check a solution, store it, make its intents submittable, and bind its experience."""
    from symphainy.cli.remote import deploy as command

    command(folder_of(data_dir), folder, as_json)


@app.command()
def submit(
    intent: Annotated[str, typer.Argument(help="Intent type, e.g. content.upload.")],
    payload: Annotated[str, typer.Option("--input", "-i", help="JSON, or @file.")] = "{}",
    key: Annotated[str | None, typer.Option(help="Idempotency key.", show_default=False)] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the result.")] = 0.0,
    solution: Annotated[str | None, typer.Option(help="Deployed solution.", show_default=False)] = None,
    data_dir: DataDir = None,
) -> None:
    """Submit an intent at the Experience API; print the answer as JSON."""
    from symphainy.cli.remote import submit as command

    command(folder_of(data_dir), intent, payload, key=key, wait=wait, solution=solution)


@app.command()
def suspend(execution: Annotated[str, typer.Argument(help="Execution id.")], data_dir: DataDir = None) -> None:
    """Let no further task of an execution begin; what runs goes on to its end."""
    from symphainy.cli.remote import steer as command

    command(folder_of(data_dir), "suspend", execution)


@app.command()
def resume(execution: Annotated[str, typer.Argument(help="Execution id.")], data_dir: DataDir = None) -> None:
    """Let a suspended execution go on."""
    from symphainy.cli.remote import steer as command

    command(folder_of(data_dir), "resume", execution)


@app.command()
def cancel(execution: Annotated[str, typer.Argument(help="Execution id.")], data_dir: DataDir = None) -> None:
    """Stop an execution; what it has done is undone."""
    from symphainy.cli.remote import steer as command

    command(folder_of(data_dir), "cancel", execution)


@app.command()
def watch(
    execution: Annotated[str, typer.Argument(help="Execution id.")],
    cursor: Annotated[str, typer.Option(help="Continue after this cursor.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Follow an execution's events until it closes."""
    from symphainy.cli.remote import watch as command

    command(folder_of(data_dir), execution, cursor, as_json)


@app.command()
def explain(
    execution: Annotated[str, typer.Argument(help="Execution id.")],
    step: Annotated[str, typer.Argument(help="Step: name or path; all when left out.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Why a step was allowed or refused: its decision record, service by service."""
    from symphainy.cli.state import explain as command

    command(folder_of(data_dir), execution, step, as_json)


@app.command()
def tasks(
    task: Annotated[
        str | None, typer.Argument(help="One task: what it shows, its form, its digest.", show_default=False)
    ] = None,
    everyones: Annotated[bool, typer.Option("--all", help="Everyone's, not only yours.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what people are asked, or show one task."""
    from symphainy.cli.tasks import tasks as command

    command(folder_of(data_dir), task, everyones=everyones, as_json=as_json)


@app.command()
def decide(
    task: Annotated[str, typer.Argument(help="Task id.")],
    choice: Annotated[str, typer.Argument(help="approve or reject.")],
    value: Annotated[
        str | None, typer.Option("--value", help="What the form asks for: JSON, or @file.", show_default=False)
    ] = None,
    shown: Annotated[
        str | None,
        typer.Option(
            "--shown", help="Digest of what you have seen; what it shows now when left out.", show_default=False
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Decide a task of people."""
    from symphainy.cli.tasks import decide as command

    command(folder_of(data_dir), task, choice, value, shown=shown, as_json=as_json)


@app.command()
def work(
    execution: Annotated[str, typer.Option("--execution", help="Only of this one.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List what needs a person: undos that failed, unknown outcomes, runs that are stuck."""
    from symphainy.cli.work import work as command

    command(folder_of(data_dir), execution, as_json=as_json)


@app.command()
def settle(
    item: Annotated[str, typer.Argument(help="Item, as `symphainy work` lists it.")],
    resolution: Annotated[str, typer.Argument(help="retry, undone (taken back by hand) or kept (it stays).")],
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Settle a work item. Exit code 1 while it is still open."""
    from symphainy.cli.work import resolved
    from symphainy.cli.work import settle as command

    raise typer.Exit(command(folder_of(data_dir), item, resolved(resolution), note, as_json=as_json))


@app.command()
def chaos(
    sagas: Annotated[int, typer.Option(min=1, help="Transfers to submit.")] = 300,
    faults: Annotated[int, typer.Option(min=0, help="Faults to inject while they run.")] = 20,
    seed: Annotated[int, typer.Option(help="Drives load and faults alike.")] = 1,
    pause: Annotated[float, typer.Option(help="Seconds between two faults, on average.")] = 2.0,
    fault: Annotated[
        list[str] | None, typer.Option(help="Only faults of this id, e.g. F1; again for more.", show_default=False)
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir", help="A running installation to try.  [default: one of its own]", show_default=False
        ),
    ] = None,
    ignore_keys: Annotated[bool, typer.Option("--ignore-keys", help="Negative control: the run must fail.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the report as JSON to this file.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Move money by sagas while processes are killed, and check that nothing is lost or doubled. Exit code 1 names what broke."""
    from symphainy.cli.chaos.command import Plan
    from symphainy.cli.chaos.command import chaos as command

    plan = Plan(
        sagas=sagas, faults=faults, seed=seed, pause=pause, only=tuple(fault or ()), ignore_keys=ignore_keys, out=out
    )
    raise typer.Exit(command(plan, data_dir.resolve() if data_dir else None, as_json=as_json))


@state_app.command("verify")
def state_verify(data_dir: DataDir = None, tenant: OneTenant = None, as_json: AsJson = False) -> None:
    """Fold Temporal's histories and compare them with the journal. Exit code 1 names each row that differs."""
    from symphainy.cli.state import verify

    raise typer.Exit(verify(folder_of(data_dir), tenant, as_json=as_json))


@state_app.command("rebuild")
def state_rebuild(data_dir: DataDir = None, tenant: OneTenant = None, as_json: AsJson = False) -> None:
    """Repair the projected part of the state from Temporal's histories."""
    from symphainy.cli.state import rebuild

    raise typer.Exit(rebuild(folder_of(data_dir), tenant, as_json=as_json))


@new_app.command("capability")
def new_capability(
    name: Annotated[str, typer.Argument(help="The verb alone, e.g. word_count.")],
    realm: Annotated[str, typer.Option(help="Realm that it belongs to, e.g. content.")],
    effectful: Annotated[bool, typer.Option("--effectful", help="With an effect, and its undo.")] = False,
) -> None:
    """Write a typed function, its line in the realm's manager, and a passing test. In a checkout only."""
    from symphainy.cli.new import capability

    capability(name, realm, effectful=effectful)


app.registered_commands += authoring.app.registered_commands


def main() -> None:
    """Run the command; our own errors become one sentence and an exit code, never a stack trace."""
    from symphainy.foundations.language.errors import Invalid, SymphainyError

    try:
        app(standalone_mode=True)
    except SymphainyError as error:
        from symphainy.cli.output import fail

        fail(error, code=2 if isinstance(error, Invalid) else 1)
    except BrokenPipeError:  # the reader has gone (`| head`): nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
