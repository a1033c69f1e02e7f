"""A solution's chat: what is said becomes the intent that the solution has bound to it. Nothing is decided here."""

from collections.abc import Sequence

from symphainy.experience_api.parts import Solutions
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import DomainError, NotFound
from symphainy.runtime.solutions import Binding


async def bound(solutions: Solutions, tenant: str, solution: str, name: str | None, text: str) -> Intent:
    """The intent of a solution's chat binding, with the text in the member that the binding names.

    Raises:
        NotFound: the solution is not deployed, or binds no chat (of that name).
        DomainError: it binds several, and none is named.
    """
    deployed = await solutions.deployment(tenant, solution)
    chats = [each for each in deployed.bindings if each.kind == "chat" and name in (None, each.name)]
    chat = _one(chats, solution, name)
    payload = {str(chat.about.get("field") or "text"): text}
    return Intent(type=chat.intent or "", payload=payload, source="ui", solution=solution)


def _one(chats: Sequence[Binding], solution: str, name: str | None) -> Binding:
    if not chats:
        named = f" named {name}" if name else ""
        remedy = "say it without a solution, to the guide; or bind a chat in solution.yaml"
        raise NotFound(f"the solution {solution} binds no chat{named}", code="not_bound", remedy=remedy)
    if len(chats) > 1:
        names = ", ".join(each.name for each in chats)
        raise DomainError(
            f"the solution {solution} binds several chats", code="which_chat", remedy=f"name one: {names}"
        )
    return chats[0]
