"""``symphainy erase``: a data subject of the local user's tenant is erased for good; the certificate is printed."""

from pathlib import Path

from symphainy.cli.govern import asked
from symphainy.cli.output import emit, say
from symphainy.foundations.language.errors import Invalid

__all__ = ["erase", "listed"]


def erase(data_dir: Path, subject: str, *, sure: bool, as_json: bool) -> None:
    """Erase; only with ``sure``."""
    if not sure:
        raise Invalid(
            "Nothing brings back what is erased. Nothing was done.", remedy="Say it again with --yes if that is meant."
        )
    made = asked(data_dir, lambda plane: plane.erase(subject))
    if as_json:
        return emit(made.model_dump(mode="json"))
    say(f"erased: {made.runs} runs, {made.documents} documents")
    say(f"  certificate {made.erasure_id}, {made.erased_at:%Y-%m-%d %H:%M} UTC, by {made.erased_by}")
    say(f"  {made.digest}")
    say(f"  signature {made.signature}")


def listed(data_dir: Path, *, as_json: bool) -> None:
    """All certificates of the tenant."""
    found = asked(data_dir, lambda plane: plane.erasures())
    if as_json:
        return emit([each.model_dump(mode="json") for each in found])
    for each in found:
        say(
            f"{each.erasure_id}  {each.erased_at:%Y-%m-%d %H:%M}  {each.runs} runs  {each.documents} documents  {each.erased_by}"
        )
