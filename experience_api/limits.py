"""What this plane takes in: which paths read their own bytes, and the ceilings of all others."""

from fastapi import FastAPI

from symphainy.experience_api.parts import Limits
from symphainy.foundations.experience.edge.bodies import Bodies
from symphainy.foundations.experience.edge.shield import Shield

UPLOAD = "/v1/content/upload"


def install(app: FastAPI, limits: Limits) -> None:
    """Wrap the app: the shield outermost, then the bodies."""
    app.add_middleware(Bodies, max_bytes=limits.json, streamed=(UPLOAD,))
    app.add_middleware(Shield, pages=("/docs",))
