"""``symphainy library``: which documents agents may cite, until when and for what; at the running instance."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from symphainy.cli.options import AsJson, DataDir, folder_of

if TYPE_CHECKING:
    from symphainy.foundations.experience.library import Source

library = typer.Typer(
    help="The catalogue of sources: what agents may cite.", no_args_is_help=True, rich_markup_mode=None
)


@library.command("list")
def sources(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List every document, withdrawn and expired ones too."""
    from symphainy.cli.govern import asked

    _show(asked(folder_of(data_dir), lambda plane: plane.library()), as_json)


@library.command()
def change(
    document: Annotated[str, typer.Argument(help="Document id.")],
    admit: Annotated[
        bool | None, typer.Option("--admit/--withdraw", help="Agents may cite it, or not.", show_default=False)
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option(help="Until when it may be cited (UTC).", show_default=False)
    ] = None,
    never_expires: Annotated[bool, typer.Option("--never-expires", help="It does not expire.")] = False,
    purpose: Annotated[
        list[str] | None,
        typer.Option(help="What it may be cited for; again for more. '*': for everything.", show_default=False),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Whose it is: a user's id.", show_default=False)] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Admit a document or withdraw it, let it expire, say what it may be cited for, or give it to somebody."""
    from symphainy.cli.govern import asked

    until = expires.replace(tzinfo=UTC) if expires is not None and expires.tzinfo is None else expires
    purposes = None if not purpose else () if purpose == ["*"] else tuple(purpose)
    changed = asked(
        folder_of(data_dir),
        lambda plane: plane.change_source(
            document, admitted=admit, expires_at=until, never_expires=never_expires, owner=owner, purposes=purposes
        ),
    )
    _show((changed,), as_json)


def _show(found: "tuple[Source, ...]", as_json: bool) -> None:
    from symphainy.cli.output import emit, say

    if as_json:
        return emit([each.model_dump(mode="json") for each in found])
    for each in found:
        state = "admitted" if each.admitted else "withdrawn"
        until = f"until {each.expires_at:%Y-%m-%d %H:%M}" if each.expires_at else "for ever"
        say(
            f"{each.document_id}  {state}  {until}  for {', '.join(each.purposes) or 'everything'}  {each.owner or '-'}  {each.title}"
        )
