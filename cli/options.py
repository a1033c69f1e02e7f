"""Options that many commands have, and what follows from them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from symphainy.foundations.settings import Settings

__all__ = ["AsJson", "DataDir", "OneTenant", "PortBase", "folder_of", "settings_of"]

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Data folder.  [default: .symphainy]", show_default=False)
]
PortBase = Annotated[
    int | None, typer.Option("--port-base", help="First of seven ports.  [default: 7300]", show_default=False)
]
OneTenant = Annotated[
    str | None, typer.Option("--tenant", help="This tenant alone.  [default: all]", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_of(data_dir: Path | None, port_base: int | None, **more: Any) -> "Settings":
    """The settings, with what the command line says in place of theirs."""
    from symphainy.foundations.settings import Settings

    given = {"data_dir": data_dir, "port_base": port_base, **more}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def folder_of(given: Path | None) -> Path:
    """The data folder that is meant."""
    return (given if given is not None else settings_of(None, None).data_dir).resolve()
