"""Commands of who governs: the record of decisions, lineage, erasure."""

from pathlib import Path
from typing import Annotated

import typer

from symphainy.cli.options import AsJson, DataDir, folder_of

__all__ = ["audit_app", "erase", "lineage"]

audit_app = typer.Typer(
    help="The record of decisions: verified, exported.", no_args_is_help=True, rich_markup_mode=None
)


@audit_app.command("verify")
def audit_verify(
    file: Annotated[
        Path | None, typer.Argument(help="An exported record; the instance's own when left out.", show_default=False)
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Public key that must have signed it, base64.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Verify the chains of decisions and their signed anchors; a FILE needs no platform. Exit code 1 names what is wrong."""
    from symphainy.cli.audit import verify

    raise typer.Exit(verify(folder_of(data_dir), file, key, as_json=as_json))


@audit_app.command("export")
def audit_export(
    file: Annotated[Path, typer.Argument(help="A new file: one JSON object a line.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write your tenant's decisions, chains and anchors to a file that anyone can verify."""
    from symphainy.cli.audit import export

    export(folder_of(data_dir), file, as_json=as_json)


def lineage(
    value: Annotated[
        str, typer.Argument(help="Execution, document, artifact (SHA-256), step:…, value:…, or a file on this machine.")
    ],
    back: Annotated[bool, typer.Option("--back/--forward", help="Where it came from, or what came from it.")] = True,
    depth: Annotated[int, typer.Option(min=1, max=50, help="Steps to go.")] = 20,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Follow a value back to the file, span, step, run and policy that made it, or forward to what it made."""
    from symphainy.cli.lineage import lineage as command

    command(folder_of(data_dir), value, forward=not back, depth=depth, as_json=as_json)


def erase(
    subject: Annotated[
        str | None,
        typer.Argument(
            help="Whom: the value of the field marked with x-subject. Without it: what was erased.", show_default=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Yes, for good.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person: every value ever sealed for them is gone, runs stay without it; prints the signed certificate."""
    from symphainy.cli import erase as command

    if subject is None:
        return command.listed(folder_of(data_dir), as_json=as_json)
    command.erase(folder_of(data_dir), subject, sure=yes, as_json=as_json)
