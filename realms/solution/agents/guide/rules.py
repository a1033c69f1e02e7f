"""The guide's routing table: rules in the order in which they are tried. Each is a pure function of the turn."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from symphainy.foundations.language.conversation import Offered, Proposal, Turn
from symphainy.foundations.language.model import Json, Message
from symphainy.realms.solution.agents.guide import told
from symphainy.realms.solution.agents.guide.told import plural

_YES: Final = re.compile(
    r"\s*(yes|yep|yeah|y|ok(ay)?|sure|confirm(ed)?|go( ahead)?|do it|(yes,? )?please( do)?|submit( it)?)\W*", re.I
)
_NO: Final = re.compile(r"\s*(no|nope|n|cancel|stop|don'?t|never ?mind|no,? thanks?( you)?)\W*", re.I)
_DO: Final = re.compile(
    r"\s*(?:please\s+)?(?:run|start|submit|do)\s+(?P<intent>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)\s*(?:with\s*)?(?P<payload>\{.*\})?\s*[.!]?\s*",
    re.I | re.S,
)
_ABOUT: Final = {
    "status": re.compile(r"^\s*status\b|\bexe_[0-9a-z]{26}\b|\b(last|latest|my|recent) (runs?|executions?)\b|\bwhat is running\b", re.I),
    "capabilities": re.compile(r"\bcapabilit(y|ies)\b|\bwhat does (content|insights|journey|solution|smart city) offer\b", re.I),
    "solutions": re.compile(r"\b(intents|solutions)\b|\b(is|are|what'?s) deployed\b", re.I),
    "agents": re.compile(r"\b(which|what|list|show).*\bagents\b|\bliaisons?\b|\bwho are you\b", re.I),
    "help": re.compile(
        r"^\s*(help|hello|hi|hey|good (morning|day|evening))\b[^?]{0,24}$|\bwhat can (you|i) (do|ask)\b|\bhow do you work\b", re.I
    ),
}  # fmt: skip
_CONTENT: Final = re.compile(
    r"^\s*(please\s+)?(search|find|look)\b|\bupload(s|ed|ing)?\b"
    # Not "what documents do I need": that asks what they say.
    r"|\b(which|what|list|show|how many|my)\b[^?.]*\b(documents|files)\b(?=\W*$|\s+(are|is|that|have|has|in|do (you|we)|did|can)\b)"
    r"|\b(indexed|ingested|parsed|searchable)\b|\b(is|are)\b.*\bready\b|\bfile (types?|formats?)\b|\bformats?\b.*\bread\b",
    re.I,
)
_INSIGHTS: Final = re.compile(
    r"\b(profile|data quality|quality of|completeness|distinct values|duplicate rows|columns (of|in))\b"
    r"|\?\s*$|^\s*(who|what|when|where|which|why|how|is|are|do|does|did|can|may|must|should|am|was|were|will)\b",
    re.I,
)
_FOLLOWS: Final = re.compile(r"^\s*(and|or|but|also)\b", re.I)


class Confirmed(Message):
    """A proposal that the person has said yes to, just now. ``key`` makes one submit of it, however often it is sent."""

    intent: str
    payload: dict[str, Json] = {}
    solution: str | None = None
    key: str
    proposed_by: str


@dataclass(frozen=True)
class Said:
    """What a rule says: an answer, a realm to ask, a proposal, a confirmation; always with the reason."""

    why: str
    answer: str | None = None
    to: str | None = None
    facts: tuple[Json, ...] = ()
    proposal: Proposal | None = None
    confirmed: Confirmed | None = None


def settle(turn: Turn) -> Said | None:
    """Yes and no: they mean the proposal of the turn before, and nothing older."""
    yes, before = _YES.fullmatch(turn.text), turn.proposed
    if yes is None and _NO.fullmatch(turn.text) is None:
        return None
    if before is None or before.proposal is None:
        return Said("Nothing is proposed in this conversation just now, so there is nothing to confirm.")
    asked = before.proposal
    if yes is None:
        return Said("You said no.", f"All right: {asked.intent} is not submitted.")
    confirmed = Confirmed(**asked.model_dump(), key=f"confirmed:{before.execution}", proposed_by=before.execution)
    why = f"You said yes to what {before.execution} proposed; submitted twice, it runs once."
    return Said(why, f"Confirmed: {asked.intent} is yours to submit.", confirmed=confirmed)


def do(turn: Turn) -> Said | None:
    """``run <intent> {…}``: proposed, if it is an intent and has what it needs."""
    meant = _DO.fullmatch(turn.text)
    if meant is None:
        return None
    name = meant["intent"].lower()
    offer = next((each for each in turn.offers if each.intent == name), None)
    if offer is None:
        near = told.nearest(name, [each.intent for each in turn.offers])
        return Said(f"Nothing answers the intent {name}{near}.")
    try:
        payload = json.loads(meant["payload"] or "{}")
    except ValueError:
        return Said("What stands in braces is not JSON, so I do not know what to hand over.")
    if missing := [each for each in offer.required if each not in payload]:
        return Said(f"{name} needs {', '.join(missing)}: say it as JSON, as in run {name} {_example(offer)}")
    proposal = Proposal(intent=name, payload=payload, solution=offer.solution)
    answer = f"I can submit {name}{f' ({offer.title})' if offer.title else ''}. Say yes to submit it."
    return Said(f"{name} is answered by {offer.solution or 'the platform'}.", answer, proposal=proposal)


def status(turn: Turn) -> Said | None:
    """How runs fare: one that is named, or the latest."""
    if not _ABOUT["status"].search(turn.text):
        return None
    named = re.search(r"\bexe_[0-9a-z]{26}\b", turn.text)
    runs = [run for run in turn.runs if named is None or run.execution == named[0]]
    facts = tuple(run.model_dump(mode="json") for run in runs[:5])
    if named is not None and not runs:
        return Said(f"{named[0]} is not among your latest {plural(len(turn.runs), 'run')}.")
    if not runs:
        return Said("I looked at your own runs.", "You have not run anything yet.")
    more = f" {told.states(turn.runs)}" if named is None and len(turn.runs) > 1 else ""
    return Said(
        "I looked at your own runs, newest first.", f"{told.run(runs[0], last=named is None)}{more}", facts=facts
    )


def capabilities(turn: Turn) -> Said | None:
    """What the catalog holds: of all owners, or of those that are named."""
    if not _ABOUT["capabilities"].search(turn.text):
        return None
    owners = sorted({skill.owner for skill in turn.skills})
    named = [owner for owner in owners if re.search(rf"\b{owner.replace('_', '[ _]')}\b", turn.text, re.I)]
    asked = [skill for skill in turn.skills if not named or skill.owner in named]
    facts = tuple({"ref": skill.ref, "title": skill.title} for skill in asked)
    counted = ", ".join(f"{owner} {sum(s.owner == owner for s in asked)}" for owner in named or owners)
    names = f": {', '.join(skill.ref for skill in asked)}" if named else ""
    answer = f"The catalog holds {plural(len(asked), 'capability')} ({counted}){names}."
    return Said("The Curator's catalog says so.", answer, facts=facts)


def solutions(turn: Turn) -> Said | None:
    """What is deployed, and which intents are answered."""
    if not _ABOUT["solutions"].search(turn.text):
        return None
    own = sorted({offer.solution for offer in turn.offers if offer.solution})
    named = [offer for offer in turn.offers if offer.solution] or list(turn.offers)
    facts = tuple(offer.model_dump(mode="json", exclude_defaults=True) for offer in turn.offers)
    intents = ", ".join(offer.intent for offer in named)
    said = (
        f"{', '.join(own)} {'is' if len(own) == 1 else 'are'} deployed"
        if own
        else "No solution is deployed; the platform answers"
    )
    return Said(
        "The register and the catalog say so.", f"{said}{':' if not own else ', answering'} {intents}.", facts=facts
    )


def agents(turn: Turn) -> Said | None:
    """Who else is here."""
    if not _ABOUT["agents"].search(turn.text):
        return None
    known = [skill for skill in turn.skills if skill.agent]
    facts = tuple({"ref": skill.ref, "owner": skill.owner, "title": skill.title} for skill in known)
    return Said(
        "The catalog marks them as agents.", f"I am the guide. Agents: {', '.join(s.ref for s in known)}.", facts=facts
    )


def help(turn: Turn) -> Said | None:
    """What can be asked."""
    if not _ABOUT["help"].search(turn.text):
        return None
    return Said("I am the guide: I answer by rules, and route.", told.offer(turn))


def liaison(turn: Turn) -> Said | None:
    """The realm whose liaison is to answer: by what is asked, else by whom the conversation was with."""
    before = turn.history[-1].to if turn.history else None
    if _CONTENT.search(turn.text):
        to, why = "content", "This is about documents as such"
    elif before is not None and _FOLLOWS.search(turn.text):
        to, why = before, "This follows what was said before"
    elif _INSIGHTS.search(turn.text):
        to, why = "insights", "This asks what documents say"
    elif words := told.vocabulary(turn):
        to, why = words, "The words are those of its capabilities"
    else:
        return None
    if to not in turn.liaisons:
        return Said(f"{why}, and no liaison of {to} is in the catalog.")
    return Said(f"{why}: {to} answers.", to=to)


def otherwise(turn: Turn) -> Said | None:
    """No rule fits: say so, and what would."""
    return Said(f"I cannot place this. {told.offer(turn)}")


RULES: Final[tuple[tuple[str, Callable[[Turn], Said | None]], ...]] = (
    ("settle", settle), ("do", do), ("status", status), ("capabilities", capabilities), ("solutions", solutions), ("agents", agents),
    ("help", help), ("liaison", liaison), ("otherwise", otherwise),
)  # fmt: skip


def _example(offer: Offered) -> str:
    return json.dumps(dict.fromkeys(offer.required, "…"), ensure_ascii=False)
