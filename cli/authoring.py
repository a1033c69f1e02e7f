"""The commands of whoever writes definitions: run, validate, fmt, graph, estimate, plan, rehearse."""

from pathlib import Path
from typing import Annotated

import typer

from symphainy.cli.options import AsJson, DataDir, folder_of

app = typer.Typer()
"""Its commands stand beside the others, not below a word of their own."""


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="One OWS document.")],
    payload: Annotated[str, typer.Option("--input", "-i", help="JSON, or @file.")] = "{}",
    data_dir: DataDir = None,
    as_json: AsJson = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="HOST[:PORT] that may be called though private.", show_default=False),
    ] = None,
    map_host: Annotated[
        list[str] | None,
        typer.Option("--map-host", help="HOST=ADDR:PORT: call a stub in its place.", show_default=False),
    ] = None,
    allow_run: Annotated[
        list[str] | None,
        typer.Option("--allow-run", help="script, shell, container, mcp-stdio: may be started.", show_default=False),
    ] = None,
    event: Annotated[
        list[Path] | None,
        typer.Option("--event", help="File: CloudEvents, delivered once the run waits.", show_default=False),
    ] = None,
    others: Annotated[
        list[Path] | None, typer.Option("--with", help="Another definition, for run: workflow.", show_default=False)
    ] = None,
    secret: Annotated[list[str] | None, typer.Option("--secret", help="NAME=JSON.", show_default=False)] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds; 300 when left out.", show_default=False)] = None,
    profile: Annotated[Path | None, typer.Option(help="File with these options.", show_default=False)] = None,
) -> None:
    """Compile one OWS document and run it. Exit code 0 completed, 1 faulted or cancelled, 2 invalid."""
    from symphainy.cli.profile import profile as given
    from symphainy.cli.run import run as command

    local = given(
        profile, allow_host=allow_host or (), map_host=map_host or (), allow_run=allow_run or (), event=event or (),
        with_=others or (), secret=secret or (), timeout=timeout,
    )  # fmt: skip
    raise typer.Exit(command(folder_of(data_dir), file, payload, as_json=as_json, profile=local))


@app.command()
def validate(
    paths: Annotated[list[Path], typer.Argument(help="OWS documents, or solution folders.")],
    as_json: AsJson = False,
) -> None:
    """Check definitions, offline. Exit code 0 without errors, else 2."""
    from symphainy.cli.validate import validate as command

    raise typer.Exit(command(paths, as_json=as_json))


@app.command()
def fmt(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders; - for stdin.")],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit code 1 when something would.")] = False,
) -> None:
    """Lay definitions out in their one layout; comments stay, values never change. Exit code 2: one cannot be laid out."""
    from symphainy.cli.fmt import fmt as command

    raise typer.Exit(command(paths, check=check))


@app.command()
def plan(
    file: Annotated[Path, typer.Argument(help="One OWS document.")],
    limit: Annotated[int, typer.Option(help="Runs looked at: open ones first, then the newest.")] = 50,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """What a definition means for the runs of its name: stays pinned, may move, or would break. Exit code 1: one would break."""
    from symphainy.cli.plan import plan as command

    raise typer.Exit(command(folder_of(data_dir), file, limit=limit, as_json=as_json))


@app.command()
def estimate(file: Annotated[Path, typer.Argument(help="One OWS document.")], as_json: AsJson = False) -> None:
    """What one run leaves in Temporal's history: events, bytes, and what each round of a loop adds. Offline."""
    from symphainy.cli.validate import estimate as command

    raise typer.Exit(command(file, as_json=as_json))


@app.command()
def graph(file: Annotated[Path, typer.Argument(help="One OWS document.")]) -> None:
    """Print a definition as a Mermaid flowchart, offline."""
    from symphainy.cli.validate import graph as command

    raise typer.Exit(command(file))


@app.command()
def rehearse(
    file: Annotated[Path, typer.Argument(help="One OWS document.")],
    scenario: Annotated[
        Path, typer.Option("--scenario", "-s", help="What goes in, what is answered, what is expected.")
    ],
    others: Annotated[
        list[Path] | None, typer.Option("--with", help="Another definition, for run: workflow.", show_default=False)
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help="Once more for each step, with that step failing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rehearse a definition in virtual time. Exit code 0 as expected, 1 not, 2 invalid."""
    from symphainy.cli.rehearse import rehearse as command

    raise typer.Exit(command(file, scenario, others=others or (), with_faults=faults, as_json=as_json))
