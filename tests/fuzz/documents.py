"""Random definitions: documents of the language's own shape, and the same with something wrong in them."""

import json
from random import Random
from typing import Any

import yaml

from fuzz.expressions import expression

NAMES = ["a", "b", "c", "d", "e/f", "g~h", "ü", "continue", "exit", "end", "x" * 40]
JUNK: list[Any] = [
    None, True, 0, -1, 2**63, 2**64 - 1, 1e308, "", " ", "${ }", "${ .a }", "${", "\u202e", "é\u0301", "\x7f", "PT1S", "P1M", "PT99999H",
    "1.0.0",
    [], [[]], {}, {"a": {}}, [None], "https://e.org/x", "a:1.0.0@default", {"$ref": "#"}, {"type": "nonsense"}, "*a", "<<", "../../x",
]  # fmt: skip
KEYS = [
    "document", "do", "use", "call", "with", "for", "in", "try", "catch", "switch", "when", "then", "set", "fork", "branches", "input",
    "schema", "if", "while", "timeout", "output", "export", "as", "from", "raise", "error", "retry", "metadata", "$ref", "", "a.b",
]  # fmt: skip
CALLED = [
    "content.parse", "text.shout", "pay.reserve", "pay.charge", "pay.wire", "http", "grpc", "openapi", "asyncapi", "mcp", "a2a",
    "approval:1.0.0@default", "compensate:1.0.0@default", "f", "content.prase", "x@9", "https://e.org/f.yaml",
]  # fmt: skip
EVENT = {"with": {"type": "t", "source": "${ .s }"}, "correlate": {"k": {"from": ".data.k", "expect": "$context.k"}}}


class Documents:
    """Draws one document after another from ``draw``."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw

    def document(self) -> dict[str, Any]:
        """A whole document; one in two has something wrong in it."""
        made: dict[str, Any] = {
            "document": {"dsl": "1.0.3", "namespace": "t", "name": "n", "version": "1.0.0"}, "do": self.tasks(0),
        }  # fmt: skip
        if self.rarely():
            made["document"]["metadata"] = self.pick(
                [
                    {"saga": {"onFault": self.pick(["compensate", "none", "maybe"])}},
                    {"lifecycle": self.pick(["workflow", "tasks", 1])},
                ]
            )
        if self.rarely():
            made["use"] = {
                "functions": {"f": self.task(2)}, "errors": {"e": {"type": "https://e.org/e", "status": 409}},
                "retries": {"r": self.retry()}, "timeouts": {"t": {"after": "PT1S"}}, "secrets": ["s"],
                "extensions": [{"e": {"extend": self.pick(["all", "call", "nothing"]), "when": self.text(), "before": self.tasks(2)}}],
                "catalogs": {"c": {"endpoint": self.pick(["https://c.org", {"uri": self.text()}])}},
            }  # fmt: skip
        if self.rarely():
            made["input"] = {"from": self.text(), "schema": {"document": self.pick([{"type": "object"}, *JUNK])}}
        if self.rarely():
            made |= self.pick(
                [
                    {"timeout": {"after": "PT5S"}},
                    {"schedule": self.schedule()},
                    {"evaluate": {"mode": "strict"}},
                    {"output": {"as": self.text()}},
                ]
            )
        for _ in range(self.draw.choice([0, 0, 0, 1, 2, 5])):
            self.spoil(made)
        return made

    def written(self) -> str:
        """A document as JSON, or as YAML in one style or another."""
        made, how = self.document(), self.draw.randrange(6)
        if how > 1:
            return json.dumps(made, indent=self.pick([None, 1]), ensure_ascii=self.draw.random() < 0.5)
        return yaml.dump(
            made,
            allow_unicode=True,
            default_flow_style=self.pick([None, True, False]),
            width=self.pick([20, 10_000]),
            Dumper=yaml.CSafeDumper,
        )

    def pick(self, among: list[Any]) -> Any:
        return self.draw.choice(among)

    def rarely(self) -> bool:
        return self.draw.random() < 0.2

    def text(self) -> str:
        """An expression."""
        return (
            f"${{ {expression(self.draw, 3)} }}"
            if self.rarely()
            else self.pick(["${ .a }", "${ . }", "${ .n + 1 }", "${ $context }", "${ [.a] }"])
        )

    def value(self, depth: int = 0) -> Any:
        """Data of an author."""
        if depth < 3 and self.rarely():
            return self.pick([[self.value(depth + 1)], {self.pick(KEYS): self.value(depth + 1)}])
        return self.pick([1, "x", True, None, 0.5, self.text(), self.pick(JUNK)])

    def tasks(self, depth: int) -> list[dict[str, Any]]:
        return [
            {self.pick(NAMES[:6] if self.draw.random() < 0.9 else NAMES): self.task(depth)}
            for _ in range(self.draw.randint(0 if depth else 1, 3))
        ]

    def task(self, depth: int) -> dict[str, Any]:
        """A task with some of what every task may have."""
        kind = self.pick(
            ["set", "call", "wait", "raise", "emit", "listen", "run"]
            + (["do", "for", "fork", "switch", "try"] * 2 if depth < 4 else [])
        )
        made: dict[str, Any] = getattr(self, f"_{kind}")(depth + 1)
        common = {
            "if": self.text(), "then": self.pick(NAMES), "input": {"from": self.text()}, "output": {"as": self.text()},
            "export": {"as": self.text()}, "timeout": self.pick([{"after": "PT1S"}, "t", {"after": self.text()}]), "metadata": {"k": 1},
        }  # fmt: skip
        return made | {key: value for key, value in common.items() if self.draw.random() < 0.07}

    def _set(self, depth: int) -> dict[str, Any]:
        return {"set": {self.pick(["a", "n", "s"]): self.value() for _ in range(2)}}

    def _call(self, depth: int) -> dict[str, Any]:
        given = self.pick(
            [
                {"amount": 1},
                {"text": "x"},
                {"amount": self.text()},
                {"method": "get", "endpoint": "https://e.org"},
                self.value(),
            ]
        )
        return {"call": self.pick(CALLED), "with": given if isinstance(given, dict) else {}}

    def _wait(self, depth: int) -> dict[str, Any]:
        return {"wait": self.pick(["PT1S", {"seconds": 1}, {"milliseconds": 0}, "P1Y", self.text()])}

    def _raise(self, depth: int) -> dict[str, Any]:
        return {
            "raise": {
                "error": self.pick(
                    [
                        "e",
                        {"type": "https://e.org/x", "status": 400},
                        {"type": self.text(), "status": 500, "title": self.text()},
                    ]
                )
            }
        }

    def _emit(self, depth: int) -> dict[str, Any]:
        return {"emit": {"event": {"with": {"source": "https://e.org", "type": "t", "data": self.value()}}}}

    def _listen(self, depth: int) -> dict[str, Any]:
        to = self.pick(
            [
                {"one": EVENT},
                {"any": [EVENT, EVENT]},
                {"all": [EVENT]},
                {"any": [], "until": self.text()},
                {"any": [EVENT], "until": {"one": EVENT}},
            ]
        )
        made: dict[str, Any] = {"listen": {"to": to}}
        return made | ({"foreach": {"item": "i", "do": self.tasks(depth + 1)}} if self.rarely() else {})

    def schedule(self) -> dict[str, Any]:
        """What starts a document."""
        on = self._listen(2)["listen"]["to"]
        return dict(
            self.pick(
                [
                    {"every": self.pick(["PT1H", {"hours": 1}, self.text()])},
                    {"cron": self.pick(["0 0 * * *", "*/5 1-3 * jan sun", "99 * * * *", self.text()])},
                    {"after": "PT5M", "on": on},
                    {"on": on, "read": self.pick(["data", "envelope", "raw", 1])},
                ]
            )
        )

    def _run(self, depth: int) -> dict[str, Any]:
        return {
            "run": self.pick(
                [
                    {"workflow": {"namespace": "t", "name": "c", "version": "1.0.0"}},
                    {"shell": {"command": "ls"}},
                    {"script": {"language": "js", "code": "1"}},
                    {"container": {"image": "x"}},
                ]
            )
        }

    def _do(self, depth: int) -> dict[str, Any]:
        return {"do": self.tasks(depth)}

    def _for(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {
            "for": {"in": self.pick(["${ .a }", "${ [1, 2] }", self.text()]), "each": self.pick(["i", "item", "a b"])},
            "do": self.tasks(depth),
        }
        return made | ({"while": self.text()} if self.rarely() else {})

    def _fork(self, depth: int) -> dict[str, Any]:
        return {"fork": {"compete": self.rarely(), "branches": self.tasks(depth)}}

    def _switch(self, depth: int) -> dict[str, Any]:
        return {
            "switch": [
                {name: {"when": self.text(), "then": self.pick(NAMES)}} for name in NAMES[: self.draw.randint(1, 3)]
            ]
        }

    def _try(self, depth: int) -> dict[str, Any]:
        caught: dict[str, Any] = {"errors": {"with": {"status": self.pick([408, 500, "x"])}}} if self.rarely() else {}
        caught |= self.pick(
            [{}, {"retry": self.pick(["r", self.retry()])}, {"do": self.tasks(depth)}, {"when": self.text()}]
        )
        return {"try": self.tasks(depth), "catch": caught}

    def retry(self) -> dict[str, Any]:
        backoff = self.pick([{"constant": {}}, {"exponential": {}}, {"linear": {}}])
        return {"delay": {"milliseconds": 1}, "backoff": backoff, "limit": {"attempt": {"count": self.pick([1, 3])}}}

    def spoil(self, value: Any) -> None:
        """Something somewhere is not as it should be."""
        here = value
        for _ in range(self.draw.randint(0, 9)):
            inner = [v for v in (here.values() if isinstance(here, dict) else here) if isinstance(v, dict | list) and v]
            if not inner:
                break
            here = self.pick(inner)
        if isinstance(here, list):
            self.pick([lambda: here.append(self.pick(JUNK)), lambda: here.extend(here[:1]), here.clear, here.pop])()
            return
        key = self.pick(list(here) or [""])
        match self.draw.randrange(4):
            case 0:
                here.pop(key, None)
            case 1:
                here[key] = self.value()
            case 2:
                here[self.pick(KEYS)] = self.value()
            case _:
                here[f"{key}x"] = here.pop(key, None)
