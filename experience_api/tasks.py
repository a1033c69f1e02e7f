"""``/api/tasks``: what people are asked, and their decisions. This plane asks the caller; what follows is the saga's."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.task_models import Decided, Decision, Task, TaskList
from symphainy.foundations.experience.task_views import decided, line, task

router = APIRouter(prefix="/api/tasks", tags=["tasks"])
TaskId = Annotated[str, Path(max_length=64)]


@router.get("")
async def tasks(who: Who, parts: Parts, everyones: Annotated[bool, Query()] = False) -> TaskList:
    """Open tasks, oldest first: those that the caller is asked or has asked for; with `everyones` the whole tenant's."""
    return TaskList(items=tuple(line(each) for each in await parts.tasks.open(who.session, everyones=everyones)))


@router.get("/{task_id}")
async def show(task_id: TaskId, who: Who, parts: Parts) -> Task:
    """One task: what it shows, its form, and the digest that a decision must name."""
    return task(await parts.tasks.show(who.session, task_id))


@router.post("/{task_id}/decision")
async def decide(task_id: TaskId, body: Decision, who: Who, parts: Parts) -> Decided:
    """Decide: whoever requested it cannot; one person decides once; 409 when it is closed or shows something else by now."""
    found = await parts.runtime.decide(who.session, task_id, body.choice, body.value, shown_digest=body.shown_digest)
    return decided(found)
