"""Bytes of one elementary item into its value. ``Malformed`` says that they hold none."""

import re
import struct
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Literal

from symphainy.realms.content.services.decode.cobol.codepages import Controls, table_of
from symphainy.realms.content.services.decode.cobol.copybook import Field

Value = int | float | str | Decimal | None
Read = Callable[[bytes], Value]
Trim = Literal["both", "left", "right", "none"]
_OVERPUNCH = {
    **{c: ("+", str(n)) for n, c in enumerate("{ABCDEFGHI")},
    **{c: ("-", str(n)) for n, c in enumerate("}JKLMNOPQR")},
}
_MINUS = frozenset({0xB, 0xD})
_SPACE = " \r\n"
_FIGURE = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_EXACT = Context(prec=100)
"""More digits than any item has: a value is never rounded."""


class Malformed(ValueError):
    """The bytes are not of the kind that the copybook says."""


def reader(field: Field, code_page: str, *, trim: Trim, controls: Controls, floats: str) -> Read:
    """What reads ``field`` from exactly its bytes."""
    picture, usage = field.picture, field.usage
    if usage in ("COMP-1", "COMP-2"):
        return _float(usage, floats)
    if picture is None or usage == "INDEX":
        return lambda raw: int.from_bytes(raw, "big", signed=True)
    if not picture.numeric:
        return _text(table_of(code_page, controls), trim, wide=usage == "NATIONAL")
    if usage in ("COMP", "COMP-9"):
        order: Literal["big", "little"] = "little" if usage == "COMP-9" else "big"
        signed, scale = picture.signed, picture.scale
        return lambda raw: scaled(int.from_bytes(raw, order, signed=signed), scale)
    if usage in ("COMP-3", "COMP-6"):
        return _packed(picture.scale, signless=usage == "COMP-6")
    return _display(field, table_of(code_page, "all"))


def scaled(number: int, scale: int) -> Value:
    """A whole number as what its picture means."""
    if scale == 0:
        return number
    return number * 10**-scale if scale < 0 else Decimal(number).scaleb(-scale, _EXACT)


def _text(table: tuple[str, ...], trim: Trim, *, wide: bool) -> Read:
    def read(raw: bytes) -> Value:
        if not any(raw):
            return None  # LOW-VALUES: nothing was ever written here
        text = raw.decode("utf-16-be", "replace") if wide else raw.decode("latin-1").translate(table)
        if trim == "both":
            return text.strip(_SPACE)
        return text.lstrip(_SPACE) if trim == "left" else text.rstrip(_SPACE) if trim == "right" else text

    return read


def _float(usage: str, floats: str) -> Read:
    form = ">f" if usage == "COMP-1" else ">d"
    if floats == "ieee":
        return lambda raw: float(struct.unpack(form, raw)[0])
    return ibm_float


def ibm_float(raw: bytes) -> float:
    """Hexadecimal floating point: a sign, an exponent of sixteen, a fraction.

    >>> ibm_float(bytes.fromhex("C276A000")), ibm_float(bytes.fromhex("4110000000000000"))
    (-118.625, 1.0)
    """
    sign = -1.0 if raw[0] & 0x80 else 1.0
    fraction = int.from_bytes(raw[1:], "big") / float(1 << 8 * (len(raw) - 1))
    return sign * fraction * 16.0 ** ((raw[0] & 0x7F) - 64)


def _packed(scale: int, *, signless: bool) -> Read:
    def read(raw: bytes) -> Value:
        figures = raw.hex()
        digits, sign = (figures, 0xF) if signless else (figures[:-1], int(figures[-1], 16))
        if (digits and not digits.isdigit()) or sign < 0xA:
            raise Malformed(f"packed decimal {figures}")
        number = int(digits or "0")
        return scaled(-number if sign in _MINUS else number, scale)

    return read


def _display(field: Field, table: tuple[str, ...]) -> Read:
    picture = field.picture
    assert picture is not None
    scale, signed = picture.scale, picture.signed or field.separate
    leading, separate, edited, pointed = field.leading, field.separate, picture.edited, "." in picture.text

    def read(raw: bytes) -> Value:
        if not any(raw):
            return None
        text = raw.decode("latin-1").translate(table).strip(" \x00")  # unwritten figures before or after are none
        if not text:
            return None
        sign, digits = _signed(text, leading=leading, separate=separate, edited=edited)
        if sign == "-" and not signed:
            raise Malformed("a negative number in an unsigned item")
        if pointed and "." in digits:
            if not _FIGURE.fullmatch(digits):
                raise Malformed("zoned decimal")
            number = Decimal(digits)
            return -number if sign == "-" else number
        if not (digits.isascii() and digits.isdigit()):
            raise Malformed("zoned decimal")
        return scaled(-int(digits) if sign == "-" else int(digits), scale)

    return read


def _signed(text: str, *, leading: bool, separate: bool, edited: bool) -> tuple[str, str]:
    """The sign and the rest; overpunched in its place, or a character of its own."""
    if edited:
        sign = "-" if "-" in text or text.upper().endswith(("CR", "DB")) else "+"
        return sign, re.sub(r"[^0-9.]", "", text)
    place = 0 if leading else -1
    mark = text[place]
    rest = text[1:] if leading else text[:-1]
    if mark in "+-" or separate:
        if mark not in "+-":
            raise Malformed("a separate sign is missing")
        return mark, rest
    if mark in _OVERPUNCH:
        sign, digit = _OVERPUNCH[mark]
        return sign, digit + rest if leading else rest + digit
    return "+", text
