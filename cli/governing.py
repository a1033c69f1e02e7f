"""Commands of who governs: the record of decisions."""

from pathlib import Path
from typing import Annotated

import typer

from symphainy.cli.options import AsJson, DataDir, folder_of

__all__ = ["audit_app"]

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
