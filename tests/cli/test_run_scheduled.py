"""``symphainy run`` of a document that events start: they are delivered first, and what does not start it is said at once."""

from typing import Any

import pytest

from symphainy.cli.profile import LocalProfile
from symphainy.cli.run import starting
from symphainy.foundations.language.errors import Invalid

BOTH = {"on": {"all": [{"with": {"type": "a"}}, {"with": {"type": "b"}}]}, "read": "data"}
A, B, C = ({"type": name} for name in "abc")


@pytest.mark.parametrize(("events", "first"), [((A, B), 2), ((C, B, A, C), 3), ((A, A, B, B), 3)])
def test_the_events_up_to_the_one_that_completes_the_first_set(events: Any, first: int) -> None:
    assert starting(BOTH, {}, LocalProfile(event=events)) == first


@pytest.mark.parametrize(
    ("value", "events", "says"), [({}, (), "give"), ({"a": 1}, (A, B), "input"), ({}, (A, C), "do not start")]
)
def test_what_starts_nothing_is_refused(value: Any, events: Any, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        starting(BOTH, value, LocalProfile(event=events))
    assert says in f"{refused.value} {refused.value.remedy}"
