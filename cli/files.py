"""What a person names on the command line: documents, folders, JSON."""

import json
from pathlib import Path
from typing import Any

from symphainy.foundations.language.errors import Invalid

CATALOG = Path(__file__).parent.parent / "foundations" / "curator" / "catalog.json"
"""Ships in the wheel, generated from the realms' managers: what ``validate`` links against without a platform."""


def read_text(path: Path) -> str:
    """A text file.

    Raises:
        Invalid: missing, unreadable, or not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise Invalid(f"{path} does not exist.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}.") from None


def read_json(text: str, *, what: str = "--input") -> Any:
    """JSON from an argument, or from a file as ``@path``.

    >>> read_json('{"a": 1}')
    {'a': 1}
    """
    if text.startswith("@"):
        what, text = text, read_text(Path(text[1:]))
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"{what} is not JSON: {error}.") from None


def read_object(text: str, *, what: str = "--input") -> dict[str, Any]:
    """As ``read_json``, but it must be an object."""
    value = read_json(text, what=what)
    if not isinstance(value, dict):
        raise Invalid(f"{what} must be a JSON object, not {type(value).__name__}.")
    return value
