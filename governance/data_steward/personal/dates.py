"""Dates of birth, dates, ages."""

import re
from collections.abc import Iterator

from symphainy.governance.data_steward.personal.finding import Span

__all__ = ["ages", "birth_dates", "dates"]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = re.compile(
    rf"(?<![\w/.-])(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}})?)?|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? \d{{4}}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:\b(?:in|since|of|by|from|during|until|a|the|is|was)\b|[(]) ?((?:19|20)\d{2}(?:s\b)?)(?![\w-])"
)
_BORN = re.compile(r"\b(?:born|birth|birthday|dob|d\.o\.b)\b[^\n]{0,30}$", re.IGNORECASE)
_AGE = re.compile(
    r"\b(?:aged?|turn(?:s|ed|ing)?|age of|I'm|i am|am|is|over|reach(?:ed)?|celebrat\w+)(?: age)?:? (\d{1,3})(?!\w|[.,:/%-]\d|%| (?:percent|of|minutes|hours|days|dollars))|\b(\d{1,3})[ -](?:years?|yrs?|y/?o)\b"
)


def birth_dates(text: str) -> Iterator[Span]:
    """Dates behind a word of birth."""
    for m in _DATE.finditer(text):
        if _BORN.search(text[max(0, m.start() - 48) : m.start()]):
            yield "birth_date", *m.span()


def dates(text: str) -> Iterator[Span]:
    """Any other date, weekday or year."""
    for m in _DATE.finditer(text):
        yield "date", *m.span()
    for m in _LOOSE.finditer(text):
        yield "date", *m.span(1 if m.group(1) else 0)


def ages(text: str) -> Iterator[Span]:
    """How old somebody is."""
    for m in _AGE.finditer(text):
        group = 1 if m.group(1) else 2
        if int(m.group(group)) <= 120:
            yield "age", *m.span(group)
