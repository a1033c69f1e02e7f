"""What a person decided about a mapping is remembered, and goes before any score the next time."""

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.insights.agents.mapper import Mapper
from symphainy.realms.insights.models.mapping import ToPropose
from symphainy.realms.insights.models.match import Derived, Pair
from symphainy.realms.insights.services.learn import learn, recall

PAIRS = (Pair(source="A", target="x", score=9, sure=0.9), Pair(source="B", target="y", score=5, sure=0.6))
FURTHER = (Pair(source="C", target="y", score=4, sure=0.5),)


async def proposed(run, *, sources=("A", "B", "C"), derived=()):
    known = await run(recall, {"model": "m"})
    asked = ToPropose(source="s", pairs=PAIRS, further=FURTHER, derived=derived, learned=known.learned, sources=sources)
    return {column["name"]: column for column in Mapper().decide(asked).value["columns"]}


async def test_a_rejected_pair_is_not_proposed_again_and_an_accepted_one_always(run):
    before = await proposed(run)
    assert (before["x"]["column"], before["y"]["column"]) == ("s.A", "s.B")
    told = {"model": "m", "columns": list(before.values())}
    assert (await run(learn, told | {"accepted": False, "wrong": ["y"]})).remembered == 1
    after = await proposed(run)
    assert after["y"]["column"] == "s.C"
    await run(learn, {"model": "m", "columns": list(after.values()), "accepted": True})
    assert {(one.source, one.target): one.accepted for one in (await run(recall, {"model": "m"})).learned} == {
        ("A", "x"): True, ("B", "y"): False, ("C", "y"): True,
    }  # fmt: skip
    assert (await run(recall, {"model": "another"})).learned == ()


async def test_what_another_source_calls_otherwise_is_left_aside(run):
    await run(learn, {"model": "m", "columns": [{"name": "x", "column": "old.Z"}], "accepted": True})
    assert (await proposed(run))["x"]["column"] == "s.A"
    assert (await proposed(run, sources=()))["x"]["column"] == "s.Z", "unless nobody knows the source's fields"


async def test_a_day_stays_the_day_of_its_point_of_time(run):
    day = Derived(target="d", rule="day", sources=("A",), sure=0.6)
    columns = list((await proposed(run, derived=(day,))).values())
    await run(learn, {"model": "m", "columns": columns, "accepted": True})
    assert (await proposed(run, derived=(day,)))["d"] == {
        "name": "d", "required": False, "column": "s.A", "type": "date",
    }  # fmt: skip


async def test_only_columns_of_the_proposal_can_be_wrong(run):
    with pytest.raises(Invalid, match="no column zz"):
        await run(
            learn, {"model": "m", "columns": [{"name": "x", "column": "s.A"}], "accepted": False, "wrong": ["zz"]}
        )
    many = {"name": "n", "concat": ["s.A", "s.B"]}
    assert (await run(learn, {"model": "m", "columns": [many], "accepted": True})).remembered == 0
    assert (await run(learn, {"model": "m", "columns": [many], "accepted": False, "wrong": ["n"]})).remembered == 2
