"""``fork``: branches side by side, in a bounded window. All of them, or with ``compete`` the first one to finish."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.program import escape
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Fork(Kind):
    """Every branch gets the fork's input and its own copy of the context; exports are merged in declared order."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Start as many branches as the window holds."""
        branches = m.program.node(f.pointer)["fork"]["branches"]
        if len(branches) > m.program.plan.limits.fan_out:
            raise Invalid(
                f"{len(branches)} branches are over the limit of {m.program.plan.limits.fan_out}", code="fan_out"
            )
        f.data.update(outputs={}, branch={}, next=0, scopes={})
        for _ in range(min(len(branches), m.program.plan.limits.window)):
            self._branch(m, f)
        if not branches:
            m.finish(f, [])

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """A branch is through: take its output, start the next, or go on."""
        number = f.data["branch"].pop(str(child.id))
        if then == "end":
            m.end(f, output)
            return
        fork = m.program.node(f.pointer)["fork"]
        f.data["outputs"][str(number)] = output
        self._settle(m, f, number)
        if fork.get("compete"):
            self._merge(m, f, [number])
            m.collapse(f, "finish", output)
        elif f.data["next"] < len(fork["branches"]):
            self._branch(m, f)
        elif not f.data["branch"]:
            order = range(len(fork["branches"]))
            self._merge(m, f, list(order))
            m.finish(f, [f.data["outputs"][str(i)] for i in order])

    def _branch(self, m: "Machine", f: Frame) -> None:
        number = f.data["next"]
        f.data["next"] += 1
        (name,) = m.program.node(f.pointer)["fork"]["branches"][number]
        place = f"fork/branches/{number}/{escape(name)}"
        scope = m.state.next_id
        m.state.scopes[scope] = m.state.scopes[f.scope]
        f.data["scopes"][str(number)] = scope
        frame = m.spawn(f, f"{f.pointer}/{place}", f"{f.path}/{place}", f.input, name=name, scope=scope)
        f.data["branch"][str(frame.id)] = number

    def _settle(self, m: "Machine", f: Frame, number: int) -> None:
        """A branch that exported nothing needs no context of its own: 1,000 copies would be carried for nothing."""
        scope = f.data["scopes"][str(number)]
        if m.state.scopes[scope] == m.state.scopes[f.scope]:
            del m.state.scopes[scope], f.data["scopes"][str(number)]

    def _merge(self, m: "Machine", f: Frame, numbers: list[int]) -> None:
        before = m.state.scopes[f.scope]
        merged = before
        for number in numbers:
            if (scope := f.data["scopes"].get(str(number))) is None:
                continue
            after = m.state.scopes[scope]
            if isinstance(after, dict) and isinstance(merged, dict | None):
                base = before if isinstance(before, dict) else {}
                merged = {**(merged or {}), **{k: v for k, v in after.items() if k not in base or base[k] != v}}
            else:
                merged = after
        m.state.scopes[f.scope] = merged
        for scope in f.data["scopes"].values():
            m.state.scopes.pop(scope, None)
