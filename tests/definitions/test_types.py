import pytest

from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.jqlang.infer import infer
from symphainy.foundations.definitions.jqlang.parser import parse
from symphainy.foundations.definitions.jqlang.shapes import ANY, mismatches, of_schema, of_value, union

from .catalog import CATALOG, HEAD

INPUT = (
    "input: {schema: {document: {type: object, properties: {name: {type: string}, items: {type: array, items: {type: object, "
    "properties: {n: {type: number}}, required: [n]}}, free: {}}, required: [name, items]}}}\n"
)


def findings(steps, head=HEAD + INPUT):
    return [
        (d.code, d.line)
        for d in compile_text(head + "do:\n" + steps, catalog=CATALOG).diagnostics
        if d.code.startswith("TYP")
    ]


CHARGE = "call: pay.reserve, with: {amount: '${ %s }'}"


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        (".name", "TYP002"), (".items", "TYP002"), (".items[0].n", None), (".items | length", None), ("[.items[].n] | add", "TYP004"),
        ('"a" + .name', "TYP002"), (".name == 1", "TYP002"), (".free", "TYP004"), (".free // 1", "TYP004"), ("{a: 1}", "TYP002"),
        ("{a: 1}.a", None),
        ("({a: 1} + {b: 2}).b", None), (".name.first", "TYP002"), (".items | map(.n) | .[0]", None), ("if .free then 1 else 2 end", None),
        ("if .free then 1 else .name end", None), (".missing", "TYP004"), ("try .name catch 1", "TYP004"), (".items[0].n * 2", "TYP004"),
    ],
)  # fmt: skip
def test_only_definite_mismatches_are_errors(expression, code):
    found = findings(f"- a: {{{CHARGE % expression}}}")
    assert found == ([(code, 4)] if code else []) or (code == "TYP002" and ("TYP002", 4) in found)


def test_what_a_step_gives_is_what_the_next_one_gets():
    shout, charge = (
        "- a: {call: text.shout, with: {text: x}}\n",
        "- b: {call: pay.reserve, with: {amount: '${ .text }'}}",
    )
    assert findings(shout + charge) == [("TYP002", 5)]
    assert findings(shout + "- m: {set: {text: 1}}\n" + charge) == []
    assert findings(shout + "- m: {if: .x, set: {text: 1}}\n" + charge) == []  # either may be: no definite mismatch
    assert findings("- a: {call: text.shout, with: {text: x}, output: {as: '{text: 1}'}}\n" + charge) == []
    assert findings("- a: {do: [{c: {call: text.shout, with: {text: x}}}]}\n" + charge) == [("TYP002", 5)]
    assert findings("- a: {call: text.shout, with: {text: x}, then: b}\n- m: {set: {text: 1}}\n" + charge) == [
        ("TYP002", 6)
    ]


def test_jumps_back_make_a_value_unknown():
    loop = (
        "- a: {call: text.shout, with: {text: x}}\n- b: {call: pay.reserve, with: {amount: '${ .text }'}}\n- c: {set: {text: 1}, "
        "then: b}\n"
    )
    assert findings(loop) == [("TYP004", 5)]


def test_loops_forks_and_tries():
    assert findings("- a: {for: {in: .name}, do: []}") == [("TYP002", 4)]
    assert findings(
        "- a: {for: {in: .items, each: it}, do: [{b: {call: text.shout, with: {text: '${ $it.n }'}}}]}"
    ) == [("TYP002", 4)]
    fork = "- a: {fork: {branches: [{x: {call: text.shout, with: {text: x}}}, {y: {call: text.shout, with: {text: y}}}]}}\n"
    assert findings(fork + "- b: {call: pay.reserve, with: {amount: '${ .[0].text }'}}") == [
        ("TYP002", 5)
    ]  # text or null, never a number
    assert findings(fork + "- b: {call: pay.reserve, with: {amount: '${ .text }'}}") == [("TYP004", 5), ("TYP002", 5)]
    caught = "- a: {try: [{x: {call: text.shout, with: {text: x}}}], catch: {do: [{y: {set: {text: 1}}}]}}\n"
    assert findings(caught + "- b: {call: pay.reserve, with: {amount: '${ .text }'}}") == []


def test_functions_of_the_document_are_followed():
    head = (
        HEAD
        + "use: {functions: {loud: {input: {schema: {document: {type: object, required: [text]}}}, call: text.shout, with: {text: "
        "'${ .text }'}}}}\n"
    )
    assert findings("- a: {call: loud, with: {txt: 1}}\n", head) == [("TYP001", 4)]
    assert findings(
        "- a: {call: loud, with: {text: 1}}\n- b: {call: pay.reserve, with: {amount: '${ .text }'}}", head
    ) == [("TYP002", 5)]


def test_declared_schemas_are_compared():
    bad = "- a: {set: {x: 1}, output: {schema: {document: {type: object, properties: {x: {type: string}}}}}}"
    assert findings(bad) == [("TYP002", 4)]


def test_recursive_and_odd_schemas_are_no_trouble():
    tree = {
        "$defs": {"t": {"type": "object", "properties": {"kids": {"type": "array", "items": {"$ref": "#/$defs/t"}}}}},
        "$ref": "#/$defs/t",
    }
    assert of_schema(tree).props["kids"].items == ANY
    for schema in (
        True,
        {"type": "nonsense"},
        {"type": []},
        {"$ref": "https://x.org/"},
        {"anyOf": []},
        {"not": {}},
        {"enum": []},
        5,
        None,
    ):
        assert of_schema(schema) == ANY
    assert of_schema({"type": ["string", "null"]}).kinds == {"string", "null"}
    assert mismatches(
        of_value({"a": [1]}),
        of_schema({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}),
    )


def test_a_union_with_the_unknown_is_unknown():
    assert union(of_value(1), ANY) == union(ANY, of_value(1)) == ANY
    assert infer(parse("if .a then 1 else $x end"), ANY, {}, lambda *_: None) == ANY
