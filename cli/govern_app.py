"""The words of ``symphainy city``; each imports what it needs when it is called."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="What governs: switches, maintenance, policy bundles, keys.", no_args_is_help=True, rich_markup_mode=None
)
bundle_app = typer.Typer(help="The tenant's own policy bundle.", no_args_is_help=True, rich_markup_mode=None)
keys_app = typer.Typer(help="API keys.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(bundle_app, name="bundle")
app.add_typer(keys_app, name="keys")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Data folder.  [default: .symphainy]", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
File = Annotated[Path, typer.Argument(help="A folder with *.cedar and limits.yaml, or one YAML or JSON file.")]


@app.command("show")
def show(data_dir: DataDir = None) -> None:
    """Everything that governs the tenant, as one document."""
    from symphainy.cli import govern

    govern.show(_folder(data_dir))


@app.command("switch")
def switch(
    name: Annotated[str, typer.Argument(help="E.g. auto_replay, auto_heal, hard_idempotency, sla.")],
    mode: Annotated[str, typer.Argument(help="off, observe or enforce.")],
    solution: Annotated[str | None, typer.Option(help="For one solution alone.", show_default=False)] = None,
    data_dir: DataDir = None,
) -> None:
    """Set a switch; in force everywhere within five seconds."""
    from symphainy.cli import govern

    govern.switch(_folder(data_dir), name, mode, solution)


@app.command("maintenance")
def maintenance(
    state: Annotated[str, typer.Argument(help="on or off.")],
    reason: Annotated[str, typer.Option(help="What whoever is refused may read.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Let nothing new move, or everything again; running work waits, what is read may be read."""
    from symphainy.cli import govern

    govern.maintenance(_folder(data_dir), state, reason)


@bundle_app.command("show")
def bundle_show(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """The bundle in force, and what was before."""
    from symphainy.cli import govern

    govern.bundle(_folder(data_dir), as_json)


@bundle_app.command("apply")
def bundle_apply(
    path: File,
    expects: Annotated[str | None, typer.Option(help="Only if this digest is in force.", show_default=False)] = None,
    data_dir: DataDir = None,
) -> None:
    """Check a bundle, sign it, and bring it into force, whole or not at all."""
    from symphainy.cli import govern

    govern.apply(_folder(data_dir), path, expects)


@bundle_app.command("simulate")
def bundle_simulate(
    path: File,
    days: Annotated[int, typer.Option(help="Decisions of so many days.")] = 7,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Decide what was decided again under a bundle: newly denied, newly allowed, per run. Nothing changes."""
    from symphainy.cli import govern

    govern.simulate(_folder(data_dir), path, days, as_json)


@bundle_app.command("rollback")
def bundle_rollback(
    to: Annotated[
        str | None, typer.Option(help="A digest; the one before this when left out.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Bring the bundle before this one into force again."""
    from symphainy.cli import govern

    govern.roll_back(_folder(data_dir), to)


@keys_app.command("list")
def keys_list(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """All keys, without secrets."""
    from symphainy.cli import govern

    govern.keys(_folder(data_dir), as_json)


@keys_app.command("issue")
def keys_issue(
    account: Annotated[
        str, typer.Argument(help="A service account's name (made if there is none), or an account's id.")
    ],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    role: Annotated[list[str] | None, typer.Option(help="Only this role of the account's.", show_default=False)] = None,
    days: Annotated[int, typer.Option(help="How long it is good.")] = 90,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """A new key, shown this once."""
    from symphainy.cli import govern

    govern.issue(_folder(data_dir), account, name, role or [], days, as_json)


@keys_app.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="Its id.")], data_dir: DataDir = None) -> None:
    """End a key at once."""
    from symphainy.cli import govern

    govern.revoke(_folder(data_dir), key_id)


def _folder(given: Path | None) -> Path:
    from symphainy.foundations.settings import Settings

    return (given if given is not None else Settings().data_dir).resolve()
