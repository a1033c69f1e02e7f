"""``try``: run a list; catch what fits; retry first, and only when that is exhausted run ``catch.do`` and ``catch.then``."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.machine import flow, lifecycle, retry, trace
from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.kinds.call import digest
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.problems import as_value, same_type
from symphainy.foundations.language.errors import ERROR_BASE, Problem
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Try(Kind):
    """Try, retry, catch."""

    def start(self, m: "Machine", f: Frame) -> None:
        """First attempt."""
        f.data.update(attempt=0, context=m.state.scopes[f.scope], began=m.state.now, effects=len(m.state.effects))
        self._attempt(m, f)

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """The body, or the catch block, is through."""
        m.untimer(f, "attempt")
        caught = child.pointer.endswith("/catch/do")
        catch = m.program.node(f.pointer)["catch"]
        m.finish(f, output, catch.get("then") if caught else None)

    def broke(self, m: "Machine", f: Frame, child: Done, error: Problem) -> None:
        """Decide: pass on, run again later, or handle."""
        m.untimer(f, "attempt")
        catch = m.program.node(f.pointer)["catch"]
        if child.pointer.endswith("/catch/do") or m.state.cancelled or not self._fits(m, f, catch, error):
            m.fail(f, error)
            return
        policy = m.program.named("retries", catch.get("retry"))
        if policy is not None:
            delay = retry.delay(m, f, policy, error)
            if delay is not None:
                self._remember(m, f, error)
                trace.note(m, "retry", f, trace.outcome(error))
                f.data["error"] = as_value(error)
                m.timer(f, "retry", delay)
                return
            if "do" not in catch and "then" not in catch:
                m.fail(f, error)  # retries are spent and nothing else was said: the error stands
                return
        trace.note(m, "caught", f, trace.outcome(error))
        if "do" in catch:
            m.spawn(
                f,
                f"{f.pointer}/catch/do",
                f"{f.path}/catch/do",
                f.input,
                bound={catch.get("as", "error"): as_value(error)},
            )
        else:
            m.finish(f, f.raw, catch.get("then"))

    def due(self, m: "Machine", f: Frame, purpose: str) -> None:
        """The retry delay is over (exports of the failed attempt are rolled back), or the attempt has taken too long."""
        if purpose == "attempt":
            body = next(b for b in m.state.frames.values() if b.parent == f.id)
            m.collapse(body, "fail", timed_out(f.pointer))
            return
        m.state.scopes[f.scope] = f.data["context"]
        lifecycle.task(m, f, "retried")
        self._attempt(m, f)

    def _attempt(self, m: "Machine", f: Frame) -> None:
        f.data["attempt"] += 1
        f.data["body"] = m.visit(f, "try")
        m.spawn(f, f"{f.pointer}/try", f.data["body"], f.input)
        policy = m.program.named("retries", m.program.node(f.pointer)["catch"].get("retry")) or {}
        if most := ((policy.get("limit") or {}).get("attempt") or {}).get("duration"):
            m.timer(f, "attempt", parse_duration(most))

    def _fits(self, m: "Machine", f: Frame, catch: dict[str, Any], error: Problem) -> bool:
        wanted = (catch.get("errors") or {}).get("with") or {}
        value = as_value(error)
        for key, want in wanted.items():
            is_same = (
                same_type(want, error.type)
                if key == "type"
                else want == value.get("detail" if key == "details" else key)
            )
            if not is_same:
                return False
        bound = {catch.get("as", "error"): value}
        if "when" in catch and not flow.truthy(m, f, catch["when"], value, bound):
            return False
        return not ("exceptWhen" in catch and flow.truthy(m, f, catch["exceptWhen"], value, bound))

    def _remember(self, m: "Machine", f: Frame, error: Problem) -> None:
        """Keep what succeeded in this attempt, by its place in the body, and the old key of what is unknown."""
        body = f.data["body"]
        kept = f.data.setdefault("kept", {})
        for effect in m.state.effects[f.data["effects"] :]:
            if effect.path.startswith(body + "/"):
                place = effect.path[len(body) :]
                kept[place] = {
                    "digest": digest(effect.arguments),
                    "output": effect.output,
                    "ref": effect.ref,
                    "path": effect.path,
                }
        for path in m.state.unknown:
            if path.startswith(body + "/"):
                f.data.setdefault("unknown", {})[path[len(body) :]] = path
        m.state.unknown = [p for p in m.state.unknown if not p.startswith(body + "/")]


def timed_out(pointer: str) -> Problem:
    """One attempt took longer than ``limit.attempt.duration``."""
    return Problem(
        type=ERROR_BASE + "timeout",
        status=408,
        title="Timeout",
        detail="the attempt took longer than its limit",
        instance=pointer,
    )
