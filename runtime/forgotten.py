"""What is past its retention: sealed values that were emptied (``0010_retention.sql``), and how a reader is told."""

from symphainy.foundations.language.door import FORGOTTEN
from symphainy.foundations.language.errors import Refused

__all__ = ["kept"]

_MAGIC = b"S1"


def kept(sealed: bytes | None) -> bytes:
    """A sealed value that is still there; Refused ``past_retention`` for one that is empty, or only names its key any more.

    >>> kept(b"sealed")
    b'sealed'
    """
    if not sealed or (sealed[:2] == _MAGIC and len(sealed) > 2 and len(sealed) == 3 + sealed[2]):
        raise Refused(
            "This value is past its retention: it was taken out of the record.", code=FORGOTTEN,
            remedy="Nothing brings it back. The run, its decisions and its digests still stand.",
        )  # fmt: skip
    return sealed
