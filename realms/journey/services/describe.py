"""A saga told step by step, as a procedure for people, with its diagram."""

from collections.abc import Awaitable, Callable

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.registers import SagaShelf, Stored
from symphainy.foundations.language.step import Step
from symphainy.realms.journey.models import Described, ToDescribe

_LISTS = ("do", "try")


def describer(
    catalog: Callable[[], Catalog], sagas: SagaShelf | None = None
) -> Callable[[Step[ToDescribe]], Awaitable[Described]]:
    """The capability over the packaged sagas of a catalog and, where there is one, the shelf of registered and deployed ones."""

    @capability("journey.describe", input=ToDescribe, output=Described, title="Describe a saga")
    async def describe(step: Step[ToDescribe]) -> Described:
        """The steps of a saga in plain English and as a diagram, from its document or by its name.

        Invalid when it is no OWS document, NotFound when nothing goes by that name.
        """
        name, document = step.input.definition, step.input.document
        if (name is None) == (document is None):
            raise Invalid("Give a saga's document, or its name; exactly one of both.")
        if name is None:
            return procedure(document or {})
        found = await sagas.saga(step.context.tenant, name) if sagas is not None else None
        if found is None:
            packaged = _packaged(catalog(), name)
            found = Stored(definition=name, digest="", document=packaged) if packaged is not None else None
        if found is None:
            raise NotFound(f"no saga goes by the name {name}", remedy="name namespace/name:version, or an intent")
        told = procedure(found.document)
        return told.model_copy(update={"definition": found.definition, "digest": found.digest})

    return describe


def procedure(document: dict[str, Json]) -> Described:
    """The steps of an OWS document in plain English and as a diagram. Invalid when it is no such document."""
    head, tasks = document.get("document"), document.get("do")
    if not isinstance(head, dict) or not isinstance(tasks, list):
        raise Invalid("This is no OWS document: it needs the keys document and do.", remedy="Send a saga's document.")
    title, summary = str(head.get("title") or head.get("name") or "Saga"), str(head.get("summary") or "")
    return Described(title=title, summary=summary, steps=tuple(told(tasks)), mermaid=drawn(tasks))


def _packaged(catalog: Catalog, name: str) -> dict[str, Json] | None:
    """A realm's saga, by its name, by the intent that it answers, or as ``namespace/name[:version]``."""
    routed = {route.intent: route.saga for route in catalog.routes if route.saga}
    if (found := catalog.sagas.get(name) or catalog.sagas.get(routed.get(name, ""))) is not None:
        return found
    for document in catalog.sagas.values():
        head = document["document"]
        whole = f"{head.get('namespace')}/{head.get('name')}"
        if name in (whole, f"{whole}:{head.get('version')}"):
            return document
    return None


def told(tasks: list[Json], number: str = "") -> list[str]:
    """Each task as a sentence, nested ones numbered below it.

    >>> told([{"pay": {"call": "bank.pay", "if": ".amount > 0"}}, {"rest": {"wait": {"days": 2}}}])
    ['1. If .amount > 0: pay, by calling bank.pay.', '2. Rest: wait for 2 days.']
    """
    lines = []
    for place, (name, task) in enumerate(_named(tasks), start=1):
        at = f"{number}{place}."
        sentence = f"{_title(name)}{_sentence(task)}"
        if "if" in task:
            sentence = f"If {_plain(task['if'])}: {sentence[0].lower()}{sentence[1:]}"
        then = task.get("then")
        onward = "" if then in (None, "continue") else f" Then {_onward(str(then))}."
        lines.append(f"{at} {sentence}.{onward}")
        for heading, inner in _nested(task):
            lines += [f"{at} {heading}"] if heading else []
            lines += told(inner, at)
    return lines


def drawn(tasks: list[Json]) -> str:
    """The top level of the saga as a Mermaid flow chart.

    >>> print(drawn([{"pay": {"call": "bank.pay"}}]))
    flowchart TD
      start([start])
      n0["pay<br/>bank.pay"]
      finish([end])
      start --> n0
      n0 --> finish
    """
    named = list(_named(tasks))
    ids = {name: f"n{place}" for place, (name, _) in enumerate(named)}
    nodes, edges, follows = [], [], [*(f"n{place}" for place in range(1, len(named))), "finish"]
    for (name, task), node, following in zip(named, ids.values(), follows, strict=False):
        label = _safe(
            f"{_title(name).lower()}<br/>{task['call']}" if isinstance(task.get("call"), str) else _title(name).lower()
        )
        cases = [case for item in task.get("switch", []) for case in item.values()]
        nodes.append(f'{node}{{"{label}"}}' if cases else f'{node}["{label}"]')
        for case in cases:
            when = _safe(_plain(case["when"])) if "when" in case else "otherwise"
            edges.append(f'{node} -->|"{when}"| {_target(str(case.get("then", "continue")), ids, following)}')
        if not cases or all("when" in case for case in cases):
            edges.append(f"{node} --> {_target(str(task.get('then', 'continue')), ids, following)}")
    first = "n0" if named else "finish"
    return "\n  ".join(["flowchart TD", "start([start])", *nodes, "finish([end])", f"start --> {first}", *edges])


def _named(tasks: list[Json]) -> list[tuple[str, dict[str, Json]]]:
    return [
        (str(name), task)
        for item in tasks
        if isinstance(item, dict)
        for name, task in item.items()
        if isinstance(task, dict)
    ]


def _sentence(task: dict[str, Json]) -> str:
    if isinstance(task.get("call"), str):
        return f", by calling {task['call']}"
    if "switch" in task:
        cases = [case for item in task["switch"] for case in item.values()]
        ways = [
            f"{'when ' + _plain(case['when']) if 'when' in case else 'otherwise'}, {_onward(str(case.get('then', 'continue')))}"
            for case in cases
        ]
        return ": " + "; ".join(ways)
    if "for" in task:
        each = task["for"].get("each", "item")
        return f": for each {each} of {_plain(task['for'].get('in', ''))}, do these steps"
    if "fork" in task:
        rest = "the first to finish decides" if task["fork"].get("compete") else "wait for all"
        return f": do {len(task['fork'].get('branches', []))} things at once; {rest}"
    if "wait" in task:
        return f": wait for {_duration(task['wait'])}"
    if "raise" in task:
        return ": stop with an error"
    if "set" in task:
        names = ", ".join(task["set"]) if isinstance(task["set"], dict) else "new data"
        return f": note {names}"
    if "emit" in task:
        return f": announce {task['emit'].get('event', {}).get('with', {}).get('type', 'an event')}"
    if "listen" in task:
        return ": wait until an event arrives"
    return ": try these steps" if "try" in task else ": do these steps"


def _nested(task: dict[str, Json]) -> list[tuple[str, list[Json]]]:
    """The lists of tasks inside a task, each with the line that introduces it."""
    inner = [("", task[key]) for key in _LISTS if isinstance(task.get(key), list)]
    if isinstance(task.get("fork"), dict):
        inner.append(("", task["fork"].get("branches", [])))
    if isinstance(task.get("catch"), dict) and isinstance(task["catch"].get("do"), list):
        inner.append(("If one of them fails:", task["catch"]["do"]))
    return inner


def _onward(then: str) -> str:
    return {"continue": "go on", "end": "end here", "exit": "leave these steps"}.get(
        then, f"go to {_title(then).lower()}"
    )


def _target(then: str, ids: dict[str, str], following: str) -> str:
    return "finish" if then in ("end", "exit") else ids.get(then, following)


def _duration(value: Json) -> str:
    return ", ".join(f"{amount} {unit}" for unit, amount in value.items()) if isinstance(value, dict) else str(value)


def _plain(expression: Json) -> str:
    text = str(expression).strip()
    return text[2:-1].strip() if text.startswith("${") and text.endswith("}") else text


def _title(name: str) -> str:
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("_", " ").replace("-", " ").split()
    return " ".join(words).capitalize()


def _safe(label: str) -> str:
    return label.replace('"', "'").replace("\n", " ")
