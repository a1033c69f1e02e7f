"""What the agents of a turn are given: earlier turns of the conversation, and the facts of this moment. Reads, writes nothing."""

from collections.abc import Callable

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Catalog, IntentRoute
from symphainy.foundations.language.conversation import Memory, Offered, Skill, Turn
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.step import Step
from symphainy.realms.solution.models import Recalled, ToRecall

TURNS, RUNS, SOURCES = 10, 20, 50
MOST = 48_000
"""Bytes of a turn: expressions of the saga read it whole, and they take 64 KiB."""
_LISTS = ("history", "skills", "offers", "runs", "sources")


def recaller(catalog: Callable[[], Catalog], memory: Callable[[], Memory]) -> Callable[[Step[ToRecall]], object]:
    """The capability over the catalog of this worker and what the runtime remembers."""

    @capability("solution.recall", input=ToRecall, output=Recalled, title="Recall a conversation")
    async def recall(step: Step[ToRecall]) -> Recalled:
        """Gather a turn: what was said before it, what is offered, the person's latest runs, the documents that may be cited.

        Turns and runs are the person's own; a conversation without a name is the session's.
        """
        context, read = step.context, memory()
        tenant, who, here = context.tenant, context.principal.id, context.execution_id
        conversation = step.input.conversation or context.session_id or who
        known = catalog()
        turn = Turn(
            text=step.input.text,
            conversation=conversation,
            history=tuple(await read.turns(tenant, who, conversation, before=here, limit=TURNS)),
            skills=tuple(
                Skill(ref=c.ref, owner=c.owner, title=c.title, agent=c.agent)
                for c in sorted(known.contracts, key=lambda c: (not c.agent, c.ref))
            ),
            offers=(*(await read.offers(tenant)), *(offered(route, known) for route in known.routes)),
            runs=tuple(await read.runs(tenant, who, before=here, limit=RUNS)),
            sources=tuple(await read.sources(tenant, limit=SOURCES, purpose=context.purpose)),
        )
        return Recalled(turn=bounded(turn))

    return recall


def bounded(turn: Turn, most: int = MOST) -> Turn:
    """The turn in at most ``most`` bytes: the longest of its lists loses the half that matters least, until it fits.

    What is newest stays, and of the skills the agents, which come first.
    """
    while len(turn.model_dump_json()) > most:
        sizes = {name: len(turn.model_dump_json(include={name})) for name in _LISTS if len(getattr(turn, name)) > 1}
        if not sizes:
            break
        name = max(sizes, key=lambda each: sizes[each])
        items = getattr(turn, name)
        half = len(items) // 2
        turn = turn.model_copy(update={name: items[half:] if name == "history" else items[:half]})
    return turn


def offered(route: IntentRoute, catalog: Catalog) -> Offered:
    """A platform's intent, with what its payload must have."""
    if route.saga is not None:
        document = catalog.sagas.get(route.saga, {})
        schema = ((document.get("input") or {}).get("schema") or {}).get("document")
        title = str((document.get("document") or {}).get("title") or "")
        return Offered(intent=route.intent, title=title, required=_required(schema))
    contract = catalog.find(route.capability or "")
    return Offered(
        intent=route.intent,
        title=contract.title if contract else "",
        required=_required(contract.input if contract else None),
    )


def _required(schema: Json) -> tuple[str, ...]:
    return tuple(schema.get("required") or ()) if isinstance(schema, dict) else ()
