"""Both planes' documents, and what a generator of requests makes of them: no 5xx, every error a problem."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

sys.path.insert(0, str(Path(__file__).parent.parent / "solution_api"))

from experience_fakes import parts as experience_parts
from solution_fakes import parts as solution_parts

from symphainy.experience_api.app import create_app as experience
from symphainy.solution_api.app import create_app as solution

PLANES = {
    "experience": lambda tmp: experience(experience_parts(tmp)),
    "solution": lambda tmp: solution(solution_parts()),
}


@pytest.fixture(params=PLANES)
async def app(request, tmp_path):
    app = PLANES[request.param](tmp_path)
    guard = app.state.security_guard_sdk
    await guard.register("acme", "ann@acme.example", "a long enough sentence")
    app.state.test_token = (await guard.login("acme", "ann@acme.example", "a long enough sentence")).access_token
    return app


async def test_the_documents_are_valid_openapi(app):
    from openapi_spec_validator import validate

    found = app.openapi()
    for content in _streams(found):
        content.pop("itemSchema")  # OpenAPI 3.2's word for what a stream is made of; the validator knows 3.1
    validate(found)
    for path, verbs in found["paths"].items():
        for verb, operation in verbs.items():
            assert operation.get("description"), f"{verb} {path} says nothing"
            assert "4XX" in operation["responses"]
            assert "HTTPValidationError" not in str(operation)


def test_generated_requests_meet_no_5xx(app):
    import schemathesis  # takes a second to load: for the one process that runs this

    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    seen: dict[str, list[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.endswith("/events"):
            continue  # a stream of a held execution ends with its life, not with the test

        _try(app, operation, seen.setdefault(operation.label, []))
    assert len(seen) >= 12 and sum(len(v) for v in seen.values()) >= 100


def _streams(found):
    operations = [operation for verbs in found["paths"].values() for operation in verbs.values()]
    contents = [c for o in operations for r in o["responses"].values() for c in r.get("content", {}).values()]
    return [content for content in contents if "itemSchema" in content]


def _try(app, operation, seen):
    from schemathesis.checks import not_a_server_error

    headers = {"Authorization": f"Bearer {app.state.test_token}"}

    @settings(
        max_examples=3, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def run(case):
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=[not_a_server_error])
        seen.append(answer.status_code)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], (operation.label, answer.status_code)

    run()
