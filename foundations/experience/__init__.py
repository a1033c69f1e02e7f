"""The Experience Foundation: the typed client of both planes, for the CLI, the console, tests and customers' programs.

async with SymphainyClient("http://127.0.0.1:7300") as client:
    await client.login("acme", "ann@acme.example", "a long sentence as password")
    uploaded = await client.upload(Path("contract.pdf"))
    async for event in client.watch(uploaded.execution_id):
        ...
"""

from symphainy.foundations.experience.client import SymphainyClient
from symphainy.foundations.experience.models import (
    Accepted,
    Execution,
    Executions,
    Login,
    Registered,
    Result,
    Session,
    Uploaded,
)
from symphainy.foundations.experience.solution import SolutionClient

__all__ = [
    "Accepted", "Execution", "Executions", "Login", "Registered", "Result", "Session", "SolutionClient", "SymphainyClient", "Uploaded",
]  # fmt: skip
