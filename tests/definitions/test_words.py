"""Durations and error types."""

from datetime import timedelta

import pytest

from symphainy.foundations.definitions.durations import DurationError, parse_duration
from symphainy.foundations.definitions.problems import STANDARD, canonical, same_type, standard


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("PT1S", timedelta(seconds=1)), ("PT0.25S", timedelta(milliseconds=250)), ("P1DT2H3M4S", timedelta(days=1, hours=2,
        minutes=3, seconds=4)),
        ("P2W", timedelta(weeks=2)), ("PT36H", timedelta(hours=36)), ({"days": 1, "milliseconds": 5}, timedelta(days=1, milliseconds=5)),
        ({"seconds": 0}, timedelta()),
    ],
)  # fmt: skip
def test_durations(value, length):
    assert parse_duration(value) == length


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("P1Y", "no fixed length"), ("P3M", "no fixed length"), ("P", "no ISO 8601"), ("PT", "no ISO 8601"), ("1h", "no ISO 8601"),
        ("-PT1S", "no ISO 8601"),
        ("PT1S\n;", "no ISO 8601"), ({}, "a duration is"), ({"years": 1}, "a duration is"), ({"seconds": 1.5}, "whole number"),
        ({"seconds": True}, "whole number"),
        ({"seconds": -1}, "whole number"), (5, "a duration is"), (None, "a duration is"), ("P99999999D", "36500"),
        ({"days": 10**12}, "36500"),
    ],
)  # fmt: skip
def test_what_is_no_duration(value, says):
    with pytest.raises(DurationError, match=says) as caught:
        parse_duration(value)
    assert (caught.value.status, caught.value.kind) == (400, "validation")


def test_error_types_are_the_same_on_all_bases():
    for name in STANDARD:
        spellings = {
            f"{base}/{path}/{name}"
            for base in (
                "https://open-workflow-specification.org",
                "https://serverlessworkflow.io",
                "http://serverlessworkflow.io",
            )
            for path in ("spec/1.0.0/errors", "spec/1.0.3/errors", "dsl/errors/types")
        }
        assert {canonical(s) for s in spellings} == {standard(name)}
        assert all(same_type(a, standard(name)) for a in spellings)
    assert not same_type(standard("timeout"), standard("runtime"))
    assert same_type("https://example.com/a", "https://example.com/a")
    assert not same_type("https://example.com/spec/1.0.0/errors/timeout", standard("timeout"))
