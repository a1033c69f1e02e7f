"""The static estimate: what was measured is what it says, and it grows where history grows."""

from typing import Any

from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.definitions.estimate import Estimate, estimate
from symphainy.foundations.language.contract import Catalog

from .catalog import CATALOG, capability


def of(*do: dict[str, Any]) -> Estimate:
    head = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
    made = compile_document({"document": head, "do": list(do)}, catalog=CATALOG)
    assert made.plan is not None, made.diagnostics
    return estimate(made.plan, CATALOG)


PARSE: dict[str, Any] = {"call": "content.parse:1", "with": {"file": "${ .file }"}}
SHOUT: dict[str, Any] = {"call": "text.shout", "with": {"text": "x"}}


def test_an_activity_leaves_six_events_as_was_measured() -> None:
    loop = of({"each": {"for": {"in": ".files"}, "do": [{"p": PARSE}]}})
    assert [each.each.events for each in loop.loops] == [6]  # 6,005 events for 1,000 of them
    assert loop.rounds(6_005 + 10)["/do/0/each"] in range(998, 1_002)


def test_local_steps_one_after_the_other_share_a_workflow_task() -> None:
    none = of().run.events
    assert of({"a": SHOUT}).run.events - none == 4
    assert of({"a": SHOUT}, {"b": SHOUT}, {"c": SHOUT}).run.events - none == 6
    parted = of({"a": SHOUT}, {"w": {"wait": "PT1S"}}, {"c": SHOUT})
    assert parted.run.events - none == 4 + 5 + 4


def test_waits_people_and_runs_below_count() -> None:
    none = of().run.events
    assert of({"w": {"wait": "PT1S"}}).run.events - none == 5
    assert of({"s": {"set": {"a": 1}}}).run.events == none
    below = {"run": {"workflow": {"namespace": "t", "name": "x", "version": "1.0.0"}}}
    assert of({"r": below}).run.events > of({"p": PARSE}).run.events


def test_payloads_are_measured_where_they_are_written_out() -> None:
    long = of({"a": {"call": "text.shout", "with": {"text": "x" * 5_000}}})
    assert long.largest > 5_000 and long.run.bytes > of({"a": SHOUT}).run.bytes + 4_900


def test_a_function_of_the_document_counts_where_it_is_called() -> None:
    head = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
    document = {
        "document": head,
        "use": {"functions": {"f": PARSE}},
        "do": [{"a": {"call": "f"}}, {"b": {"call": "f"}}],
    }
    made = compile_document(document, catalog=CATALOG)
    assert made.plan is not None
    assert estimate(made.plan, CATALOG).run.events - of().run.events == 12


def test_answers_are_guessed_from_their_schema() -> None:
    catalog = Catalog(contracts=(capability("x.y", None, {"type": "string", "maxLength": 9_000}),))
    head = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
    made = compile_document({"document": head, "do": [{"a": {"call": "x.y"}}]}, catalog=catalog)
    assert made.plan is not None and estimate(made.plan, catalog).largest == 9_000
