"""How a state travels: lent to the segment that runs in this process, packed when a run continues as new.

A payload has a ceiling (DECISIONS.md 21: 1 MiB), and what is over it is refused where nothing can be done about it any more: the
workflow task fails for ever. A loop over 300 KB of items holds them five times, as input, raw and shaped, in every frame on the way.
"""

import base64
import json
from typing import Any
from weakref import WeakValueDictionary

import zstandard

from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Json

PLAIN = 64 << 10
"""Bytes of JSON up to which a state travels as it is."""
MOST = 768 << 10
"""Bytes of a packed state: a quarter of the payload's ceiling is left to the rest of the start input."""
HELD = 64 << 20
"""Bytes that a packed state may unpack to."""


class Lent:
    """A state in this process, for as long as its lender holds this."""

    def __init__(self, name: str, state: dict[str, Json]) -> None:
        self.name, self.state = name, state

    @property
    def reference(self) -> dict[str, Json]:
        """What is sent in its place."""
        return {"$lent": self.name}


_LENT: WeakValueDictionary[str, Lent] = WeakValueDictionary()


def lend(name: str, state: dict[str, Json]) -> Lent:
    """Lend a dumped state: a segment needs no copy of it through JSON, encryption and the ceiling."""
    lent = _LENT[name] = Lent(name, state)
    return lent


def pack(state: dict[str, Json]) -> dict[str, Json]:
    """A dumped state, compressed when it is large: what it holds several times is carried once.

    >>> xs = list(range(20_000))
    >>> packed = pack({"a": xs, "b": xs, "c": xs})
    >>> size(packed) < 60_000, opened(packed)["c"] == xs
    (True, True)
    """
    text = json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) <= PLAIN:
        return state
    return {"$zstd": base64.b64encode(zstandard.ZstdCompressor(level=3).compress(text)).decode()}


def size(packed: dict[str, Json]) -> int:
    """Bytes of a packed state; a plain one counts as the most that it may have."""
    found = packed.get("$zstd")
    return len(found) if isinstance(found, str) else PLAIN


def opened(given: dict[str, Any]) -> dict[str, Any]:
    """The dumped state that was lent, packed, or sent as it is."""
    if (name := given.get("$lent")) is not None:
        if (lent := _LENT.get(name)) is None:
            raise Defect(f"the state {name} was lent in another process, or its run has left this one")
        return lent.state
    if (packed := given.get("$zstd")) is not None:
        text = zstandard.ZstdDecompressor().decompress(base64.b64decode(packed), max_output_size=HELD)
        found: dict[str, Any] = json.loads(text)
        return found
    return given
