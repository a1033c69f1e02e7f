"""Content's voice in a conversation: what is uploaded, what is ready, what can be read; and it proposes a search."""

import re
from typing import Final, get_args

from symphainy.foundations.agentic import DeterministicAgent
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.conversation import Heard, Source, Turn
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import Kind

_SEARCH: Final = re.compile(
    r"^\s*(?:please\s+)?(?:search|find|look)(?:\s+(?:for|up|in (?:the|my) documents for))?\s+(?P<query>.+?)[.?!]*\s*$",
    re.I,
)
_HOW: Final = re.compile(
    r"\bformats?\b|\bhow\b.*\bupload\b|\bcan (i|you)\b.*\b(upload|read|parse)\b|\bfile types?\b", re.I
)
_UPLOADS: Final = re.compile(
    r"\b(uploads?|uploading)\b.*\b(status|state|done|finished|going|failed|running)\b|\b(status|state) of\b.*\buploads?\b",
    re.I,
)
_LIST: Final = re.compile(r"\b(documents?|files?|uploaded|uploads?|ready|indexed|searchable|ingested)\b", re.I)
SHOWN: Final = 10


class ContentLiaison(DeterministicAgent[Heard]):
    """Says which documents are ready, how uploads fare and what can be read; proposes ``content.search``. By rules, from facts."""

    name = "content.liaison"

    def decide(self, input: Heard) -> ReasonedArtifact:
        """The first rule that fits; without one, no answer."""
        turn = input.turn
        for rule in (self._search, self._how, self._one, self._uploads, self._all):
            if (found := rule(turn)) is not None:
                return found
        why = (
            "I know which documents are uploaded and ready, how uploads fare, and what can be read. This is none of it."
        )
        return self._artifact(None, why)

    def _search(self, turn: Turn) -> ReasonedArtifact | None:
        meant = _SEARCH.match(turn.text)
        if meant is None:
            return None
        if not turn.sources:
            return self._artifact(None, "There is no document yet that could be searched: upload one first.")
        query = meant["query"].strip()
        proposal = {"intent": "content.search", "payload": {"query": query[:2_000]}}
        why = f"{_count(turn)} can be searched."
        return self._artifact(f'I can search for "{query}". Say yes to submit it.', why, proposal=proposal)

    def _how(self, turn: Turn) -> ReasonedArtifact | None:
        if not _HOW.search(turn.text):
            return None
        kinds = [kind for kind in get_args(Kind) if kind != "unsupported"]
        said = (
            f"Upload a file where you met me; it is ready when it says semantic ready. I can read {', '.join(kinds)}."
        )
        return self._artifact(said, "A file is told by its content, never by its name.", facts=({"kinds": kinds},))

    def _one(self, turn: Turn) -> ReasonedArtifact | None:
        if not re.search(r"\b(ready|uploaded|indexed|searchable|there)\b", turn.text, re.I):
            return None
        meant = [source for source in turn.sources if source.title.lower() in turn.text.lower()]
        if meant:
            names = " and ".join(source.title for source in meant)
            verb = "is" if len(meant) == 1 else "are"
            return self._artifact(f"Yes: {names} {verb} ready.", "It stands in the catalogue.", facts=_facts(meant))
        file = re.search(r"\b[\w-]+\.(pdf|docx|csv|md|txt)\b", turn.text, re.I)
        if file is None:
            return None
        return self._artifact(
            f"No: no document that is ready is called {file[0]}.", f"Ready: {_count(turn)}.", facts=_facts(turn.sources)
        )

    def _uploads(self, turn: Turn) -> ReasonedArtifact | None:
        if not _UPLOADS.search(turn.text):
            return None
        runs = [run for run in turn.runs if run.intent == "content.upload"]
        facts = tuple(run.model_dump(mode="json") for run in runs)
        if not runs:
            return self._artifact("There is no upload among your latest runs.", f"I looked at {len(turn.runs)} runs.")
        states = {state: sum(run.status == state for run in runs) for state in sorted({run.status for run in runs})}
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        return self._artifact(f"Of your latest uploads: {told}.", f"I looked at {len(turn.runs)} runs.", facts=facts)

    def _all(self, turn: Turn) -> ReasonedArtifact | None:
        if not _LIST.search(turn.text):
            return None
        if not turn.sources:
            return self._artifact("No document is ready yet.", "The catalogue is empty: upload a file.")
        titles = "; ".join(source.title for source in turn.sources[:SHOWN])
        more = f"; and {len(turn.sources) - SHOWN} more" if len(turn.sources) > SHOWN else ""
        said = f"{_count(turn)} {'is' if len(turn.sources) == 1 else 'are'} ready: {titles}{more}."
        return self._artifact(said, "They stand in the catalogue.", facts=_facts(turn.sources))

    def _artifact(self, answer: str | None, why: str, **about: object) -> ReasonedArtifact:
        told = {"kind": self.kind, "agent": self.name, "answer": answer, "reasons": (why,), **about}
        return ReasonedArtifact.model_validate(told)


def _count(turn: Turn) -> str:
    return "1 document" if len(turn.sources) == 1 else f"{len(turn.sources)} documents"


def _facts(sources: tuple[Source, ...] | list[Source]) -> tuple[Json, ...]:
    return tuple({"document": s.document, "title": s.title, "at": s.at.isoformat()} for s in sources[:SHOWN])
