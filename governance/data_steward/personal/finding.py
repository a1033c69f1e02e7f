"""A finding: what kind of personal data, and where; never the value."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["CONTEXT", "PERSONAL", "Detector", "Finding", "Span"]

PERSONAL = ("email", "phone", "card", "iban", "national_id", "ip", "birth_date", "person", "address")
"""What says who somebody is: looked for in every step, and masked."""
CONTEXT = ("location", "date", "age", "nationality", "url", "organization", "title")
"""What tells of somebody only beside one of the former: found on request."""

Span = tuple[str, int, int]
"""Kind, first character, and the one behind the last."""
Detector = Callable[[str], Iterator[Span]]


@dataclass(frozen=True)
class Finding:
    """One piece of personal data: its kind, where the string stands (a JSON Pointer), and the characters within it."""

    kind: str
    pointer: str
    start: int
    end: int
