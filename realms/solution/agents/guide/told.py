"""How the guide puts things: plain sentences over facts of the turn, and nothing besides."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence

from symphainy.foundations.language.conversation import Run, Turn

_WORD = re.compile(r"[a-z]{4,}")


def plural(count: int, word: str) -> str:
    """``1 run``, ``2 capabilities``.

    >>> plural(1, "run"), plural(2, "capability")
    ('1 run', '2 capabilities')
    """
    return f"{count} {word}" if count == 1 else f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"


def run(one: Run, *, last: bool) -> str:
    """How one run fares."""
    state = {"completed": "has completed", "faulted": "has failed", "cancelled": "was cancelled"}.get(
        one.status, f"is {one.status}"
    )
    undone = {
        "compensated": ", and what it had done was taken back",
        "partial": ", and not all of it could be taken back",
    }
    which = f"Your last run, {one.intent} ({one.execution})," if last else f"{one.intent} ({one.execution})"
    return f"{which} {state}{undone.get(one.compensation, '')}."


def states(runs: Sequence[Run]) -> str:
    """How the latest runs fare, counted."""
    counted = Counter(each.status for each in runs)
    return f"Of your latest {len(runs)}: {', '.join(f'{counted[status]} {status}' for status in sorted(counted))}."


def offer(turn: Turn) -> str:
    """What can be asked here, by what is there."""
    asks = ["what a run has come to", "which capabilities, solutions and agents there are"]
    if "content" in turn.liaisons:
        asks.append("which documents are ready (Content answers)")
    if "insights" in turn.liaisons:
        asks.append(
            f"what {plural(len(turn.sources), 'document')} say{'s' if len(turn.sources) == 1 else ''} (Insights answers)"
        )
    return f"Ask me {', '.join(asks[:-1])}, or {asks[-1]}; or say run <intent> {{…}}: I propose, you confirm."


def nearest(word: str, known: Sequence[str]) -> str:
    """``; did you mean x?``, if something is near.

    >>> nearest("content.serch", ["content.search"])
    '; did you mean content.search?'
    """
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def vocabulary(turn: Turn) -> str | None:
    """The one realm with a liaison whose capabilities' names and titles have most words of the text; None at a draw."""
    said = set(_WORD.findall(turn.text.lower()))
    score = {
        owner: len(
            said
            & {w for s in turn.skills if s.owner == owner for w in _WORD.findall(f"{s.ref} {s.title}".lower())}
            - {owner}
        )
        for owner in turn.liaisons
    }
    best = max(score.values(), default=0)
    leading = [owner for owner, count in score.items() if count == best]
    return leading[0] if best and len(leading) == 1 else None
