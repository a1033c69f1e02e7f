"""The Experience plane's app: one list of routers behind one list of guards."""

from collections import Counter

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from symphainy.experience_api import (
    agent,
    auth,
    bound,
    content,
    documents,
    events,
    executions,
    health,
    hooks,
    insights,
    intents,
    limits,
    problems,
    sessions,
    streams,
    tasks,
)
from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.experience.edge import problem_schema, reference

TITLE = "Symphainy Experience Plane"
ROUTERS = (
    health.router, auth.router, auth.keys, sessions.router, intents.router, events.router, streams.router, executions.router,
    content.router, documents.router, insights.router, insights.mashes, tasks.router, agent.router, hooks.router, bound.router,
)  # fmt: skip
"""In this order: what a solution has bound comes last, so that no binding hides a path of the plane."""


def create_app(parts: ExperienceParts) -> FastAPI:
    """The app over its parts; no connection is made here."""
    app = FastAPI(
        title=TITLE, version="1", summary="Delivers what solutions have bound; decides nothing, keeps nothing.",
        docs_url=None, redoc_url=None, redirect_slashes=False, responses=problem_schema.responses(),
    )  # fmt: skip
    app.state.parts = parts
    app.state.security_guard_sdk = parts.guard
    app.state.runtime, app.state.sessions, app.state.settings = parts.runtime, parts.sessions, parts.settings
    app.state.sockets = Counter[str]()
    problems.install(app)
    limits.install(app, parts.limits)
    for router in ROUTERS:
        app.include_router(router)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference.page(app.openapi()))

    return app
