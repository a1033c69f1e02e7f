"""What a column may mean, and what speaks for each meaning: patterns of its values, words of its header."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Meaning:
    """A meaning with the patterns that show it (and how much each shows alone), the header words that say it, and its class."""

    name: str
    patterns: dict[str, float]
    headers: frozenset[str]
    group: str = ""
    kinds: frozenset[str] = frozenset()
    """Kinds of values without which it cannot be; empty: any."""
    named: bool = False
    """Whether values alone never show it: somebody's birthday is a date like others."""


def _of(
    name: str,
    headers: str,
    patterns: dict[str, float] | None = None,
    group: str = "",
    kinds: str = "",
    named: bool = False,
) -> Meaning:
    return Meaning(name, patterns or {}, frozenset(headers.split()), group, frozenset(kinds.split()), named)


_FIGURES: Final = "integer decimal money percent code text"
MEANINGS: Final = (
    _of("email", "email mail", {"email": 1.0}, "contact"),
    _of("url", "url link website homepage web", {"url": 1.0}, "contact"),
    _of("domain", "domain host hostname", {"domain": 0.9}, "technical"),
    _of("ip address", "ip ipaddress", {"ip": 1.0}, "technical"),
    _of("uuid", "uuid guid", {"uuid": 1.0}, "identifier"),
    _of("payment card number", "card creditcard ccnumber pan", {"card": 1.0}, "identifier"),
    _of("iban", "iban", {"iban": 1.0}, "identifier"),
    _of("social security number", "ssn social security", {"ssn": 1.0}, "identifier"),
    _of("tracking number", "tracking ups shipment", {"ups": 1.0}, "identifier"),
    _of("phone number", "phone telephone tel mobile fax cell", {"phone": 0.85}, "contact"),
    _of("birth date", "birth birthday born dob geboren geb", {"date": 0.9}, "time", "date datetime text integer", named=True),
    _of("date", "date released release begin end start until since datum", {"date": 0.8}, "time"),
    _of("card expiry", "expires expiry expiration", {"expiry": 0.9}, "time"),
    _of("time", "time hour", {"time": 0.9}, "time"),
    _of("year", "year jahr annee", {"year": 0.75}, "time"),
    _of("month", "month", {"month": 0.95}, "time"),
    _of("weekday", "weekday", {"weekday": 0.95}, "time"),
    _of("age", "age alter", {"age": 0.3}, "quantity", "integer decimal text"),
    _of("latitude", "latitude lat", {"latitude": 0.75}, "place", "decimal"),
    _of("longitude", "longitude lon lng long", {"longitude": 0.7}, "place", "decimal"),
    _of("percentage", "percent percentage rate share", {"percent": 0.95}, "quantity", _FIGURES),
    _of(
        "amount of money", "amount price premium cost fee salary revenue budget charge usd eur income payment deductible",
        {"money": 0.95}, "quantity", _FIGURES,
    ),
    _of("blood group", "blood", {"blood group": 1.0}, "personal"),
    _of("height", "height", {"feet": 0.95}, "quantity", _FIGURES),
    _of("user agent", "agent browser", {"user agent": 1.0}, "technical"),
    _of("vehicle", "vehicle car", {"vehicle": 0.8}, "thing"),
    _of("gender", "gender sex", {"gender": 0.9}, "personal"),
    _of("salutation", "salutation prefix", {"salutation": 0.95}, "personal"),
    _of("colour", "colour color", {"colour": 0.9}, "thing"),
    _of("zodiac sign", "zodiac sign", {"zodiac": 0.95}, "personal"),
    _of("card brand", "brand network", {"card brand": 0.95}, "thing"),
    _of("language", "language sprache langue", {"language": 0.9}, "language"),
    _of("currency", "currency wahrung devise", {"currency code": 0.85}, "currency"),
    _of("postcode", "zip postcode postal plz", {"postcode": 0.62}, "place"),
    _of("country", "country nation pays land entity", {"country": 0.95}, "place"),
    _of("country code", "country nation iso", {"country code": 0.7}, "place"),
    _of("continent", "continent kontinent", {"continent": 0.95}, "place"),
    _of("state or region", "state province region county board district", {"letters": 0.2, "capitalised": 0.2}, "place", "word text code"),
    _of("city", "city town municipality capital stadt ville destination", {"capitalised": 0.25}, "place", "word text"),
    _of("street address", "address street adresse", {"address": 0.75}, "place"),
    _of(
        "place", "place location site lake mountain peak island river building hotel airport museum dam water venue range",
        {"place": 0.75}, "place", "word text code",
    ),
    _of("family name", "surname last family maiden nachname", {"capitalised": 0.2}, "person", "word text"),
    _of("given name", "first given forename vorname prenom", {"capitalised": 0.2}, "person", "word text"),
    _of(
        "person's name", "name person player artist author writer actor director winner emperor king president mayor wrestler saint "
        "scientist singer owner employee customer surgeon golfer fullname",
        {"person": 0.72}, "person", "word text",
    ),
    _of("initial", "initial initials", {"initial": 0.9}, "person"),
    _of(
        "organisation", "company organisation organization employer airline bank university college school hospital club team party "
        "publisher station media newspaper agency institution manufacturer vendor",
        {"company": 0.8}, "organisation", "word text code",
    ),
    _of("work", "title film movie song game book album show journal series programme", {}, "work", "word text code"),
    _of("species", "species animal bird mammal plant scientific latin", {"species": 0.8}, "species", "word text"),
    _of("genre", "genre style", {}, "genre", "word text"),
    _of("occupation", "occupation job profession position role", {"phrase": 0.5}, "personal", "word text"),
    _of("user name", "user username login", {"user name": 0.25}, "technical", "word code text"),
    _of("calling code", "calling dialing phone", {"calling code": 0.3}, "contact", "integer"),
    _of("card security code", "cvv cvc", {"three figures": 0.35}, "identifier", "integer"),
    _of("identifier", "id number no nr key code identifier ref reference", {}, "identifier", "integer code word text"),
    _of(
        "quantity", "quantity count population area total score weight size volume length width depth elevation altitude gdp points",
        {}, "quantity", _FIGURES,
    ),
    _of("description", "description comment comments note notes remark text summary details", {}, "text", "text"),
)  # fmt: skip
"""The likelier stands first where two are as well supported."""
FORMS: Final = frozenset({"email", "url", "ip", "uuid", "card", "iban", "ups", "user agent", "blood group", "domain"})
"""Patterns that every such value has: a header that says otherwise is wrong. Lists are never whole."""
