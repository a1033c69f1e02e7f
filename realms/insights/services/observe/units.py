"""The unit that figures are in: said by a header (``weight_kg``, ``Area (km2)``) or by the cells themselves (``12 kg``)."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

_SPELLED: Final = """
kg kgs kilogram kilograms | g gram grams | mg | lb lbs pound pounds | oz ounce ounces | t ton tons tonne tonnes
m metre metres meter meters | km kilometre kilometres kilometer kilometers | cm centimetre centimeter centimetres centimeters
mm | mi mile miles | ft feet foot | in inch inches | yd yards | l litre litres liter liters | ml | gal gallon gallons
m2 sqm m\u00b2 | km2 sqkm km\u00b2 | ha hectare hectares | acre acres | sqft | m3 m\u00b3 | h hr hrs hour hours | min mins minute minutes
s sec secs second seconds | ms | d day days | week weeks | month months | year years yr yrs | km/h kmh kph | mph | kw | kwh | w watt watts
mw | v volt volts | hz | ghz | mhz | kb | mb | gb | tb | c \u00b0c celsius | f \u00b0f fahrenheit
% percent pct | usd $ | eur \u20ac | gbp \u00a3
"""
UNITS: Final = {
    word: group.split()[0]
    for group in _SPELLED.replace("\n", "|").split("|")
    if group.strip()
    for word in group.split()
}
"""How a unit is spelled → the unit."""
_WORDS: Final = frozenset("in min ms day days week weeks month months year years yr yrs".split())
_LONG: Final = frozenset(word for word in UNITS if len(word) > 1) - _WORDS
"""Units that may end a header without brackets: the others are words of their own."""
_BRACKETS: Final = re.compile(r"[(\[]\s*(?:in\s+)?([^\s()\[\]]{1,12}(?:\s?[^\s()\[\]]{1,12})?)\s*[)\]]")
_CELL: Final = re.compile(r"[+-]?\d[\d.,]*\s*([^\d\s.,+-][^\s]{0,12}?)\.?")


def unit(name: str, values: Sequence[str]) -> tuple[str | None, Literal["header", "cells"] | None]:
    """The unit and where it is said; the cells go before the header.

    >>> unit("Weight", ["12 kg", "3 kg"]), unit("area_km2", ["1", "2"]), unit("name", ["a"])
    (('kg', 'cells'), ('km2', 'header'), (None, None))
    """
    found = Counter(UNITS.get(match[1].lower()) for value in values if (match := _CELL.fullmatch(value)))
    said, count = next(((u, n) for u, n in found.most_common() if u), (None, 0))
    if said and count >= 0.8 * len(values):
        return said, "cells"
    figures = sum(any(sign.isdigit() for sign in value) for value in values)
    if not values or figures < 0.8 * len(values):
        return None, None
    for inside in _BRACKETS.findall(name):
        if known := UNITS.get(inside.lower().replace(" ", "")) or UNITS.get(inside.lower()):
            return known, "header"
    last = re.split(r"[\s_.-]+", name.lower())[-1]
    return (UNITS[last], "header") if last in _LONG else (None, None)
