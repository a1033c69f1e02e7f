"""The chaos harness' questions: each broken world is found, and the whole one is not."""

import asyncio
import json
import os
import random
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from symphainy.cli.chaos import checks, silence
from symphainy.cli.chaos.checks import Effect, Ended, conserved, logs, shapes, sizes, strangers, texts, told
from symphainy.cli.chaos.grounds import observer
from symphainy.cli.chaos.order import BURST, order, transfers
from symphainy.cli.chaos.people import People
from symphainy.cli.chaos.recovery import recoveries
from symphainy.cli.chaos.sagas import Transfer
from symphainy.cli.chaos.site import Site
from symphainy.cli.instance import Instance, ServiceNote

PLAIN = next(t for n in range(100) if (t := Transfer.of(1, n)).kind == "plain" and not t.payload["note"])
REFUSED = next(t for n in range(100) if (t := Transfer.of(1, n)).kind == "refused" and not t.payload["note"])
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
    asked = shapes(ended, effects) + strangers(ended, effects) + texts(ended, effects)
    return asked + conserved(ended, effects) + told(ended)


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


def other_text(ended, effects):
    return ended, [replace(e, key=e.key + "3") if e.kind == "notify" else e for e in effects]


def cut_short(ended, effects):
    noted = replace(PLAIN, payload={**PLAIN.payload, "note": "n" * 9})
    return [replace(ended[0], transfer=noted), ended[1]], effects


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
        (other_story, "I5"), (lost, "I3"), (not_undone, "I3"), (other_text, "I4"), (cut_short, "I4"),
    ],
)  # fmt: skip
def test_a_broken_world_is_found(broken, invariant):
    assert any(finding.startswith(invariant) for finding in findings(*broken(*whole())))


def test_one_seed_gives_one_load_with_every_kind_in_it():
    kinds = [Transfer.of(3, n).kind for n in range(400)]
    assert kinds == [Transfer.of(3, n).kind for n in range(400)]
    assert {"plain", "refused", "cancelled", "approved", "poison"} == set(kinds)
    assert any(a != b for a, b in pairwise([Transfer.of(s, 1).payload["amount"] for s in range(9)]))


def test_everything_is_submitted_and_a_burst_has_a_twin_in_another_tenant():
    every, bursts = transfers(5, 300)
    submits = order(5, every, bursts)
    assert submits == order(5, every, bursts) != order(6, every, bursts)
    assert {t.number for at_once in submits for t in at_once} == {t.number for t in every} == set(range(300))
    assert bursts and all([t] * BURST in submits and [t] in submits for t in bursts)
    twins = [t for t in every if t.neighbour]
    assert [t.key for t in twins] == [t.key for t in bursts] and not any(t.newest for t in twins)
    assert len([t for t in every if t.kind == "poison"]) == 1


def test_recovery_is_the_time_to_the_next_delivery_of_a_saga_that_was_open():
    deliveries = [("t/exe_1/a", "debit", 9.0), ("t/exe_1/b", "credit", 12.5), ("t/exe_2/a", "debit", 11.0)]
    spans = {"exe_1": (8.0, 13.0), "exe_2": (10.5, 11.5)}
    kill = {"name": "one worker", "at": 10.0, "began": 10.0, "ended": 10.0}
    assert recoveries([kill], spans, deliveries) == {"one worker": [(2.5, True)]}
    for began, ended, alone in ((4.0, 4.9, True), (4.0, 5.1, False), (12.4, 30.0, False), (12.6, 30.0, True)):
        other = {"name": "deploy", "at": began, "began": began, "ended": ended}
        assert recoveries([kill, other], spans, deliveries)["one worker"] == [(2.5, alone)]
        assert recoveries([kill], spans, deliveries, [(began, ended)])["one worker"] == [(2.5, alone)]


def test_a_log_with_a_traceback_is_named(tmp_path):
    file = tmp_path / "worker-1.log"
    file.write_text("Traceback (most recent call last):\n")  # stood there before
    before = sizes(tmp_path)
    assert logs(tmp_path, before) == []
    with file.open("a") as more:
        more.write("fine\nTraceback (most recent call last):\n")
    assert logs(tmp_path, before) == ["I8: worker-1.log: Traceback (most recent call last):"]


def test_a_silent_receiver_takes_nothing_until_it_is_back(tmp_path):
    def ask(path, body):
        with urlopen(Request(address + path, json.dumps(body).encode()), timeout=5) as answer:
            return json.load(answer)

    delivery = {"key": "t/exe_1/do/1/debit", "kind": "debit", "amount": -5, "receiver": "key", "account": 1, "noted": 7}
    with observer(tmp_path) as address:
        ask("/silent", {"refuse": 0.2, "swallow": 0.2})
        for _ in ("hangs up", "says nothing"):
            with pytest.raises((ConnectionError, URLError)):
                ask("/deliver", delivery)
            time.sleep(0.21)
        assert ask("/deliver", delivery) == ask("/deliver", delivery) == {"id": 1}
        with urlopen(address + "/ledger") as answer:
            told = json.load(answer)
    assert [checks.Effect(*row).noted for row in told["effects"]] == [7] and len(told["attempts"]) == 2


async def test_a_stopped_process_swallows_and_the_healed_one_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(silence, "SILENT", 0.3)
    with observer(tmp_path) as address:
        mine = address.rpartition(":")[2].encode()  # the platform of the end-to-end tests may have its own beside it
        pid = next(
            pid
            for pid in silence.children(os.getpid())
            if mine in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        )
        note = Instance(str(tmp_path), 7300, "127.0.0.1", services=[ServiceNote("redis", "runtime", pid=pid)])
        note.layout.create()
        note.save()
        site = Site(tmp_path, address, random.Random(1), People(*[None] * 4))
        began = time.monotonic()
        silent = asyncio.create_task(silence.redis_silent(site))
        await asyncio.sleep(0)
        await asyncio.to_thread(site.tell, "/drop", {"count": 0})
        assert time.monotonic() - began > 0.25 and await silent == [pid]
