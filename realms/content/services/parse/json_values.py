"""JSON and JSON Lines: records as a table, everything else as one line per value under its path; figures as they are written."""

import json
from collections.abc import Iterator
from typing import Any, Final

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.services.parse.builder import Builder
from symphainy.realms.content.services.parse.delimited import LABELLED_CELLS
from symphainy.realms.content.services.parse.text import decode

MAX_DEPTH: Final = 64
"""Levels of nesting: real claims and bundles stay below 20."""
MAX_COLUMNS: Final = 2_000
MAX_VALUES: Final = 300_000
"""Values of one JSON value, its objects and lists among them; records beyond that are better one per line."""
TOLD: Final = 100
Leaf = tuple[str, str]


class Figure(str):
    """A number as it is written: ``1.10`` stays so, and a thousand digits cost what they take."""


def parse_json(path: str, sha256: str, name: str, encoding: str | None) -> Document:
    """The document in a JSON file. Invalid where it is none or nests too deep, TooLarge over a limit."""
    text, used = decode(path, encoding)
    within("values", text.count(",") // 2, MAX_VALUES)  # a comma in a text is counted, too: half of them is a low guess
    told = _Told()
    try:
        value = told.load(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Invalid(f"The file is no JSON: {error}.", code="content.broken", remedy="Export it anew.") from None
    depth, values = measure(value)
    builder = Builder()
    facts: dict[str, Json] = {"encoding": used, "depth": depth, "values": values, **told.facts()}
    if isinstance(value, dict):
        facts |= {"top": "object", "size": len(value), "keys": list(value)[:1_000]}
    elif isinstance(value, list):
        facts |= {"top": "array", "size": len(value)}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        _table(builder, name, value)
    else:
        within("values", values, MAX_ROWS)
        for path_, leaf in leaves(value):
            builder.add(f"{path_}: {leaf}" if path_ else leaf, kind="list_item")
    return builder.document(sha256=sha256, media_type="application/json", name=name, metadata=facts)


def parse_jsonl(path: str, sha256: str, name: str, encoding: str | None) -> Document:
    """The records of a JSON Lines file; lines that are none are named, never dropped in silence. Invalid where none is."""
    text, used = decode(path, encoding)
    told, records, malformed, deepest = _Told(), list[Any](), list[Json](), 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        within("rows", len(records) + len(malformed), MAX_ROWS)
        try:
            records.append(told.load(line))
            deepest = max(deepest, measure(records[-1])[0])
        except (ValueError, RecursionError):
            malformed.append(number)
    if not records:
        raise Invalid("No line of the file is JSON.", code="content.broken", remedy="Export it anew.")
    builder = Builder()
    if all(isinstance(record, dict) for record in records):
        _table(builder, name, records)
    else:
        for number, record in enumerate(records):
            for path_, leaf in leaves(record):
                builder.add(f"[{number}]{path_}: {leaf}", kind="list_item")
    facts: dict[str, Json] = {
        "encoding": used, "records": len(records), "lines": len(records) + len(malformed), "depth": deepest,
        "malformed_lines": len(malformed), **({"malformed_line_numbers": malformed[:TOLD]} if malformed else {}),
        **told.facts(),
    }  # fmt: skip
    return builder.document(sha256=sha256, media_type="application/jsonl", name=name, metadata=facts)


class _Told:
    """Loads JSON and keeps count of what the standard forbids or leaves open."""

    def __init__(self) -> None:
        self.repeated, self.constants = 0, 0

    def load(self, text: str) -> Any:
        return json.loads(
            text, parse_int=Figure, parse_float=Figure, parse_constant=self._constant, object_pairs_hook=self._object
        )

    def facts(self) -> dict[str, Json]:
        named = {"repeated_keys": self.repeated, "not_a_number": self.constants}
        return {key: count for key, count in named.items() if count}

    def _constant(self, text: str) -> Figure:
        self.constants += 1
        return Figure(text)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.repeated += len(pairs) - len(found)
        return found


def measure(value: Any) -> tuple[int, int]:
    """How deep a value nests, and how many single values it holds. Invalid over the limit of levels.

    >>> measure({"a": [1, {"b": 2}]})
    (3, 2)
    """
    deepest, count, inside, todo = 0, 0, 0, [(value, 0)]
    while todo:
        found, depth = todo.pop()
        inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else None
        if inner is None:
            count += 1
            continue
        deepest = max(deepest, depth + 1)
        if deepest > MAX_DEPTH:
            raise _too_deep()
        inside += len(inner)
        within("values", inside, MAX_VALUES)
        todo.extend((item, depth + 1) for item in inner)
    return deepest, count


def _too_deep() -> Invalid:
    return Invalid(
        f"The JSON nests deeper than {MAX_DEPTH} levels.",
        code="content.too_deep",
        remedy="Flatten it and upload it again.",
    )


def leaves(value: Any, path: str = "") -> Iterator[Leaf]:
    """Every single value under its path, in the order of the file.

    >>> list(leaves({"item": [{"net": Figure("12.50")}], "paid": True, "note": None}))
    [('item[0].net', '12.50'), ('paid', 'true'), ('note', 'null')]
    """
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value
    else:
        yield path, json.dumps(value)


def _table(builder: Builder, name: str, records: list[dict[str, Any]]) -> None:
    """One row per record, one column per path, in the order in which they first occur."""
    within("rows", len(records), MAX_ROWS)
    rows = [dict(leaves(record)) for record in records]
    columns = list(dict.fromkeys(path for row in rows for path in row))
    within("columns", len(columns), MAX_COLUMNS)
    table = [tuple(columns), *(tuple(row.get(column, "") for column in columns) for row in rows)]
    builder.add_table(table, name=name, labelled=len(table) * len(columns) <= LABELLED_CELLS)
