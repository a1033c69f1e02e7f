"""Forms that tell what a value is, each by a rule of its own: check digits where there are some, lists where they are short."""

import re
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from stdnum import iban, luhn

from symphainy.realms.insights.models.countries import COUNTRIES, COUNTRY_CODES, plain
from symphainy.realms.insights.models.kinds import as_date, as_number, kind_of

_WORD: Final = r"[^\W\d_][^\W\d_'\u2019.-]*"
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,18}", re.I)
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP: Final = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}|[0-9a-f]{{1,4}}(?::[0-9a-f]{{0,4}}){{2,7}}", re.I)
_PHONE: Final = re.compile(r"\+?\(?\d[\d ()./-]{5,20}\d(?:\s*(?:x|ext\.?)\s*\d+)?")
_SSN: Final = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_EXPIRY: Final = re.compile(r"(?:0?[1-9]|1[0-2])\s*/\s*(?:20)?\d{2}")
_TIME: Final = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:\s*[ap]m)?", re.I)
_BLOOD: Final = re.compile(r"(?:A|B|AB|O)[+-]")
_UPS: Final = re.compile(r"1Z ?(?:[A-Z0-9] ?){16}")
_FEET: Final = re.compile(r"\d{1,2}\s*(?:'|ft\.?|feet)\s*\d{0,2}\s*(?:\"|''|in\.?)?")
_AGENT: Final = re.compile(r"(?:Mozilla|Opera|curl|Dalvik)/[\d.]+\b.*")
_PLATE: Final = re.compile(r"(?:19|20)\d{2} [A-Z][\w-]+(?: [\w.'/-]+)+")
_ROAD: Final = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|square|highway|hwy|parkway"
    r"|rue|avenida|av|calle|via|viale|piazza|rua|ulica|plaza|weg|vej|gatan|gata|laan|tie|katu)\b"
    r"|stra(?:ss|\u00df)e\b|str\.|p\.?\s?o\.? box|straat\b|v\u00e4gen\b",
    re.I,
)
_HOUSE: Final = re.compile(r"\d{1,5} [^\W\d_].*|[^\W\d_]\D* \d{1,4}[a-z]?")
_COMPANY: Final = re.compile(
    r"\b(?:inc|ltd|llc|plc|gmbh|corp|corporation|company|co|group|ag|sa|bv|nv|holdings?|bank|airlines?|airways|industries|partners"
    r"|solutions|stores?|associates|services|systems|university|college|hospital|museum|institute|school|party|league|union)\b",
    re.I,
)
_PLACE: Final = re.compile(
    r"\b(?:lake|mount|mountains?|river|island|airport|bay|beach|valley|hotel|inn|park|dam|cape|port)\b", re.I
)
_NAME: Final = re.compile(
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof|Sir|St)\.? )?{_WORD}(?: (?:[A-Z]\.|{_WORD})){{1,3}}(?: Jr\.?| Sr\.?| I{{2,3}})?"
)
_CAPITALISED: Final = re.compile(r"[^\W\d_][^\W\d_'-]+")
_LATIN: Final = re.compile(r"[A-Z](?:[a-z]+|\.) [a-z]{2,}(?:us|um|is|ae?|ii?|ens|ans|ax|es|yx|ata)(?: [a-z]{3,})?")
_USER: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]{2,19}")
_POST: Final = re.compile(
    r"\d{4,6}|\d{5}-\d{3,4}|\d{4}-\d{3}|\d{3} ?\d{2}|\d{3}-\d{4}|\d{2}-\d{3}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|[A-Z]{1,2}-?\d{4,5}"
)
_SETS: Final = {
    "gender": "male female m f man woman men women other unknown nonbinary",
    "salutation": "mr mrs ms miss mx dr prof sir madam herr frau m mme",
    "colour": "red orange yellow green blue purple violet pink brown black white grey gray silver gold beige turquoise indigo",
    "zodiac": "aries taurus gemini cancer leo virgo libra scorpio sagittarius capricorn aquarius pisces",
    "month": "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec",
    "weekday": "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun",
    "continent": "africa america asia europe oceania antarctica australia afrika asien europa",
    "currency code": "usd eur gbp jpy chf cad aud nzd cny hkd sgd sek nok dkk pln czk huf ron bgn rub try inr brl mxn zar krw thb idr "
    "myr php ils aed sar ars clp cop egp ngn kes",
    "card brand": "visa mastercard amex discover maestro jcb diners unionpay",
    "language": "english german french spanish italian portuguese dutch russian chinese japanese korean arabic hindi turkish polish "
    "swedish danish norwegian finnish greek hebrew czech hungarian romanian thai vietnamese latin",
}  # fmt: skip
_WORDS: Final = {name: frozenset(words.split()) for name, words in _SETS.items()}


def _among(name: str) -> Callable[[str], bool]:
    known = _WORDS[name]
    return lambda text: text.strip(". ").lower() in known


def _card(text: str) -> bool:
    figures = re.sub(r"[ -]", "", text)
    return figures.isdigit() and 13 <= len(figures) <= 19 and figures[0] in "23456" and bool(luhn.is_valid(figures))


def _uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower().strip("{}")
    except ValueError:
        return False


def _phone(text: str) -> bool:
    figures = sum(sign.isdigit() for sign in text)
    if not 6 <= figures <= 15 or not _PHONE.fullmatch(text) or as_date(text) is not None or kind_of(text) == "decimal":
        return False
    return figures < len(text)  # without any mark it is a number like others


def _address(text: str) -> bool:
    numbered = bool(_HOUSE.fullmatch(text))
    return numbered or bool(_ROAD.search(text)) and any(sign.isdigit() for sign in text)


def _person(text: str) -> bool:
    capitals = sum(word[:1].isupper() for word in text.split())
    return capitals >= 2 and text[0].isupper() and bool(_NAME.fullmatch(text)) and not _COMPANY.search(text)


def _between(least: float, most: float, places: int = 0) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        found = as_number(text)
        return found is not None and least <= found <= most and len(text.partition(".")[2]) >= places

    return test


def _whole(least: int, most: int) -> Callable[[str], bool]:
    return lambda text: text.isdigit() and least <= int(text) <= most


PATTERNS: Final[dict[str, Callable[[str], bool]]] = {
    "email": lambda text: kind_of(text) == "email",
    "url": lambda text: kind_of(text) == "url",
    "domain": lambda text: bool(_DOMAIN.fullmatch(text)),
    "ip": lambda text: bool(_IP.fullmatch(text)),
    "uuid": _uuid,
    "card": _card,
    "iban": lambda text: bool(iban.is_valid(text)) if text[:2].isalpha() else False,
    "ssn": lambda text: bool(_SSN.fullmatch(text)),
    "ups": lambda text: bool(_UPS.fullmatch(text)),
    "phone": _phone,
    "postcode": lambda text: bool(_POST.fullmatch(text)),
    "date": lambda text: as_date(text) is not None,
    "expiry": lambda text: bool(_EXPIRY.fullmatch(text)),
    "time": lambda text: bool(_TIME.fullmatch(text)),
    "year": _whole(1800, 2100),
    "age": _whole(0, 120),
    "three figures": lambda text: text.isdigit() and len(text) in (3, 4),
    "calling code": lambda text: text.lstrip("+").isdigit() and len(text.lstrip("+")) <= 3,
    "latitude": _between(-90, 90, 3),
    "longitude": _between(-180, 180, 3),
    "percent": lambda text: kind_of(text) == "percent",
    "money": lambda text: kind_of(text) == "money",
    "blood group": lambda text: bool(_BLOOD.fullmatch(text)),
    "feet": lambda text: bool(_FEET.fullmatch(text)),
    "user agent": lambda text: bool(_AGENT.fullmatch(text)),
    "vehicle": lambda text: bool(_PLATE.fullmatch(text)),
    "country": lambda text: plain(text) in COUNTRIES or plain(text.partition("(")[0]) in COUNTRIES,
    "country code": lambda text: text in COUNTRY_CODES,
    "address": _address,
    "company": lambda text: bool(_COMPANY.search(text)),
    "place": lambda text: bool(_PLACE.search(text)),
    "person": _person,
    "species": lambda text: bool(_LATIN.fullmatch(text)),
    "capitalised": lambda text: bool(_CAPITALISED.fullmatch(text)) and not text.isupper(),
    "phrase": lambda text: text[:1].isupper() and 1 <= text.count(" ") <= 4 and text[1:].islower(),
    "initial": lambda text: len(text.strip(".")) == 1 and text.isupper(),
    "letters": lambda text: 2 <= len(text) <= 3 and text.isalpha() and text.isupper(),
    "user name": lambda text: bool(_USER.fullmatch(text)),
    **{name: _among(name) for name in _WORDS},
}  # fmt: skip
"""What is looked for in a column's values, by name."""


def patterns(values: Sequence[str], least: float = 0.1) -> dict[str, float]:
    """The share of values of each pattern, where it is not small.

    >>> patterns(["4111 1111 1111 1111", "5555555555554444"])["card"]
    1.0
    """
    found = {}
    for name, test in PATTERNS.items():
        share = sum(map(test, values)) / len(values) if values else 0.0
        if share >= least:
            found[name] = round(share, 4)
    return found
