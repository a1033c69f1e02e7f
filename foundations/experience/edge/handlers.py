"""The error handlers of a front end. The framework's words are handed in, so that this room needs none of them."""

from collections.abc import Callable
from typing import Any

from symphainy.foundations.experience.edge import problems
from symphainy.foundations.language.errors import Problem, SymphainyError

_HTTP = {404: "there is nothing at this path", 405: "this path has no such method"}


def install(app: Any, *, response: Callable[..., Any], validation: type[Exception], http: type[Exception]) -> None:
    """Let every error of ``app`` leave as a problem: ours, the models' (``validation``) and the framework's own (``http``)."""

    def respond(problem: Problem, request: Any, headers: dict[str, str] | None = None) -> Any:
        whole = problem.model_copy(update={"instance": request.url.path})
        found = {**problems.headers(whole), **(headers or {})}
        return response(problems.body(whole), status_code=whole.status, headers=found, media_type=problems.MEDIA_TYPE)

    async def ours(request: Any, error: Any) -> Any:
        return respond(problems.of_error(error), request)

    async def invalid(request: Any, error: Any) -> Any:
        return respond(problems.of_validation(error.errors()), request)

    async def bare(request: Any, error: Any) -> Any:
        return respond(
            problems.of_status(error.status_code, _HTTP.get(error.status_code, "")), request, dict(error.headers or {})
        )

    app.add_exception_handler(SymphainyError, ours)
    app.add_exception_handler(validation, invalid)
    app.add_exception_handler(http, bare)
