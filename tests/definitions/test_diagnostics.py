"""Every code of the table is shown once, at its place; a code without a case here fails the last test."""

import pytest

from symphainy.foundations.definitions.codes import CODES
from symphainy.foundations.definitions.compile import Check, compile_document, compile_text
from symphainy.foundations.definitions.diagnostics import diagnostic
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.contract import Catalog

from .catalog import CATALOG, HEAD

SAGA = "document: {dsl: '1.0.3', namespace: t, name: s, version: '1.0.0', metadata: {saga: {onFault: compensate}}}\n"
CASES: list[tuple[str, str, tuple[int, int], str]] = [
    ("YAML001", "do: [", (2, 1), ""),
    ("YAML002", "do: []\ndo: []", (2, 1), "'do'"),
    ("YAML003", "a: " + "[" * 80, (1, 68), "64 deep"),
    ("YAML004", "a: .inf", (1, 4), ""),
    ("YAML005", "- a\n- b", (1, 1), "a map"),
    ("YAML006", "a: !!set {b}", (1, 4), "tag"),
    ("SCH001", HEAD + "do:\n- a:\n    set: 5", (4, 10), "set must be"),
    ("SCH001", HEAD.replace("'1.0.0'", "one") + "do: []", (1, 66), "required form"),
    ("SCH002", HEAD + "do:\n- a:\n    set: {b: 1}\n    thn: end", (5, 5), "did you mean 'then'"),
    ("SCH002", HEAD + "do:\n- a:\n    call: http\n    with: {method: get, endpoint: 'https://x.org', metod: 1}", (5, 52), "'metod'"),
    ("SCH003", HEAD + "do:\n- a:\n    for: {each: x}\n    do: []", (4, 5), "'in'"),
    ("SCH003", "do: []", (1, 1), "'document'"),
    ("SCH004", HEAD + "timout: {after: PT1S}\ndo: []", (2, 1), "did you mean 'timeout'"),
    ("SCH005", HEAD + "do:\n- a: {set: {x: 1}}\n  b: {set: {x: 1}}", (3, 3), "'a', 'b'"),
    ("SCH006", HEAD + "do:\n- a:\n    then: end", (3, 3), "'a' has no kind"),
    ("DOC001", HEAD + "do:\n- a: {set: {x: 1}}\n- a: {set: {x: 1}}", (4, 3), "'a' stands twice"),
    ("DOC002", HEAD + "do:\n- a: {set: {x: 1}, then: c}\n- b: {set: {x: 1}}", (3, 26), "'c' is no task"),
    ("DOC002", HEAD + "do:\n- a: {do: [{in: {set: {x: 1}, then: b}}]}\n- b: {set: {x: 1}}", (3, 37), "its own list"),
    ("DOC003", HEAD + "do:\n- a: {switch: [{x: {then: end}}, {y: {then: end}}]}", (3, 7), "more than one case"),
    ("DOC004", HEAD + "use: {errors: {late: {type: 'https://e.org/l', status: 409}}}\ndo:\n- a: {raise: {error: lat}}", (4, 22),
    "did you mean 'late'"),
    ("DOC004", HEAD + "timeout: quick\ndo: []", (2, 10), "no timeout 'quick'"),
    ("DOC005", HEAD + "do:\n- a: {wait: P1M}", (3, 13), "no fixed length"),
    ("DOC006", HEAD + "do:\n- a: {for: {each: my item, in: .x}, do: []}", (3, 19), "'my item'"),
    ("DOC006", HEAD + "do:\n- a: {for: {each: context, in: .x}, do: []}", (3, 19), "'context'"),
    ("DOC007", HEAD + "do:\n- a: {set: {x: 1}, then: end}\n- b: {set: {x: 1}}", (4, 3), "'b'"),
    ("DOC008", HEAD + "input: {schema: {document: {$ref: 'https://x.org/s.json'}}}\ndo: []", (2, 18), "not followed"),
    ("DOC008", HEAD + "input: {schema: {document: {type: nonsense}}}\ndo: []", (2, 18), "no JSON Schema"),
    ("EXP001", HEAD + "do:\n- a: {set: {x: '${ .a + }'}}", (3, 16), "unexpected"),
    ("EXP002", HEAD + "do:\n- a: {set: {x: '${ env.HOME }'}}", (3, 16), "environment"),
    ("EXP003", HEAD + "do:\n- a: {set: {x: '${ lenght }'}}", (3, 16), "did you mean 'length'"),
    ("EXP004", HEAD + "do:\n- a: {set: {x: '${ $contxt }'}}", (3, 16), "did you mean 'context'"),
    ("EXP004", HEAD + "input: {from: $context}\ndo: []", (2, 15), "$context is not available here"),
    ("EXP004", HEAD + "do:\n- a: {set: {x: 1}, output: {as: $output}}", (3, 33), "$output"),
    ("EXP005", HEAD + "do:\n- a: {set: {x: '${ [range(3)] }'}}", (3, 16), "range"),
    ("EXP006", HEAD + "do:\n- a: {set: {x: 'Hello ${ .n }!'}}", (3, 16), "not evaluated"),
    ("EXP008", HEAD + "do:\n- a: {set: {x: '${ \"ab\" * 1e9 }'}}", (3, 16), "* would make a string of 2000000000 bytes"),
    ("EXP007", HEAD + "evaluate: {mode: loose}\ndo: []", (2, 1), "evaluation"),
    ("SEC001", HEAD + "do:\n- a: {set: {x: '${ $secrets.key }'}}", (3, 16), "secret"),
    ("SEC001", HEAD + "do:\n- a: {call: http, with: {method: get, endpoint: 'https://x.org', body: '${ \"a\" + $secrets.k }'}}", (3,
    72), "secret"),
    ("LNK001", HEAD + "do:\n- a: {call: content.prase}", (3, 13), "did you mean 'content.parse'"),
    ("LNK002", HEAD + "do:\n- a: {call: 'content.parse@7'}", (3, 13), "'1', '2'"),
    ("LNK003", HEAD + "do:\n- a: {call: grpc, with: {proto: {endpoint: 'https://x.org/p'}, service: {name: s, host: h}, method: "
    "m}}", (3, 7), "core.grpc@1"),
    ("LNK007", HEAD + "do:\n- a: {run: {shell: {command: ls}}}", (3, 13), "shell"),
    ("LNK004", HEAD + "schedule: {on: {one: {with: {data: '${ [range(.n)] | any }'}}}}\ndo: []", (2, 36), "not linear"),
    ("DOC009", HEAD + "schedule: {cron: 0 25 * * *}\ndo: []", (2, 18), "not within 0 to 23"),
    ("LNK003", HEAD + "do:\n- a: {call: 'https://x.org/function.yaml'}", (3, 7), "core.function@1"),
    ("DOC004", HEAD + "use: {catalogs: {globl: {endpoint: 'https://x.org'}}}\ndo:\n- a: {call: 'log:1.0.0@global'}", (4, 13), "'globl'"),
    ("DOC004", HEAD + "use: {catalogs: {c: {endpoint: {uri: 'https://x.org', authentication: {use: p}}}}}\ndo: []", (2, 77), "'p'"),
    ("LNK001", HEAD + "do:\n- a: {call: pay.reserve, with: {amount: 1}, metadata: {compensate: {call: x}}}", (3, 75), "'x'"),
    ("LNK005", HEAD + "use: {functions: {f: {do: [{g: {call: f}}]}}}\ndo: []", (2, 19), "'f' calls itself"),
    ("LNK006", HEAD + "do:\n- a: {call: pay.orphan}", (3, 7), "pay.nowhere"),
    ("TYP001", HEAD + "do:\n- a: {call: pay.charge, with: {}}", (3, 25), "amount is required"),
    ("TYP002", HEAD + "do:\n- a: {call: pay.charge, with: {amount: many}}", (3, 40), "a string, but a number"),
    ("TYP003", HEAD + "do:\n- a: {call: content.parse, with: {file: '${ .f }'}, output: {as: .document.text}}", (3, 66),
    ".text leads into an artifact"),
    ("TYP004", HEAD + "do:\n- a: {call: pay.charge, with: {amount: '${ .n }'}}", (3, 25), "amount is not known"),
    ("TYP005", HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1, amont: 2}}", (3, 43), "amont is not taken"),
    ("SAG001", SAGA + "do:\n- a: {call: pay.charge, with: {amount: 1}}", (3, 7), "no undo"),
    ("SAG002", SAGA + "do:\n- a: {call: pay.wire, with: {amount: 1}}\n- b: {call: text.shout, with: {text: x}}", (3, 3),
    "'b' after it may fail"),
    ("HUM001", HEAD + "do:\n- a: {call: 'approval:1.0.0@default', with: {qorum: 2}}", (3, 53), "no word of an approval"),
    ("SAG004", HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}, metadata: {compensate: pay.release}}", (3, 67), "written"),
    ("SAG004", HEAD + "do:\n- a: {wait: PT1S, metadata: {compensate: {call: pay.release}}}", (3, 30), "calls no capability"),
    ("SAG004", HEAD + "do:\n- a: {call: text.shout, with: {text: x}, metadata: {compensate: {call: pay.release}}}", (3, 53), "no effect"),
    ("SAG004", HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}, metadata: {compensate: {call: http}}}", (3, 74), "no capability"),
    ("SAG004", HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}, metadata: {irreversible: 1}}", (3, 69), "is true"),
    ("SAG006", SAGA.replace("compensate}", "compensate, deadline: soon}") + "do: []", (1, 116), "deadline"),
    ("SAG006", SAGA.replace("compensate}", "compensate, budget: {steps: 0}}") + "do: []", (1, 122), "positive"),
    ("SAG007", SAGA.replace("compensate}", "compensate, deadline: P1D}") + "do:\n- a: {wait: P2D}", (3, 13), "'a' may take 2 days"),
    ("COD001", HEAD.replace("'1.0.0'}", "'1.0.0', metadata: {code: {}}}") + "do: []", (1, 86), "code-first"),
    ("SAG005", HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}, metadata: {compensate: "
    "{call: pay.release, with: '${ [range(.n)] }'}}}",
    (3, 93), "step of its own"),
    ("TYP002", HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}, metadata: {compensate: "
    "{call: pay.reserve, with: {amount: '${ $output.id }'}}}}",
    (3, 102), "a string, but a number"),
    ("SAG003", SAGA.replace("compensate}", "maybe}") + "do: []", (1, 94), "saga settings"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "place", "says"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_each_finding_stands_at_its_place(code, text, place, says):
    found = compile_text(text, file="x.yaml", catalog=CATALOG).diagnostics
    mine = [d for d in found if d.code == code]
    assert mine, [str(d) for d in found]
    assert [(d.line, d.column) for d in mine][0] == place
    assert any(says in d.message for d in mine), [d.message for d in mine]
    assert all(d.fix and d.file == "x.yaml" and d.doc.endswith("#" + d.code) for d in found)
    if not code.startswith(("YAML", "TYP003")):
        assert {d.code for d in found if d.severity == "error"} <= {code}, [str(d) for d in found]


SOLUTION = "name: first\nversion: 1.0.0\nintents: {text.shout: text.shout}\n"
SOLUTIONS: list[tuple[str, dict[str, str], str]] = [
    ("SOL001", {"README.md": ""}, "no solution.yaml"),
    ("SOL001", {"solution.yaml": SOLUTION + "intent: {}"}, "did you mean 'intents'"),
    ("SOL001", {"solution.yaml": SOLUTION + "bindings: [{surface: rest, name: a, intent: text.shout, every: PT1H}]"}, "schedule binding"),
    ("SOL002", {"solution.yaml": SOLUTION.replace("text.shout}", "text.shuot}")}, "did you mean 'text.shout'"),
    ("SOL003", {"solution.yaml": SOLUTION + "bindings: [{surface: rest, name: a, intent: text.shuot}]"}, "did you mean 'text.shout'"),
    ("SOL004", {"solution.yaml": SOLUTION + "bindings: [{surface: rest, name: a, intent: text.shout, path: '/x/{a}'}, {surface: "
    "rest, name: b, intent: text.shout, path: '/x/{b}'}]"}, "POST"),
    ("SOL005", {"solution.yaml": SOLUTION, "sagas/../../x.yaml": ""}, "does not belong"),
    ("CHK001", {"solution.yaml": SOLUTION, "policies/a.cedar": "permit(;"}, "policies/a.cedar"),
]  # fmt: skip


class Refusing(Check):
    def policy(self, file, text):
        return [diagnostic("CHK001", f"{file} cannot be read", file=file)]

    def plan(self, plan, source):
        line, column = source.place("/do")
        return [diagnostic("CHK001", f"{plan.name} is not wanted", file=source.file, line=line, column=column)]


@pytest.mark.parametrize(("code", "files", "says"), SOLUTIONS, ids=[f"{c[0]}-{i}" for i, c in enumerate(SOLUTIONS)])
def test_each_finding_about_a_solution(code, files, says):
    result = load_solution(files, CATALOG, [Refusing()])
    assert result.definition is None
    assert any(d.code == code and says in d.message for d in result.diagnostics), [str(d) for d in result.diagnostics]


def test_a_check_of_the_caller_is_heard():
    result = compile_text(HEAD + "do: []", file="x.yaml", catalog=Catalog(), checks=[Refusing()])
    assert result.plan is None
    assert [(d.code, d.line) for d in result.errors] == [("CHK001", 2)]


def test_a_document_that_is_already_data_has_places_too():
    document = {
        "document": {"dsl": "1.0.3", "namespace": "a", "name": "b", "version": "1.0.0"},
        "do": [{"a": {"call": "x.y"}}],
    }
    (found,) = compile_document(document, catalog=Catalog()).errors
    assert (found.code, found.pointer, found.line) == ("LNK001", "/do/0/a/call", 11)


def test_every_code_of_the_table_is_shown_here():
    elsewhere = {"SCN001"}  # a scenario's: test_rehearsal.py
    assert {case[0] for case in CASES} | {case[0] for case in SOLUTIONS} | elsewhere == set(CODES)
    assert all(row.sentence and row.fix for row in CODES.values())
