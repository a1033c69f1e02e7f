import json
from copy import deepcopy
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphainy.foundations.definitions.compile import compile_document, compile_text, one_step_plan
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.contract import Catalog

from .catalog import CATALOG, HEAD, capability
from .examples import ROOT, documents, needs_examples

SAGA = """
document: {dsl: '1.0.3', namespace: shop, name: order, version: '2.1.0', metadata: {saga: {onFault: compensate}}}
input:
  schema:
    document: {type: object, properties: {amount: {type: number}, file: {type: object}}, required: [amount, file]}
use:
  timeouts: {quick: {after: PT30S}}
  retries: {again: {delay: {seconds: 1}, backoff: {exponential: {}}, limit: {attempt: {count: 3}}}}
  functions:
    loud: {call: text.shout, with: {text: '${ .text }'}}
do:
- reserve: {call: pay.reserve, with: {amount: '${ .amount }'}, timeout: quick, export: {as: '${ {reservation: .id} }'}}
- parse:
    try:
    - read: {call: 'content.parse:1@default', with: {file: '${ $workflow.input.file }'}}
    catch: {as: trouble, retry: again, do: [{empty: {set: {text: '', pages: 0}}}]}
- each:
    for: {each: word, in: '${ .text / " " }', at: n}
    while: $n < 3
    do:
    - shout: {call: loud, with: {text: '${ $word }'}}
- both: {fork: {branches: [{a: {set: {x: '${ [range(3)] }'}}}, {b: {wait: PT1S}}]}}
- which: {switch: [{yes: {when: '.[0].x != null', then: tell}}, {no: {then: end}}]}
- tell: {emit: {event: {with: {type: shop.order.placed, data: '${ . }'}}}}
- last: {if: .type == "x", call: 'pay.wire@1', with: {amount: 1}}
output: {as: '{done: true}'}
"""


def plan(text=SAGA, **more):
    result = compile_text(text, file="order.yaml", catalog=CATALOG, **more)
    assert result.plan is not None, [str(d) for d in result.diagnostics]
    return result.plan


def test_a_plan_holds_all_that_a_run_needs():
    made = plan()
    assert made.definition == "shop/order:2.1.0"
    assert made.calls == {
        "pay.reserve": "pay.reserve@1", "content.parse:1@default": "content.parse@1", "text.shout": "text.shout@1",
        "emit": "event.publish@1",
        "pay.wire@1": "pay.wire@1",
    }  # fmt: skip
    assert set(made.capabilities) == {*made.calls.values(), "pay.release@1", "core.evaluate@1"}
    assert made.capabilities["pay.reserve@1"].undo == "pay.release@1"
    assert made.capabilities["text.shout@1"].mode == "local"
    assert made.heavy == ("[range(3)]",)
    assert made.on_fault == "compensate"
    assert made.digest == made.compute_digest()
    assert Plan.model_validate_json(made.model_dump_json()) == made


def test_a_call_without_a_version_is_linked_to_the_newest():
    text = HEAD + "do:\n- a: {call: content.parse, with: {file: '${ .f }'}}"
    assert plan(text).calls == {"content.parse": "content.parse@2"}


def test_on_fault_none_is_carried():
    assert plan(SAGA.replace("onFault: compensate", "onFault: none")).on_fault == "none"


def shuffled(value, data=False):
    """All keys of the language in reverse order; the author's own data as it was."""
    if isinstance(value, dict):
        keys = list(value) if data else list(reversed(value))
        return {k: shuffled(value[k], data or k in ("set", "with", "as", "from")) for k in keys}
    return [shuffled(v, data) for v in value] if isinstance(value, list) else value


def test_the_digest_does_not_depend_on_the_order_of_keys_or_on_layout():
    document = load(SAGA).value
    again = compile_document(shuffled(document), catalog=CATALOG).plan
    assert again is not None
    assert again.digest == plan().digest == plan("# a comment\n" + SAGA).digest == plan(json.dumps(document)).digest


def test_data_that_yaml_would_not_take_as_it_is_compiles_to_the_same_plan_again():
    odd = "del \x7f, next line \x85, a separator \u2028, a mark \ufeff"
    document = {**load(SAGA).value, "do": [{"a": {"set": {"x": odd}}}]}
    first = compile_text(json.dumps(document), catalog=CATALOG).plan
    again = compile_document(document, catalog=CATALOG).plan
    assert first is not None and again is not None and first.digest == again.digest
    assert again.document["do"][0]["a"]["set"]["x"] == odd


def test_an_event_to_emit_has_a_type_and_a_message_an_end():
    document = {**load(SAGA).value, "do": [{"a": {"emit": {"event": {}}}}]}
    (found,) = compile_document(document, catalog=CATALOG).errors
    assert (found.code, found.pointer) == ("SCH003", "/do/0/a/emit/event")
    document["document"] |= {"k" * 9_000: 1}
    assert all(len(found.message) < 600 for found in compile_document(document, catalog=CATALOG).errors)


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from leaves(item, (*path, i))
    else:
        yield path


def test_a_change_of_any_value_changes_the_digest_or_is_refused():
    document, digest = load(SAGA).value, plan().digest
    for path in leaves(document):
        changed = deepcopy(document)
        here = changed
        for part in path[:-1]:
            here = here[part]
        old = here[path[-1]]
        here[path[-1]] = old + 1 if isinstance(old, int) else f"{old}x"
        result = compile_document(changed, catalog=CATALOG)
        assert result.plan is None or result.plan.digest != digest, path


def test_leaving_out_or_swapping_a_task_changes_the_digest():
    document, digest = load(SAGA).value, plan().digest
    seen = {digest}
    for i in range(len(document["do"])):
        without = {**document, "do": document["do"][:i] + document["do"][i + 1 :]}
        result = compile_document(without, catalog=CATALOG)
        if result.plan is not None:
            assert result.plan.digest not in seen
            seen.add(result.plan.digest)
    assert len(seen) > 4


def test_another_version_of_a_capability_changes_the_digest():
    slower = Catalog(contracts=tuple(c.model_copy(update={"duration": "short"}) for c in CATALOG.contracts))
    assert compile_text(SAGA, catalog=slower).plan.digest != plan().digest


def test_saga_findings_are_errors_only_where_asked_for():
    text = HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}}"
    assert [d.severity for d in compile_text(text, catalog=CATALOG).diagnostics if d.code == "SAG001"] == ["warning"]
    assert [d.severity for d in compile_text(text, catalog=CATALOG, saga=True).diagnostics if d.code == "SAG001"] == [
        "error"
    ]
    waived = text.replace("{amount: 1}}", "{amount: 1}, metadata: {waive: [SAG001]}}")
    assert compile_text(waived, catalog=CATALOG, saga=True).diagnostics == ()


def test_an_irreversible_step_may_be_last_or_before_what_cannot_fail():
    wire, set_, shout = (
        "- a: {call: pay.wire, with: {amount: 1}}\n",
        "- b: {set: {x: 1}}\n",
        "- c: {call: text.shout, with: {text: x}}\n",
    )

    def codes(steps):
        return [d.code for d in compile_text(HEAD + "do:\n" + steps, catalog=CATALOG, saga=True).diagnostics]

    assert codes(shout + wire + set_) == []
    assert codes(wire + set_ + shout) == ["SAG002"]
    nested = "- d: {do: [{a: {call: pay.wire, with: {amount: 1}}}]}\n" + shout
    assert codes(nested) == ["SAG002"]
    jump = "- a: {call: pay.wire, with: {amount: 1}, then: end}\n" + shout
    assert "SAG002" not in codes(jump)


def test_reading_by_http_has_no_effect():
    text = HEAD + "do:\n- a: {call: http, with: {method: METHOD, endpoint: 'https://x.org'}}"
    assert "SAG001" not in [d.code for d in compile_text(text.replace("METHOD", "get"), catalog=CATALOG).diagnostics]
    assert "SAG001" in [d.code for d in compile_text(text.replace("METHOD", "post"), catalog=CATALOG).diagnostics]


def test_one_step_plans():
    contract = CATALOG.find("pay.reserve")
    made = one_step_plan(contract, CATALOG)
    assert made.digest == made.compute_digest()
    assert made.document["do"] == [{"reserve": {"call": "pay.reserve@1", "with": "${ . }"}}]
    assert made.calls == {"pay.reserve@1": "pay.reserve@1"}
    assert set(made.capabilities) == {"pay.reserve@1", "pay.release@1"}
    assert one_step_plan(capability("a.b_c", version="1.2.3"), CATALOG).definition == "one-step/a-b-c:1.2.3"


def test_a_hundred_lines_are_checked_within_a_tenth_of_a_second():
    tasks = "".join(
        f"- t{i}: {{set: {{n: '${{ .n + {i} }}', m: '${{ [.list[] | select(.x > {i})] }}'}}, if: .n < {i}}}\n"
        for i in range(100)
    )
    compile_text(HEAD + "do:\n- a: {set: {x: 1}}", catalog=CATALOG)
    start = thread_time()
    result = compile_text(HEAD + "do:\n" + tasks, catalog=CATALOG)
    took = thread_time() - start
    assert result.plan is not None
    assert took < 0.3  # of processor time; 0.1 s on an idle machine


NAMES = st.sampled_from(["a", "b", "c", "end", "exit"])
TASKS = st.recursive(
    st.fixed_dictionaries({"set": st.dictionaries(NAMES, st.integers(), min_size=1, max_size=2)}, optional={"then": NAMES,
    "if": st.just(".a")})
    | st.fixed_dictionaries({"wait": st.just("PT1S")}, optional={"then": NAMES}),
    lambda inner: st.builds(lambda items: {"do": [{n: t} for n, t in items]}, st.lists(st.tuples(NAMES, inner), max_size=4)),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAMES, TASKS), max_size=4))
def test_any_document_gives_a_plan_or_errors(items):
    document = {**load(HEAD).value, "do": [{name: task} for name, task in items]}
    result = compile_document(document, catalog=CATALOG)
    assert (result.plan is None) == bool(result.errors)
    if result.plan is not None:
        assert compile_document(result.plan.document, catalog=CATALOG).plan.digest == result.plan.digest


JUNK = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda i: st.lists(i,
max_size=3) | st.dictionaries(st.sampled_from(
    ["document", "do", "use", "a", "call", "with", "for", "in", "try", "catch", "switch", "when", "then", "set", "fork", "branches",
    "input", "schema"]), i, max_size=4), max_leaves=12)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JUNK)
def test_junk_is_diagnosed_and_never_crashes(value):
    text = HEAD + "do:\n- a: " + json.dumps(value, ensure_ascii=False)
    assert compile_text(text, catalog=CATALOG) is not None
    assert compile_text(json.dumps(value, ensure_ascii=False), catalog=CATALOG).plan is None


@needs_examples
def test_the_public_examples_pass_schema_structure_and_types():
    """With an empty catalog only linking may fail; the exceptions are faults of the samples themselves."""
    known = {
        "sdk-go/concatenating_strings.yaml": {"EXP001"}, "sdk-go/conditional_logic.yaml": {"EXP001"},
        "sdk-go/conditional_logic_input_from.yaml": {"EXP001"}, "sdk-java/workflows-samples/secret-expression.yaml": {"SEC001"},
        "sdk-java/workflows-samples/call-http-query-parameters-external-schema.yaml": {"DOC008"},
        "doc-snippets/dsl-reference-39.yaml": {"EXP004"},
        "sdk-go/set_tasks_invalid_then.yaml": {"DOC002"},
    }  # fmt: skip
    found = documents()
    assert len(found) > 150
    for name, text in found.items():
        codes = {
            d.code for d in compile_text(text, file=name, catalog=Catalog()).errors if not d.code.startswith("LNK")
        }
        assert codes <= known.get(name, set()), (name, [str(d) for d in compile_text(text, catalog=Catalog()).errors])


@needs_examples
@pytest.mark.parametrize("name", ["extra-property-in-call", "listen-any-until-any-until", "two-tasks-in-one-item"])
def test_the_invalid_examples_fail_at_a_place(name):
    (first, *_) = compile_text((ROOT / "invalid" / f"{name}.yaml").read_text(), file=name, catalog=Catalog()).errors
    assert first.line > 1
    assert len(first.message) < 200


@needs_examples
def test_until_inside_until_is_refused_by_the_schema():
    text = (ROOT / "invalid" / "listen-any-until-any-until.yaml").read_text().replace("do:\ndo:", "do:")
    assert {d.code for d in compile_text(text, catalog=Catalog()).errors} & {"SCH001", "SCH002", "SCH003"}


def test_a_task_with_its_own_compensation_needs_no_other_and_both_are_linked():
    head = HEAD.replace("version: '1.0.0'", "version: '1.0.0', metadata: {saga: {}}")
    own = "metadata: {compensate: {call: pay.release, with: {id: '${ $output.id }'}}}"
    made = plan(head + "do:\n- a: {call: pay.charge, with: {amount: 1}, " + own + "}")
    assert made.calls["pay.release"] == "pay.release@1" and "pay.release@1" in made.capabilities
    said = compile_text(
        head + "do:\n- a: {call: pay.charge, with: {amount: 1}, metadata: {irreversible: true}}", catalog=CATALOG
    )
    assert said.plan is not None  # nothing after it may fail


def test_a_deadline_and_a_budget_are_of_the_plan():
    text = (
        HEAD.replace("'1.0.0'}", "'1.0.0', metadata: {saga: {deadline: P14D, budget: {steps: 20, tokens: 5e4}}}}")
        + "do: []"
    )
    made = plan(text)
    assert (str(made.deadline), made.budget) == ("14 days, 0:00:00", {"steps": 20.0, "tokens": 50000.0})
    assert plan(HEAD + "do: []").budget == {}
