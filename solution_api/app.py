"""The Solution plane's app: one list of routers behind one list of guards. A process of its own, never mounted on another."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from symphainy.foundations.experience.edge import problem_schema, reference
from symphainy.solution_api import (
    capabilities,
    city,
    codec,
    definitions,
    erasure,
    executions,
    governance,
    health,
    home,
    library,
    limits,
    people,
    problems,
    secrets,
    solutions,
    tasks,
    webhooks,
)
from symphainy.solution_api.parts import SolutionParts

TITLE = "Symphainy Solution Plane"
ROUTERS = (
    health.router, home.router, capabilities.router, definitions.router, solutions.router, executions.router, governance.router,
    people.router, city.router, erasure.router, library.router, tasks.router, webhooks.router, secrets.router, codec.router,
)  # fmt: skip


def create_app(parts: SolutionParts) -> FastAPI:
    """The app over its parts; no connection is made here."""
    app = FastAPI(
        title=TITLE, version="1", summary="Makes, checks, stores and deploys solutions; makes no executions.",
        docs_url=None, redoc_url=None, redirect_slashes=False, responses=problem_schema.responses(),
    )  # fmt: skip
    app.state.parts = parts
    app.state.security_guard_sdk = parts.guard
    app.state.settings = parts.settings
    problems.install(app)
    limits.install(app, parts.limits)
    for router in ROUTERS:
        app.include_router(router)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference.page(app.openapi()))

    return app
