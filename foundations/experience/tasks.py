"""Tasks of people: list, show, decide. Both planes answer them alike."""

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.task_models import Decided, Decision, Task, TaskLine, TaskList
from symphainy.foundations.language.model import Json


class Tasks(Client):
    """What people are asked."""

    async def tasks(self, *, everyones: bool = False) -> tuple[TaskLine, ...]:
        """Open tasks: the caller's, or everyone's of the tenant (Refused without the right)."""
        params = {"everyones": True} if everyones else {}
        return (await self._http.get("/api/tasks", TaskList, params=params)).items

    async def task(self, task_id: str) -> Task:
        """One task with its form and the digest of what it shows; NotFound also for another tenant's."""
        return await self._http.get(f"/api/tasks/{task_id}", Task)

    async def decide(self, task_id: str, choice: str, value: Json = None, *, shown_digest: str) -> Decided:
        """Decide. Safe to repeat: one person decides a task once. Conflict when it is closed, or shows something else by now."""
        body = Decision.model_validate({"choice": choice, "value": value, "shown_digest": shown_digest})
        return await self._http.post(f"/api/tasks/{task_id}/decision", Decided, body, repeat=True)
