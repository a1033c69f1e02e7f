"""Compares how a run ended with what an entry of expected.yaml states. A key that is not known here fails the test."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from support.live_driver import Live, Run
from support.stub_server import Asked, Reply, StubServer

LIFECYCLE = "io.serverlessworkflow."
TOKEN = "<a JWT"


def stubs(server: StubServer, entry: dict[str, Any], read: Any) -> None:
    """The entry's stubs as routes."""
    for stub in entry.get("stubs", ()):
        if not stub["host"].startswith("http"):
            continue
        replies = [
            Reply(
                r.get("status", 200), _token(r.get("body")), r.get("text") if "file" not in r else read(r["file"]), r.get("headers", {}),
                r.get("delay_ms", 0) / 1000,
            )
            for r in stub["responses"]
        ]  # fmt: skip
        server.route(stub["host"].partition("://")[2], stub["method"], stub["path"], *replies)


@contextmanager
def grpc_stubs(entry: dict[str, Any], root: Path) -> Iterator[dict[str, str]]:
    """A server for the entry's gRPC stubs; the map that leads to it. Their samples share one proto."""
    given = [stub for stub in entry.get("stubs", ()) if stub["host"].startswith("grpc://")]
    if not given:
        yield {}
        return
    from support.grpc_stub import GrpcStub

    proto = (root / "sdk-java/workflows-samples/grpc/proto/contributors.proto").read_text()
    answers = {s["method"]: [one for r in s["responses"] for one in r.get("stream", [r.get("body")])] for s in given}
    with GrpcStub(proto, answers) as server:
        yield {stub["host"].partition("://")[2]: f"127.0.0.1:{server.port}" for stub in given}


def _token(body: Any) -> Any:
    """A token stands in the file as a description; ours is opaque, which any client must take."""
    if isinstance(body, dict) and str(body.get("access_token", "")).startswith(TOKEN):
        return {**body, "access_token": "opaque-token"}
    return body


def compare(expect: dict[str, Any], run: Run, world: Live, asked: list[Asked], seconds: float) -> None:  # noqa: C901
    """Everything that the entry states of the end."""
    ending = run.ending
    wanted = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
    assert ending.status in wanted, (ending.status, ending.error)
    output = ending.output
    for key, value in expect.items():
        match key:
            case "status" | "note" | "before":
                pass
            case (
                "output"
                | "output_subset"
                | "output_contains"
                | "output_has"
                | "output_size"
                | "output_any_of"
                | "output_stripped"
                | "output_type"
                | "output_not"
            ):
                _output(key, value, output)
            case "context_subset":
                assert subset(value, run.final_context), run.final_context
            case "error":
                _error(value, ending.error or {})
            case "message_contains":
                assert value in json.dumps(ending.error)
            case "requests":
                _requests(value, asked)
            case "requests_count":
                assert len(asked) == value
            case "min_ms":
                assert seconds * 1000 >= value
            case "events":
                _events([event for event in value if not event["type"].startswith(LIFECYCLE)], world.events)
                _events([event for event in value if event["type"].startswith(LIFECYCLE)], run.told)
            case _:
                raise AssertionError(f"expected.yaml states something that is not known here: {key}")


def _output(key: str, value: Any, output: Any) -> None:
    match key:
        case "output":
            assert output == value
        case "output_subset":
            assert subset(value, output), output
        case "output_contains":
            assert contains(value, output), output
        case "output_has":
            assert all(name in output for name in value)
        case "output_size":
            assert len(output) == value
        case "output_any_of":
            assert output in value
        case "output_stripped":
            assert output.strip() == value
        case "output_type":
            assert isinstance(output, {"integer": int, "string": str}[value])
        case "output_not":
            assert output != value


def subset(wanted: Any, found: Any) -> bool:
    """Whether every key of ``wanted`` is in ``found`` with an equal value, at any depth."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(k in found and subset(v, found[k]) for k, v in wanted.items())
    return bool(wanted == found)


def contains(wanted: Any, found: Any) -> bool:
    """As ``subset``, and texts need only be inside."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(k in found and contains(v, found[k]) for k, v in wanted.items())
    return wanted in found if isinstance(wanted, str) and isinstance(found, str) else bool(wanted == found)


def _error(wanted: dict[str, Any], error: dict[str, Any]) -> None:
    for key, value in wanted.items():
        if key == "type":
            assert error["type"].rstrip("/").rpartition("/")[2] == value, error
        elif key.endswith("_contains"):
            assert value in error[key.removesuffix("_contains")]
        else:
            assert error[key] == value, error


def _requests(wanted: list[dict[str, Any]], asked: list[Asked]) -> None:
    """At least these, in this order."""
    rest = iter(asked)
    for one in wanted:
        assert any(_same(one, a) for a in rest), (one, asked)
    assert wanted or not asked


def _same(wanted: dict[str, Any], asked: Asked) -> bool:
    form = parse_qs(asked.body.decode(errors="replace"))
    for key, value in wanted.items():
        match key:
            case "method" | "path":
                ok = getattr(asked, key) == value
            case "query":
                ok = all(asked.query.get(k) == [str(v)] for k, v in value.items())
            case "headers":
                ok = all(_header(v, asked.headers.get(k.lower(), "")) for k, v in value.items())
            case "body_subset":
                ok = subset(value, json.loads(asked.body))
            case "form":
                ok = all(form.get(k) == [str(v)] for k, v in value.items())
            case "form_absent":
                ok = not set(value) & set(form)
            case _:
                raise AssertionError(f"a request states something that is not known here: {key}")
        if not ok:
            return False
    return True


def _header(wanted: str, found: str) -> bool:
    return found.split(";")[0] == wanted.replace("<access_token>", "opaque-token")


def _events(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    rest = iter(found)
    for one in wanted:
        assert any(_event(one, event) for event in rest), (one, found)


def _event(wanted: dict[str, Any], event: dict[str, Any]) -> bool:
    for key, value in wanted.items():
        if key == "has":
            ok = set(value) <= set(event)
        elif key == "data_subset":
            ok = subset(value, event.get("data"))
        elif key.endswith("_contains"):
            ok = value in event[key.removesuffix("_contains")]
        else:
            ok = event.get(key) == value
        if not ok:
            return False
    return True
