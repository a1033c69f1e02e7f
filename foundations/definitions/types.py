"""The type stage: follows the data through the tasks, and says where it definitely cannot fit (DECISIONS.md 36)."""

from collections.abc import Mapping
from typing import Any

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.expressions import is_expression, strip
from symphainy.foundations.definitions.jqlang.infer import infer
from symphainy.foundations.definitions.jqlang.parser import parse
from symphainy.foundations.definitions.jqlang.shapes import (
    ANY,
    NUMBER,
    Shape,
    array,
    mismatches,
    of_schema,
    of_value,
    record,
    union,
)
from symphainy.foundations.definitions.link import Links
from symphainy.foundations.definitions.protocols import is_protocol
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.tasks import Task, compensation, following, functions, task_list
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.model import Json

Env = Mapping[str, Shape]


def check(report: Report, links: Links) -> None:
    """Report definite mismatches, and the unknown where an effect depends on it."""
    _Flow(report, links).document()


class _Flow:
    def __init__(self, report: Report, links: Links) -> None:
        self.report, self.links, self.own = report, links, functions(report.source.value)
        self.outputs: dict[str, Shape] = {}

    def document(self) -> None:
        document = self.report.source.value
        for name in self.own:
            self.function(name)
        start = self.shaped(
            document.get("input"), "from", self.declared(document.get("input"), ANY, "/input"), {}, "/input"
        )
        end = self.tasks(document.get("do"), "/do", start, {})
        self.out(document.get("output"), end, {}, "/output")

    def function(self, name: str) -> Shape:
        """The output of a function of the document, checked once on its declared input."""
        if name not in self.outputs:
            self.outputs[name] = ANY  # while it is being looked at: a cycle has been reported
            self.outputs[name] = self.task(self.own[name], ANY, {})
        return self.outputs[name]

    def tasks(self, items: Any, pointer: str, start: Shape, env: Env) -> Shape:
        """The output of a list whose first task gets ``start``."""
        found = task_list(items, pointer)
        if not found:
            return start
        incoming: list[list[Shape]] = [[] for _ in found]
        incoming[0].append(start)
        for task in found:
            for target in following(task):
                if isinstance(target, int) and target <= task.index:
                    incoming[target].append(ANY)  # a loop made of jumps
        ends: list[Shape] = []
        for task in found:
            reached = incoming[task.index]
            shape = self.task(task, union(*reached) if reached else ANY, env)
            for target in following(task) if reached else ():
                if not isinstance(target, int):
                    ends.append(shape)
                elif target > task.index:
                    incoming[target].append(shape)
        return union(*ends) if ends else ANY

    def task(self, task: Task, raw: Shape, env: Env) -> Shape:
        body, at = task.body, task.pointer
        raw = self.declared(body.get("input"), raw, f"{at}/input")
        if "if" in body:
            self.expression(body["if"], raw, env, f"{at}/if")
        given = self.shaped(body.get("input"), "from", raw, env, f"{at}/input")
        inside: Env = {**env, "input": given}
        made = getattr(self, f"_{task.kind}", self._other)(task, given, inside)
        out = self.out(body.get("output"), made, inside, f"{at}/output")
        self.shaped(body.get("export"), "as", out, {**inside, "output": out}, f"{at}/export")
        return union(out, raw) if "if" in body else out

    # -- kinds ---------------------------------------------------------------------------------------------------------------------
    def _set(self, task: Task, given: Shape, env: Env) -> Shape:
        return self.template(task.body["set"], given, env, f"{task.pointer}/set")

    def _wait(self, task: Task, given: Shape, env: Env) -> Shape:
        return given

    def _do(self, task: Task, given: Shape, env: Env) -> Shape:
        return self.tasks(task.body["do"], f"{task.pointer}/do", given, env)

    def _switch(self, task: Task, given: Shape, env: Env) -> Shape:
        for i, item in enumerate(task.body["switch"]):
            for name, case in item.items():
                if "when" in case:
                    self.expression(case["when"], given, env, f"{task.pointer}/switch/{i}/{escape(name)}/when")
        return given

    def _for(self, task: Task, given: Shape, env: Env) -> Shape:
        loop, at = task.body["for"], f"{task.pointer}/for/in"
        source = loop["in"]
        items = self.expression(source, given, env, at) if isinstance(source, str) else of_value(source)
        if items.kinds is not None and not items.kinds & {"array", "null"}:
            self.report.at(
                "TYP002", at, f"'in' gives {' or '.join(sorted(items.kinds))}, an array is wanted", value=True
            )
        item = items.items or ANY if items.only("array") else ANY
        inner = {**env, loop.get("each", "item"): item, loop.get("at", "index"): NUMBER}
        self.tasks(task.body["do"], f"{task.pointer}/do", ANY, inner)
        return ANY

    def _fork(self, task: Task, given: Shape, env: Env) -> Shape:
        branches = task_list(task.body["fork"]["branches"], f"{task.pointer}/fork/branches", sequence=False)
        outs = [self.task(branch, given, env) for branch in branches]
        both = union(*outs) if outs else ANY
        return both if task.body["fork"].get("compete") else array(both)

    def _try(self, task: Task, given: Shape, env: Env) -> Shape:
        out = self.tasks(task.body["try"], f"{task.pointer}/try", given, env)
        catch = task.body["catch"]
        if "do" not in catch:
            return union(out, given)
        return union(
            out, self.tasks(catch["do"], f"{task.pointer}/catch/do", given, {**env, catch.get("as", "error"): ANY})
        )

    def _call(self, task: Task, given: Shape, env: Env) -> Shape:
        name, at = task.body["call"], f"{task.pointer}/with"
        arguments = self.template(task.body.get("with", {}), given, env, at)
        if name in self.own:
            declared = of_schema(_schema(self.own[name].body.get("input")))
            self.fits(arguments, declared, at, task)
            return self.function(name)
        contract = self.links.contract(task.body)
        if contract is None or is_protocol(name):
            return ANY
        self.fits(arguments, of_schema(contract.input), at, task)
        self.unknown(arguments, contract, at)
        out = of_schema(contract.output)
        self.compensation(task, given, {**env, "output": out})
        return out

    def _other(self, task: Task, given: Shape, env: Env) -> Shape:
        return ANY

    # -- values --------------------------------------------------------------------------------------------------------------------
    def fits(self, value: Shape, wanted: Shape, at: str, task: Task) -> None:
        for found in mismatches(value, wanted):
            pointer = at + "".join(f"/{escape(part)}" for part in found.path if part != "[]")
            self.report.at(found.code, pointer, f"{task.body['call']}: {found.sentence}", value=found.code == "TYP002")

    def compensation(self, task: Task, given: Shape, env: Env) -> None:
        """What a declared compensation is called with, against the contract of what it calls."""
        declared = compensation(task)
        contract = self.links.contract(declared) if declared is not None else None
        if declared is None or contract is None:
            return
        at = f"{task.pointer}/metadata/compensate/with"
        arguments = self.template(declared.get("with", {}), given, env, at)
        self.fits(arguments, of_schema(contract.input), at, Task(task.name, at, "call", declared))

    def unknown(self, arguments: Shape, contract: Contract, at: str) -> None:
        if contract.effects is None and contract.determinism != "effectful":
            return
        vague = (
            sorted(name for name, shape in arguments.props.items() if not shape.known)
            if arguments.known
            else ["the arguments"]
        )
        if vague:
            self.report.at(
                "TYP004", at, f"{contract.ref} has an effect, and the type of {', '.join(vague)} is not known"
            )

    def expression(self, text: str, dot: Shape, env: Env, at: str) -> Shape:
        bare = strip(text)
        if judge(bare).kind == "refused":
            return ANY
        return infer(parse(bare), dot, env, lambda code, sentence: self.report.at(code, at, sentence, value=True))

    def template(self, value: Json, dot: Shape, env: Env, at: str) -> Shape:
        """A value with expressions in it."""
        if isinstance(value, str) and is_expression(value):
            return self.expression(value, dot, env, at)
        if isinstance(value, dict):
            return record({key: self.template(item, dot, env, f"{at}/{escape(key)}") for key, item in value.items()})
        if isinstance(value, list):
            shapes = [self.template(item, dot, env, f"{at}/{i}") for i, item in enumerate(value)]
            return array(union(*shapes) if shapes else ANY)
        return of_value(value)

    def shaped(self, holder: Any, key: str, data: Shape, env: Env, at: str) -> Shape:
        """``from`` or ``as``: a string is always an expression."""
        how = holder.get(key) if isinstance(holder, dict) else None
        if how is None:
            return data
        return (
            self.expression(how, data, env, f"{at}/{key}")
            if isinstance(how, str)
            else self.template(how, data, env, f"{at}/{key}")
        )

    def declared(self, holder: Any, value: Shape, at: str) -> Shape:
        """``value`` against a declared schema; the declaration where nothing was known."""
        wanted = of_schema(_schema(holder))
        for found in mismatches(value, wanted):
            self.report.at("TYP002" if found.code == "TYP002" else found.code, f"{at}/schema", found.sentence)
        return value if value.known else wanted

    def out(self, holder: Any, value: Shape, env: Env, at: str) -> Shape:
        return self.declared(holder, self.shaped(holder, "as", value, env, at), at)


def _schema(holder: Any) -> Any:
    schema = holder.get("schema") if isinstance(holder, dict) else None
    return schema.get("document") if isinstance(schema, dict) else None
