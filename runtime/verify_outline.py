"""A run whose values are erased, replayed as far as it can be: its journal's steps follow from the plan that it was started with."""

from symphainy.foundations.definitions.outline import Trace, strayed
from symphainy.foundations.language.errors import NotFound
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.journal import Journal, JournalRow
from symphainy.runtime.surface import StateSurface

__all__ = ["outline_problem"]


async def outline_problem(surface: StateSurface, row: ExecutionRow) -> str | None:
    """What does not follow from its plan, or None; plans are kept as long as runs are, and hold no values."""
    steps = [_trace(step) for step in await Journal(surface.store).steps(row.tenant, row.execution_id)]
    try:
        plan = await Definitions(surface.store, surface.clock).plan(row.tenant, row.plan_digest)
    except NotFound:
        return "its plan is not kept" if steps else None
    return strayed(plan, steps)


def _trace(row: JournalRow) -> Trace:
    path = row.effect_key.removeprefix(f"{row.tenant}/{row.execution_id}")
    return Trace(path.removesuffix("/undo") if row.kind == "undo" else path, row.capability, row.kind == "undo")
