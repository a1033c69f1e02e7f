"""One intent on its way in: what is recorded of it, whatever becomes of it."""

from datetime import datetime
from typing import Literal

from symphainy.foundations.language.context import Intent, Principal, SessionContext
from symphainy.foundations.language.door import DoorCall
from symphainy.runtime.ids import mint
from symphainy.runtime.intents import recordable
from symphainy.runtime.store.intents import IntentRow

__all__ = ["OPERATION", "Intake"]

OPERATION = "submit"


class Intake:
    """One intent on its way in: its ids are minted before anything is known of it, so that a refused one has them too."""

    def __init__(
        self, intent: Intent, principal: Principal, session: SessionContext | None, given: str | None, at: datetime
    ) -> None:
        self.intent, self.principal, self.session, self.given, self.at = (
            recordable(intent),
            principal,
            session,
            given,
            at,
        )
        self.key = given or mint("key")
        self.intent_id, self.execution_id = mint("intent"), mint("execution")

    def call(self, size: int) -> DoorCall:
        """The door call; an empty key tells Conductor that none was given."""
        return DoorCall(
            action="submit", principal=self.principal, session=self.session, resource_type="Definition",
            resource_id=self.intent.type, size=size, purpose=self.intent.purpose, intent=self.intent,
            resource={"tenant": self.principal.tenant, "owner": self.principal.id, "key": self.given or ""},
        )  # fmt: skip

    def row(self, state: Literal["reserved", "refused"], digest: str) -> IntentRow:
        """The intent's row."""
        return IntentRow(
            tenant=self.principal.tenant, intent_id=self.intent_id, principal=self.principal.id, operation=OPERATION,
            key=self.key, body_digest=digest, execution_id=self.execution_id,
            session_id=self.session.session_id if self.session else None, type=self.intent.type,
            solution=self.intent.solution, source=self.intent.source, purpose=self.intent.purpose, state=state,
            received_at=self.at,
        )  # fmt: skip
