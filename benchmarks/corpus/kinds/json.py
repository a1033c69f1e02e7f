"""JSON and JSON Lines: records, depth, keys; items and totals of insurance claims under their paths."""

import json
import re

from corpus.given import Corpus, Given
from corpus.parsing import detected, parsed
from corpus.scored import Facts, Scored, scored, share

NAME = "json"
TARGET = "Record count, depth, item count and total exact pass; nested values addressable by path is strong."
PASS = 1.0


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(file) for file in corpus.of("json")]


def _one(file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        facts, document = file.facts, parsed(file.path)
        told, kind = document.metadata, detected(file.path).kind
        if "json_lines" in facts:
            checks = [kind == "jsonl", told["lines"] == facts["json_lines"], told["records"] == facts["valid_lines"]]
            return share(checks), {"records": told["records"]}
        source = json.loads(file.path.read_bytes())
        paths = dict(line.partition(": ")[::2] for line in document.text.split("\n") if ": " in line)
        checks = [
            kind == "json",
            told["top"] == {"dict": "object", "list": "array"}[facts["top"]],
            told["size"] == facts["size"],
            told["depth"] in (facts["depth"], facts["depth"] - 1),  # whether a single value is a level of its own
            list(told["keys"])[: len(facts["keys"])] == facts["keys"],
        ]
        if "items" in facts:
            checks.append(len({m[1] for key in paths if (m := re.match(r"item\[(\d+)\]", key))}) == facts["items"])
        if facts.get("total"):
            checks += [
                paths.get(f"total.{key}") == str(value) or _same(paths.get(f"total.{key}"), value)
                for key, value in facts["total"].items()
            ]
        checks.append(_addressable(source, document.text))
        return share(checks), {"values": told["values"]}

    return scored(file.path, file.name, judge)


def _same(ours: str | None, truth: object) -> bool:
    return ours is not None and isinstance(truth, float) and float(ours) == truth


def _addressable(source: object, text: str) -> bool:
    """Whether every single short value of the file stands in the text after its own path."""
    todo = [("", source)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo += [(f"{path}.{key}" if path else key, item) for key, item in value.items()]
        elif isinstance(value, list):
            todo += [(f"{path}[{at}]", item) for at, item in enumerate(value)]
        elif (
            isinstance(value, str)
            and 0 < len(value) < 60
            and value == " ".join(value.split())
            and f"{path}: {value}" not in text
        ):
            return False
    return True
