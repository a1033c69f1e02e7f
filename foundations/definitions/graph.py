"""Draws a plan as a Mermaid flowchart: branches, loops, forks, tries, and a dotted arrow to what takes a step back."""

from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.protocols import linked_name
from symphainy.foundations.definitions.tasks import Task, exits, functions, inner_lists, kind_of, task_list

_SHAPES = {
    "switch": ('{"', '"}'),
    "wait": ('(["', '"])'),
    "raise": ('[/"', '"/]'),
    "emit": ('>"', '"]'),
    "set": ('["', '"]'),
    "call": ('[["', '"]]'),
}


def mermaid(plan: Plan) -> str:
    """The flowchart of ``plan``; ids are the same for equal plans."""
    drawing = _Drawing(plan)
    drawing.line("flowchart TD", 0)
    drawing.line(f'start(["{_text(plan.definition)}"])')
    drawing.line("finish([end])")
    top = task_list(plan.document.get("do"), "/do")
    drawing.tasks(top, 1)
    drawing.line(f"start --> {drawing.ids[top[0].pointer] if top else 'finish'}")
    for name, task in functions(plan.document).items():
        drawing.line(f'subgraph f_{len(drawing.ids)}["function {_text(name)}"]')
        drawing.task(task, 2)
        drawing.line("end")
    return "\n".join([*drawing.lines, *drawing.edges, *drawing.undos, ""])


class _Drawing:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: list[str] = []
        self.edges: list[str] = []
        self.undos: list[str] = []
        self.ids: dict[str, str] = {}

    def line(self, text: str, depth: int = 1) -> None:
        self.lines.append("  " * depth + text)

    def tasks(self, found: list[Task], depth: int) -> None:
        """The tasks of a list, and the arrows between them."""
        for task in found:
            self.task(task, depth)
        for task in found:
            for target, label, _ in exits(task):
                self.edge(task, self._where(task, target, found), label)

    def _where(self, task: Task, target: str, found: list[Task]) -> str | None:
        if target == "end":
            return "finish"
        if target in task.siblings:
            return self.ids[found[task.siblings.index(target)].pointer]
        top = task.pointer.count("/") == 3
        if target == "continue" and task.index + 1 < len(task.siblings):
            return self.ids[found[task.index + 1].pointer]
        return "finish" if top and task.siblings else None

    def edge(self, task: Task, target: str | None, label: str) -> None:
        if target is None:
            return
        arrow = f'-- "{_text(label)}" -->' if label else "-->"
        self.edges.append(f"  {self.ids[task.pointer]} {arrow} {target}")

    def task(self, task: Task, depth: int) -> None:
        """One node, or a frame around the lists inside it."""
        id_ = self.ids[task.pointer] = f"t{len(self.ids)}"
        lists = inner_lists(task)
        if not lists:
            before, after = _SHAPES.get(task.kind, ('["', '"]'))
            self.line(f"{id_}{before}{_text(_label(task))}{after}", depth)
            self._undo(task, id_)
            return
        self.line(f'subgraph {id_}["{_text(_label(task))}"]', depth)
        for path, items, sequence in lists:
            inner = task_list(items, f"{task.pointer}/{path}", sequence=sequence)
            if path == "catch/do":
                self.line(f'subgraph {id_}c["catch"]', depth + 1)
                self.tasks(inner, depth + 2)
                self.line("end", depth + 1)
            else:
                self.tasks(inner, depth + 1)
            if task.kind == "for" and inner:
                first, last = self.ids[inner[0].pointer], self.ids[inner[-1].pointer]
                self.edges.append(f'  {last} -. "next {_text(task.body["for"].get("each", "item"))}" .-> {first}')
        self.line("end", depth)

    def _undo(self, task: Task, id_: str) -> None:
        linked = self.plan.capabilities.get(self.plan.calls.get(linked_name(task.body), ""))
        if linked is not None and linked.undo is not None:
            self.line(f'{id_}u("{_text(linked.undo)}")', 1)
            self.undos.append(f'  {id_} -. "undo" .-> {id_}u')


def _label(task: Task) -> str:
    body: dict[str, Any] = task.body
    match kind_of(body):
        case "call":
            more = f": {body['call']}"
        case "for":
            more = f": for each {body['for'].get('each', 'item')}"
        case "fork":
            more = ": first of" if body["fork"].get("compete") else ": all of"
        case "try":
            more = ": try, retry" if "retry" in body["catch"] else ": try"
        case "wait":
            more = f": wait {_duration(body['wait'])}"
        case "switch" | "raise" | "emit" as kind:
            more = f": {kind}"
        case _:
            more = ""
    return f"{task.name}{more}" + (f" if {body['if']}" if "if" in body else "")


def _duration(value: Any) -> str:
    return " ".join(f"{n} {unit}" for unit, n in value.items()) if isinstance(value, dict) else str(value)


def _text(value: str) -> str:
    """Text for a label: on one line, without what Mermaid reads as its own."""
    flat = " ".join(str(value).split())
    flat = flat if len(flat) <= 60 else flat[:57] + "…"
    return "".join(f"#{ord(c)};" if c in '"<>{}[]|`#;\\' else c for c in flat)
