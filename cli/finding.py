"""One thing that doctor looked at."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What was found. ``note`` is worth knowing, ``wrong`` must be mended; ``remedy`` says how."""

    check: str
    verdict: Verdict
    detail: str
    remedy: str = ""
