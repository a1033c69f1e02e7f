"""Durations of the language: ISO 8601 strings and objects of integers, as ``timedelta``."""

import re
from datetime import timedelta

from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json

_ISO = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_UNITS = ("days", "hours", "minutes", "seconds", "milliseconds")
LONGEST = timedelta(days=36_500)
"""A hundred years: beyond it a timer's end leaves the range of a date."""


class DurationError(DomainError):
    """No duration, or one without a fixed length: OWS error type ``validation``, status 400."""

    status, kind = 400, "validation"


def parse_duration(value: Json) -> timedelta:
    """The length of ``PT1H30M``, ``P2W`` or ``{hours: 1, minutes: 30}``.

    Years and months are refused: a month is 28 to 31 days long, and the language does not say which.

    >>> parse_duration("PT1M30S"), parse_duration({"minutes": 1, "milliseconds": 500})
    (datetime.timedelta(seconds=90), datetime.timedelta(seconds=60, microseconds=500000))
    """
    if isinstance(value, str):
        match = _ISO.fullmatch(value.strip())
        if match is None:
            raise DurationError(f"{value[:40]!r} is no ISO 8601 duration: write it like PT1H30M or P2D")
        if match["years"] or match["months"]:
            raise DurationError(
                f"{value[:40]!r} counts years or months, which have no fixed length: write days, e.g. P30D"
            )
        parts = {unit: float(match[unit] or 0) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
    elif isinstance(value, dict) and value and set(value) <= set(_UNITS):
        bad = next((unit for unit, n in value.items() if isinstance(n, bool) or not isinstance(n, int) or n < 0), None)
        if bad is not None:
            raise DurationError(f"{bad} of a duration is a whole number, 0 or more")
        parts = {unit: float(n) for unit, n in value.items()}
    else:
        raise DurationError(f"a duration is an ISO 8601 string or an object of {', '.join(_UNITS)}")
    try:
        length = timedelta(**parts)
    except OverflowError:
        length = timedelta.max
    if length > LONGEST:
        raise DurationError("a duration is at most 36500 days")
    return length
