"""The rows of the benchmark table: each measures its sides one after the other on the same platform, and compares.

The sides alternate and the better of two rounds counts for both, so that a neighbour's noise falls on neither.
"""

from collections.abc import Callable, Iterator
from typing import Any

from spine.rivals import peers
from spine.stage import Stage, bare_worker
from spine.starts import starts
from spine.table import Line

ROUNDS = 2
Side = Callable[[], dict[str, Any]]


def steps_local(on: Stage) -> Iterator[Line]:
    """Row 1: five deterministic steps, all services enforcing, against five hand-written activities."""
    with bare_worker(on):
        ours, bare = best(lambda: on.ours("chain-add-5"), lambda: on.bare(5))
    yield Line("1", "5 deterministic steps, p50, vs bare Temporal", ours["p50_ms"], bare["p50_ms"], most=0.5)
    yield Line("1", "the same, throughput", ours["per_s"], bare["per_s"], "/s", least=1.8)


def steps_effectful(on: Stage) -> Iterator[Line]:
    """Row 2: the same with effects, so with activities on our side too."""
    with bare_worker(on):
        ours, bare = best(lambda: on.ours("chain-tell-5"), lambda: on.bare(5))
    yield Line("2", "5 effectful steps, p50, vs bare Temporal", ours["p50_ms"], bare["p50_ms"], most=1.15)
    yield Line("2", "the same, throughput", ours["per_s"], bare["per_s"], "/s", least=0.9)


def floor(on: Stage) -> Iterator[Line]:
    """The floor of row 3: a saga without steps."""
    ours, bare = on.ours("floor"), {}
    with bare_worker(on):
        bare = on.bare(0)
    yield Line("3", "floor: no steps, p50", ours["p50_ms"], bare["p50_ms"])
    yield Line("3", "floor: no steps, throughput", ours["per_s"], bare["per_s"], "/s")
    yield from peers(on)


def interpreting(on: Stage) -> Iterator[Line]:
    """Row 4: a definition against a hand-written workflow of the same effectful steps: governed ones, and those of row 2's bare side."""
    with bare_worker(on):
        for steps, alone in ((5, 60), (100, 4), (1000, 1)):
            sides = [
                lambda name=name: on.ours(f"{name}-{steps}", alone=alone, together=0, wait=300)  # type: ignore[misc]  # noqa: B023
                for name in ("chain-tell", "hand")
            ]
            sides.append(lambda: on.bare(steps, alone=alone, together=0))  # noqa: B023
            ours, hand, bare = (each["p50_ms"] for each in best(*sides, rounds=1 if steps == 1000 else ROUNDS))
            yield Line("4", f"{steps} steps interpreted, p50, vs hand-written (`@saga`)", ours, hand, most=1.1)
            yield Line("4", f"{steps} steps: the same, vs hand-written, bare steps", ours, bare, most=1.1)
            yield Line("4", f"{steps} steps: per step", ours / steps, bare / steps)


def large(on: Stage) -> Iterator[Line]:
    """Row 8: loops and forks grow linearly."""
    for kind, small, big in (("loop", 1_000, 10_000), ("fork", 100, 1_000)):
        few = on.ours(f"{kind}-{small}", alone=1, together=0, wait=300)["p50_ms"]
        many = on.ours(f"{kind}-{big}", alone=1, together=0, wait=900)["p50_ms"]
        yield Line("8", f"{kind} of {big:,}: per item, vs {small:,}", many / big, few / small, most=1.5)
    yield Line("8", "workers' memory after all of them", on.memory("worker"), unit="MB")


def waiting(on: Stage) -> Iterator[Line]:
    """Row 8: sagas that wait for a person cost little and evenly."""
    before = on.memory("worker")
    few, many = (
        on.side("spine.waiting", "--data-dir", str(on.data_dir), "--count", count, timeout=3600)["seconds"]
        for count in ("1000", "9000")
    )
    yield Line("8", "9,000 more sagas waiting for a person: each, vs the first 1,000", many / 9, few, most=1.5)
    yield Line("8", "workers' memory with 10,000 waiting, vs before", on.memory("worker"), before, "MB")


def governing(on: Stage) -> Iterator[Line]:
    """Row 5: what the eight services cost a step, and what they add to a run."""
    found = on.side("city", "governed", timeout=1800)
    for name, what in (("bench.near", "local step"), ("bench.far", "activity")):
        each = found[name]
        yield Line("5", f"all eight services, {what}, p99", each["city_us_p99"] / 1000, most=2.0)
        yield Line(
            "5", f"{what}: governed saga, p50, vs ungoverned", each["saga_ms_governed"], each["saga_ms_ungoverned"]
        )
        yield Line("5", f"{what}: Temporal actions added", each["added_actions"], unit="", most=0)
    yield Line("5", "markers of opening and closing per run", found["bench.far"]["markers"], unit="", most=2)


def fairness(on: Stage) -> Iterator[Line]:
    """A noisy tenant: 5,000 queued sagas beside a quiet tenant's."""
    found = on.side("city", "noisy", "--sagas", "5000", timeout=3600)
    crowded, alone = found["quiet_ms_p95_crowded"], found["quiet_ms_p95_alone"]
    yield Line("A9", "quiet tenant's p95, 5,000 sagas of another queued, vs one", crowded, alone, most=3.0)


def answering(on: Stage) -> Iterator[Line]:
    """What the time of an answer tells: nothing, within the bounds of RELIABILITY.md 4."""
    found = on.side("city", "answers", timeout=1800)
    of = found["thing"]
    yield Line("A1", "another tenant's execution vs none, median of 100", of["theirs_ms"], of["nobodys_ms"], most=1.2)
    of = found["address"]
    yield Line(
        "B15", "log-in of a known address vs an unknown one, median of 100", of["known_ms"], of["unknown_ms"], most=1.1
    )


def replaying(on: Stage) -> Iterator[Line]:
    """Row 6: a full run, replayed."""
    with bare_worker(on):
        found = on.side("spine.replay", "--data-dir", str(on.data_dir))
    label = f"replay of a full run ({found['events']:,} events, {found['steps']} activities)"
    yield Line("6", f"{label}, vs bare", found["ours_ms"], found["bare_ms"], most=1.3)
    yield Line("6", "the same", found["ours_ms"] / 1000, unit="s", most=1.0)


def telling(on: Stage) -> Iterator[Line]:
    """Row 7: from a commit to the client that watches."""
    for rate in (200, 40):  # what is asked for, and what two cores carry with the sagas that make the events
        found = on.side("spine.delivery", "--data-dir", str(on.data_dir), "--rate", str(rate))
        what = f"commit → client event, {rate} events/s offered, {found['per_s']:g} taken"
        yield Line("7", f"{what}, p99", found["p99_ms"], most=50)
        yield Line("7", "the same, p50", found["p50_ms"])
    first = on.side("first_event", "--data-dir", str(on.data_dir))
    yield Line("7", "submit → first event, idle, median of 20", first["first_event"], most=150)


def best(*sides: Side, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """All sides, alternating; of each figure the better one."""
    found: list[dict[str, Any]] = [{} for _ in sides]
    for _ in range(rounds):
        for index, side in enumerate(sides):
            for name, value in side().items():
                better = max if name == "per_s" else min
                found[index][name] = better(found[index].get(name, value), value)
    return found


ROWS: dict[str, Callable[[Stage], Iterator[Line]]] = {
    "1": steps_local, "2": steps_effectful, "3": floor, "4": interpreting, "5": governing, "6": replaying, "7": telling,
    "8": large, "8w": waiting, "9": starts, "A1": answering, "A9": fairness,
}  # fmt: skip
