"""What is submitted, and in which order: every transfer, one in five again, bursts of many clients at once under one key."""

import random

from symphainy.cli.chaos.sagas import Transfer

AGAIN, BURST, BURST_IN = 0.2, 50, 500
"""Share of intents that come a second time; clients of a burst under one key; one burst in so many (RELIABILITY 2.1, F12)."""


def transfers(seed: int, count: int) -> tuple[list[Transfer], list[Transfer]]:
    """``count`` transfers, and those of them that come in a burst; the last ones are the bursts' twins in another tenant.

    >>> every, bursts = transfers(1, 300)
    >>> len(every), len(bursts), every[-1].key == bursts[-1].key, every[-1].neighbour
    (300, 1, True, True)
    """
    every = [Transfer.of(seed, number) for number in range(count)]
    twins = min(count // 2, max(1, count // BURST_IN))
    fit = [transfer for transfer in every[: count - twins] if transfer.kind in ("plain", "refused", "cancelled")]
    bursts = random.Random(f"{seed}/bursts").sample(fit, k=min(len(fit), twins))
    first = count - len(bursts)
    return [*every[:first], *(each.twin(first + n) for n, each in enumerate(bursts))], bursts


def order(seed: int, every: list[Transfer], bursts: list[Transfer]) -> list[list[Transfer]]:
    """Each submit, in an order of the seed's: those of one list at once. Duplicates come at any time, also before their first one."""
    chance = random.Random(f"{seed}/order")
    again = [t for t in every if chance.random() < AGAIN]
    shuffled = [[transfer] for transfer in every]
    chance.shuffle(shuffled)
    later = [*([transfer] for transfer in again), *([transfer] * BURST for transfer in bursts)]
    places = sorted(
        ((chance.randrange(len(every) + 1), each) for each in later), key=lambda each: each[0], reverse=True
    )
    for place, each in places:
        shuffled.insert(place, each)
    return shuffled
