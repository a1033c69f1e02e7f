"""What this plane takes in: the ceilings of bodies, by path."""

from fastapi import FastAPI

from symphainy.foundations.experience.edge.bodies import Bodies
from symphainy.foundations.experience.edge.shield import Shield
from symphainy.solution_api.parts import Limits

CONSOLE = "/console/"


def install(app: FastAPI, limits: Limits) -> None:
    """Wrap the app: the shield outermost, then the bodies. The forms read their own few bytes,
    the console has a guard of its own.
    """
    ceilings = {"/api/solutions": limits.folder, "/codec/": limits.codec}
    app.add_middleware(
        Bodies, max_bytes=limits.json, streamed=("/login", "/logout", "/register", CONSOLE), limits=ceilings
    )
    app.add_middleware(Shield, pages=("/", "/docs", "/login", "/register"))
