"""Identifiers made of digits, validated: cards (Luhn), IBANs (mod 97), national ids (their own check digits), IP addresses.

Candidates are cut out by linear expressions that begin with a digit or a capital; python-stdnum says whether one is valid.
A bare number that could be an id of some country is one only beside a word that says so.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from stdnum import iban as _iban
from stdnum import luhn as _luhn

from symphainy.governance.data_steward.personal.finding import Span

__all__ = ["cards", "card", "iban", "ibans", "ips", "national_ids"]

_CARD = re.compile(r"(?<![\w.-])(?<!\d )[0-9](?:[ -]?[0-9]){12,18}(?![\w-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])")
_MAESTRO = re.compile(r"(?<![\w.-])(?:50|5[6-8]|6)\d{10,11}(?![\w-])")
_CARD_CUE = re.compile(r"\b(?:card|cc|maestro|debit|credit)\b[^.\n]*$", re.IGNORECASE)
_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_ID = re.compile(r"(?<![\w.@#/-])[A-Z]{0,3}\d[\dA-Z .\-/+]{4,20}[\dA-Z](?![\w-])")
_CUE = re.compile(
    r"\b(?:ssn|social security|national id|identity (?:card|number|document)|id number|tax (?:id|number|payer)|tin|nino|ni number|nhs|bsn|pesel"
    r"|cpf|nif|nie|dni|nir|personnummer|hetu|henkil|ahv|sozialversicherung|steuer-?id|codice fiscale|aadhaar|pan|sin|passport|driv(?:er|ing)\S* lic\S*"
    r"|licen[cs]e (?:number|no))\b[^\w]*(?:\w{0,12}\W{1,3}){0,3}$",
    re.IGNORECASE,
)
_FREE = re.compile(r"\b(?:passport|driv(?:er|ing)\S* lic\S*|licen[cs]e (?:number|no))\b", re.IGNORECASE)
_SCHEMES = {
    6: ("nl.bsn",), 7: ("nl.bsn",), 8: ("nl.bsn", "ie.pps"),
    9: ("us.ssn", "us.itin", "gb.nino", "es.dni", "es.nie", "nl.bsn", "ca.sin", "pt.nif", "cz.rc", "ie.pps"),
    10: ("gb.nhs", "in_.pan", "se.personnummer", "fi.hetu", "dk.cpr", "cz.rc", "bg.egn", "at.vnr"),
    11: ("de.idnr", "it.codicefiscale", "pl.pesel", "br.cpf", "be.nn", "no.fodselsnummer", "tr.tckimlik", "pt.nif", "fi.hetu"),
    12: ("in_.aadhaar", "se.personnummer"), 13: ("ch.ssn", "ro.cnp", "za.idnr", "kr.rrn"), 15: ("fr.nir",), 16: ("it.codicefiscale",), 18: ("mx.curp",),
}  # fmt: skip
"""The schemes of python-stdnum by how many letters and digits their ids have, so that a number is asked of a few and not of all."""
_SELF_EVIDENT = re.compile(
    r"(?<![\w-])(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]"
    r"|756\.\d{4}\.\d{4}\.\d{2}|\d{3}\.\d{3}\.\d{3}-\d{2}|[12] \d{2} \d{2} \d{2} \d{3} \d{3} \d{2}|\d{6}[-+A]\d{3}[\dA-Y])(?![\w-])"
)
"""Forms that say themselves what they are: NINO, codice fiscale, AHV, CPF, NIR, hetu; validated all the same."""


def card(text: str) -> bool:
    """Whether the digits of a text are a card number by Luhn, not all the same, and long enough.

    >>> card("4111 1111 1111 1111"), card("4111 1111 1111 1112")
    (True, False)
    """
    digits = text.replace(" ", "").replace("-", "")
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and bool(_luhn.is_valid(digits))


def iban(text: str) -> bool:
    """Whether a text is an IBAN: its country's form, where known, and its check digits (ISO 13616).

    >>> iban("DE89 3704 0044 0532 0130 00"), iban("DE89 3704 0044 0532 0130 01")
    (True, False)
    """
    plain = text.replace(" ", "").upper()
    if not 15 <= len(plain) <= 34:
        return False
    try:
        _iban.validate(plain, check_country=False)
    except Exception:  # python-stdnum's own errors, and what odd input makes of its tables
        return False
    return True


def cards(text: str) -> Iterator[Span]:
    """Card numbers; those of 12 digits (Maestro) only beside a word that says so."""
    for m in _CARD.finditer(text):
        if card(m.group()):
            yield "card", *m.span()
    for m in _MAESTRO.finditer(text):
        if _luhn.is_valid(m.group()) and _CARD_CUE.search(text[max(0, m.start() - 40) : m.start()]):
            yield "card", *m.span()


def ibans(text: str) -> Iterator[Span]:
    """IBANs; a trailing word in capitals that the pattern took with it is given back."""
    for found in _IBAN.finditer(text):
        part = found.group()
        while len(part) >= 15:
            if iban(part):
                yield "iban", found.start(), found.start() + len(part)
                break
            part = part.rpartition(" ")[0]


def ips(text: str) -> Iterator[Span]:
    """IP addresses of either version; a version number of three dots is not told apart."""
    found = [_IP4.finditer(text)]
    if text.count(":") > 1:
        found.append(_IP6.finditer(text))
    for matches in found:
        for m in matches:
            if len(m.group()) > 4 and _is_ip(m.group()):
                yield "ip", *m.span()


def national_ids(text: str) -> Iterator[Span]:
    """National ids: those of a form of their own, and any valid one (or any passport and licence number) behind its name."""
    for m in _SSN.finditer(text):
        if _valid("us.ssn", m.group()):
            yield "national_id", *m.span()
    for m in _SELF_EVIDENT.finditer(text):
        if any(
            _valid(scheme, m.group())
            for scheme in ("gb.nino", "it.codicefiscale", "ch.ssn", "br.cpf", "fr.nir", "fi.hetu")
        ):
            yield "national_id", *m.span()
    for m in _ID.finditer(text):
        before = text[max(0, m.start() - 48) : m.start()]
        if (cue := _CUE.search(before)) is not None and (
            _FREE.search(cue.group())
            or any(_valid(scheme, m.group()) for scheme in _SCHEMES.get(sum(map(str.isalnum, m.group())), ()))
        ):
            yield "national_id", *m.span()


def _is_ip(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def _valid(scheme: str, text: str) -> bool:
    try:
        return bool(_scheme(scheme)(text))
    except Exception:  # a scheme that cannot read the text says no
        return False


@cache
def _scheme(name: str) -> Callable[[str], bool]:
    found: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return found
