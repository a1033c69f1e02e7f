"""The short form of ``make fuzz``: 2,000 inputs in this process. Each is made from its kind and number alone."""

import pytest

from fuzz.verdict import MOST, Tally, one

COUNTS = {"structured": 200, "bytes": 1_740, "expressions": 60}


@pytest.mark.parametrize(("kind", "count"), COUNTS.items())
def test_only_diagnostics_come_out_and_soon(kind: str, count: int) -> None:
    tally = Tally()
    for number in range(count):
        try:
            one(kind, number, tally)
        except Exception as error:
            raise AssertionError(f"{kind}:{number}; again alone: make fuzz INPUTS={kind}:{number}") from error
    assert tally.slowest < MOST * (5 if kind == "expressions" else 1), f"{kind}:{tally.slowest_at}"
    assert len(tally.found) >= 3, "the inputs are all alike"


def test_two_thousand_are_tried() -> None:
    assert sum(COUNTS.values()) == 2_000
