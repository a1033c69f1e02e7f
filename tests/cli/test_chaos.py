"""The chaos harness' questions: each broken world is found, and the whole one is not."""

from itertools import pairwise

import pytest

from symphainy.cli.chaos.checks import Effect, Ended, conserved, logs, recoveries, shapes, sizes, strangers, told
from symphainy.cli.chaos.sagas import Transfer

PLAIN = next(t for n in range(100) if (t := Transfer.of(1, n)).kind == "plain")
REFUSED = next(t for n in range(100) if (t := Transfer.of(1, n)).kind == "refused")
EVENTS = ((1, "intent.received"), (2, "execution.started"), (3, "execution.completed"))


def whole():
    """A completed and a refused transfer, as they must be."""
    give, take, amount = (PLAIN.payload[name] for name in ("from", "to", "amount"))
    ended = [
        Ended(PLAIN, "exe_1", "completed", "none", EVENTS),
        Ended(REFUSED, "exe_2", "faulted", "compensated", (*EVENTS[:2], (3, "execution.faulted"))),
    ]
    other, back = REFUSED.payload["from"], REFUSED.payload["amount"]
    effects = [
        Effect("t/exe_1/do/1/debit", "debit", -amount, give), Effect("t/exe_1/do/2/credit", "credit", amount, take),
        Effect("t/exe_1/do/3/notify", "notify", 0, take), Effect("t/exe_2/do/1/debit", "debit", -back, other),
        Effect("t/exe_2/do/1/debit/undo", "refund", back, other),
    ]  # fmt: skip
    return ended, effects


def findings(ended, effects):
    return shapes(ended, effects) + strangers(ended, effects) + conserved(ended, effects) + told(ended)


def test_a_whole_world_has_no_finding():
    assert findings(*whole()) == []


def doubled(ended, effects):
    return ended, [*effects, effects[0]]


def lost(ended, effects):
    return ended, effects[1:]


def not_undone(ended, effects):
    return ended, effects[:-1]


def stranger(ended, effects):
    return ended, [*effects, Effect("t/exe_9/do/3/notify", "notify", 0, 1)]


def standing(ended, effects):
    return [Ended(PLAIN, "exe_1", "running", "none", EVENTS), ended[1]], effects


def other_end(ended, effects):
    return [Ended(PLAIN, "exe_1", "faulted", "none", EVENTS), ended[1]], effects


def gap(ended, effects):
    return [Ended(PLAIN, "exe_1", "completed", "none", (EVENTS[0], EVENTS[2])), ended[1]], effects


def other_story(ended, effects):
    return [Ended(PLAIN, "exe_1", "completed", "none", EVENTS[:2]), ended[1]], effects


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        (doubled, "I2"), (lost, "I4"), (not_undone, "I4"), (stranger, "I1"), (standing, "I1"), (other_end, "I4"), (gap, "I5"),
        (other_story, "I5"), (lost, "I3"), (not_undone, "I3"),
    ],
)  # fmt: skip
def test_a_broken_world_is_found(broken, invariant):
    assert any(finding.startswith(invariant) for finding in findings(*broken(*whole())))


def test_one_seed_gives_one_load_with_every_kind_in_it():
    kinds = [Transfer.of(3, n).kind for n in range(400)]
    assert kinds == [Transfer.of(3, n).kind for n in range(400)]
    assert {"plain", "refused", "cancelled", "approved"} == set(kinds)
    assert any(a != b for a, b in pairwise([Transfer.of(s, 1).payload["amount"] for s in range(9)]))


def test_recovery_is_the_time_to_the_next_delivery_of_a_saga_that_was_open():
    deliveries = [("t/exe_1/a", "debit", 9.0), ("t/exe_1/b", "credit", 12.5), ("t/exe_2/a", "debit", 11.0)]
    spans = {"exe_1": (8.0, 13.0), "exe_2": (10.5, 11.5)}
    assert recoveries([{"name": "one worker", "at": 10.0}], spans, deliveries) == {"one worker": [2.5]}


def test_a_log_with_a_traceback_is_named(tmp_path):
    file = tmp_path / "worker-1.log"
    file.write_text("Traceback (most recent call last):\n")  # stood there before
    before = sizes(tmp_path)
    assert logs(tmp_path, before) == []
    with file.open("a") as more:
        more.write("fine\nTraceback (most recent call last):\n")
    assert logs(tmp_path, before) == ["I8: worker-1.log: Traceback (most recent call last):"]
