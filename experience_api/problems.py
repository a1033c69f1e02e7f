"""Every error of this plane becomes a problem body, whatever raised it."""

from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from symphainy.foundations.experience.edge import handlers


def install(app: FastAPI) -> None:
    """Register the handlers."""
    handlers.install(app, response=Response, validation=RequestValidationError, http=HTTPException)
