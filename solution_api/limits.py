"""What this plane takes in: the ceilings of bodies, by path."""

from fastapi import FastAPI

from symphainy.foundations.experience.edge.bodies import Bodies
from symphainy.foundations.experience.edge.shield import Shield
from symphainy.solution_api.parts import Limits


def install(app: FastAPI, limits: Limits) -> None:
    """Wrap the app: the shield outermost, then the bodies. The two forms read their own few bytes."""
    ceilings = {"/api/solutions": limits.folder, "/codec/": limits.codec}
    app.add_middleware(Bodies, max_bytes=limits.json, streamed=("/login", "/logout"), limits=ceilings)
    app.add_middleware(Shield, pages=("/", "/docs", "/login"))
