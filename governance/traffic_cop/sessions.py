"""Rule ``sessions`` (door): a session ends by idleness or by age.

How many one principal may hold is in the same terms, which the runtime asks for when it opens one (DECISIONS.md 32).
"""

from datetime import datetime

from symphainy.foundations.language.context import SessionContext
from symphainy.foundations.language.records import Ruling
from symphainy.governance.bundle import SessionTerms

__all__ = ["judge"]


def judge(session: SessionContext | None, now: datetime, terms: SessionTerms) -> Ruling:
    """Deny an ended session. A call without one is judged elsewhere: the runtime opens one for it."""
    if session is None:
        return Ruling(service="traffic_cop", rule="sessions", reason="no session yet")
    if now >= session.expires_at:
        return _deny("The session has ended by idleness.")
    if now >= session.created_at + terms.absolute:
        return _deny("The session has reached its greatest age.")
    return Ruling(service="traffic_cop", rule="sessions", reason="session holds")


def _deny(reason: str) -> Ruling:
    return Ruling(service="traffic_cop", rule="sessions", verdict="deny", reason=reason, remedy="Open a new session.")
