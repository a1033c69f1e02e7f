"""The faults: what is done, how often, and how long it may take until the sagas that it met go on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from symphainy.cli.chaos import changes, kills, silence
from symphainy.cli.chaos.site import Site
from symphainy.foundations.language.errors import Invalid


@dataclass(frozen=True)
class Fault:
    """A kind of fault: its id in RELIABILITY 2.3, how often it is drawn, seconds until affected sagas must have gone on.

    ``heals``: the seconds count from its end, not from its beginning.
    """

    id: str
    do: Callable[[Site], Awaitable[list[int]]]
    weight: int
    recover: float
    heals: bool = False

    @property
    def name(self) -> str:
        """As the report calls it."""
        return self.do.__name__.replace("_", " ")


FAULTS = (
    Fault("F1", kills.one_worker, 20, 5.0), Fault("F1", kills.all_workers, 6, 10.0), Fault("F1", kills.received, 8, 10.0),
    Fault("F1", kills.committed, 8, 10.0), Fault("F2", kills.deploy, 6, 5.0), Fault("F3", kills.zombie, 1, 5.0),
    Fault("F4", kills.server, 6, 10.0), Fault("F5", kills.front, 6, 5.0), Fault("F6", kills.redis, 4, 5.0),
    Fault("F7", kills.database, 2, 15.0), Fault("F1", kills.relay, 2, 5.0), Fault("F11", kills.dropped, 6, 5.0),
    Fault("F10", silence.temporal_silent, 1, 15.0, heals=True), Fault("F10", silence.redis_silent, 1, 15.0, heals=True),
    Fault("F10", silence.database_silent, 1, 15.0, heals=True), Fault("F10", silence.front_silent, 1, 15.0, heals=True),
    Fault("F10", silence.receiver_silent, 1, 15.0, heals=True), Fault("F15", changes.too_large, 2, 5.0),
    Fault("F19", changes.edited, 2, 5.0), Fault("F20", changes.bad_policy, 2, 5.0),
)  # fmt: skip
"""Drawn by weight after each kind has come once; the recovery targets are issue and RELIABILITY 2.4."""


def chosen(only: tuple[str, ...]) -> tuple[Fault, ...]:
    """The faults of these ids; all of them when none is named. Invalid for an id that there is not.

    >>> [fault.name for fault in chosen(("F6",))]
    ['redis']
    """
    known = sorted({fault.id for fault in FAULTS})
    if strange := [each for each in only if each not in known]:
        raise Invalid(f"there is no fault {strange[0]}", remedy=f"one of {', '.join(known)}")
    return tuple(fault for fault in FAULTS if not only or fault.id in only)


async def strike(on: Site, count: int, pause: float, faults: tuple[Fault, ...] = FAULTS) -> None:
    """``count`` faults, ``pause`` seconds on average between two: each kind once in the seed's order, then by weight.

    Before and behind a silence the pause is a long one: what a kill has stopped would otherwise wait out the silence, and be told as
    the kill's.
    """
    order, before = list(faults), None
    on.chance.shuffle(order)
    for number in range(count):
        fault = order[number] if number < len(order) else on.chance.choices(faults, [f.weight for f in faults])[0]
        share = on.chance.uniform(0.5, 1.5)
        await asyncio.sleep(pause * (1.5 if fault.heals or (before is not None and before.heals) else share))
        before = fault
        began = time.time()
        hit = await fault.do(on)
        ended = time.time()
        on.log.append(
            {
                "id": fault.id, "name": fault.name, "at": ended if fault.heals else began, "began": began, "ended": ended,
                "pids": hit, "recover": fault.recover,
            }
        )  # fmt: skip
