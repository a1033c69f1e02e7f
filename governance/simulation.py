"""Policy simulation: what was decided, decided again under a bundle that is only proposed.

Each recorded ruling of Cedar carries what was asked (who, with which roles, may do what to what, under which circumstances); the
list of allowed capabilities needs no more than the record itself. What was recorded without it is counted, not guessed.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from symphainy.foundations.language.model import Json, Message
from symphainy.governance.cedar import Compiled, Question
from symphainy.governance.conductor import allowed

__all__ = ["Change", "Recorded", "Simulation", "replayed"]

MOST = 500
"""Changes told one by one; all are counted."""


class Recorded(Message):
    """One decision record, as the store has it."""

    stream: str
    seq: int
    at: datetime
    body: str


class Change(Message):
    """A decision that would be another one."""

    stream: str
    """The run, or the door."""
    seq: int
    at: datetime
    actor: str
    action: str
    resource: str
    was: str
    would: str
    why: str
    policies: tuple[str, ...] = ()


class Simulation(Message):
    """What a bundle would change."""

    digest: str
    replayed: int = 0
    not_replayable: int = 0
    newly_denied: int = 0
    newly_allowed: int = 0
    runs: dict[str, dict[str, int]] = {}
    """Run (or door) → how many of its decisions would be newly denied and newly allowed."""
    changes: tuple[Change, ...] = ()


def replayed(tenant: str, decisions: Iterable[Recorded], proposed: Compiled) -> Simulation:
    """Decide all of them again under ``proposed``."""
    counts: dict[str, int] = defaultdict(int)
    runs: dict[str, dict[str, int]] = {}
    changes: list[Change] = []
    for recorded in decisions:
        body: dict[str, Any] = json.loads(recorded.body)
        told = _again(tenant, body, proposed)
        if told is None:
            counts["not_replayable"] += 1
            continue
        counts["replayed"] += 1
        was, would, why, policies = told
        if was == would:
            continue
        kind = "newly_denied" if would == "deny" else "newly_allowed"
        counts[kind] += 1
        run = runs.setdefault(recorded.stream, {"newly_denied": 0, "newly_allowed": 0})
        run[kind] += 1
        if len(changes) < MOST:
            about = {name: str(body.get(name, "")) for name in ("actor", "action", "resource")}
            changes.append(
                Change(stream=recorded.stream, seq=recorded.seq, at=recorded.at, was=was, would=would, why=why, policies=policies, **about)
            )  # fmt: skip
    return Simulation(digest=proposed.bundle.digest, runs=runs, changes=tuple(changes), **counts)


def _again(tenant: str, body: dict[str, Any], proposed: Compiled) -> tuple[str, str, str, tuple[str, ...]] | None:
    """(was, would, why, policies), of the two rules that a bundle decides by itself."""
    rulings = {(r["service"], r["rule"]): r for r in body.get("rulings", ())}
    cedar = rulings.get(("security_guard", "authorization"))
    if cedar is None or not cedar.get("asked"):
        return None
    listed = rulings.get(("conductor", "allowed_capabilities"))
    was = "deny" if any(r and r["verdict"] != "allow" for r in (cedar, listed)) else "allow"
    question = _question(tenant, cedar["asked"])
    answer = proposed.ask(question)
    if not answer.allowed:
        return was, "deny", f"{', '.join(answer.policies) or 'no policy permits it'}", answer.policies
    if question.action == "run":
        patterns = proposed.bundle.orchestration_of(tenant, question.context.get("solution") or None).capabilities
        ruling = allowed.judge(question.resource[1], patterns)
        if ruling.verdict == "deny":
            return was, "deny", ruling.reason, ()
    return was, "allow", ", ".join(answer.policies), answer.policies


def _question(tenant: str, asked: dict[str, Json]) -> Question:
    told: dict[str, Any] = dict(asked)
    return Question(
        principal=(told["principal"][0], told["principal"][1]), tenant=tenant, roles=tuple(told["roles"]), action=told["action"],
        resource=(told["resource"][0], told["resource"][1]), resource_tenant=told["resource_tenant"], owner=told["owner"],
        classes=tuple(told["context"]["classes"]), context=told["context"],
    )  # fmt: skip
