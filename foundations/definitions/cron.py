"""Cron expressions: five fields, checked before a schedule is made of them. A bad one would be refused by the server, too late."""

import re

MACROS = frozenset(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"])
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}), ("hour", 0, 23, {}), ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("weekday", 0, 7, {name: number for number, name in enumerate(_DAYS)}),
)  # fmt: skip
"""What a field counts, from where to where, and the names that it knows."""
_PART = re.compile(
    r"(?P<all>\*|\?)(?:/(?P<every>\d{1,4}))?|(?P<low>\w{1,4})(?:-(?P<high>\w{1,4}))?(?:/(?P<step>\d{1,4}))?", re.ASCII
)


def fault(text: str) -> str | None:
    """What is wrong with a cron expression, None when nothing is.

    >>> fault("0 3 * * mon-fri"), fault("@daily")
    (None, None)
    >>> fault("99 * * * *")
    "the minute '99' is not within 0 to 59"
    """
    if text.startswith("@"):
        return None if text in MACROS else f"'{text[:20]}' is none of {', '.join(sorted(MACROS))}"
    given = text.split()
    if len(given) != len(_FIELDS):
        return f"it has five fields, minute hour day month weekday, not {len(given)}"
    for (what, lowest, highest, names), field in zip(_FIELDS, given, strict=True):
        for part in field.split(","):
            if (wrong := _part(part, what, lowest, highest, names)) is not None:
                return wrong
    return None


def _part(text: str, what: str, lowest: int, highest: int, names: dict[str, int]) -> str | None:
    found = _PART.fullmatch(text)
    if found is None:
        return f"'{text[:20]}' is no {what}"
    step = found["every"] or found["step"]
    if step is not None and int(step) == 0:
        return f"the {what} '{text[:20]}' steps by zero"
    if found["all"]:
        return None
    values = []
    for end in (found["low"], found["high"]):
        if end is not None:
            value = names.get(end.lower(), int(end) if end.isdigit() else None)
            if value is None:
                return f"'{end}' is no {what}"
            if not lowest <= value <= highest:
                return f"the {what} '{end}' is not within {lowest} to {highest}"
            values.append(value)
    return f"the {what} '{text[:20]}' ends before it begins" if values != sorted(values) else None
