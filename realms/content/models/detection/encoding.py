"""Which encoding is this text in? By its marks, by what decodes, and by how its letters stand beside each other."""

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

HEAD: Final = 64 * 1024
"""Bytes looked at: a CSV's dialect and a text's encoding show in the first few hundred lines."""
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PRINTABLE = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_WIDE = ("cp932", "gb18030", "big5", "euc_kr", "euc_jp")
_SIGNS_IN_WORDS = re.compile(
    "[A-Za-z\u00c0-\u00ff][\u00a1-\u00a9\u00ab-\u00b9\u00bb-\u00bf\u0178\u0152\u0153\u2013-\u2122][a-z]"
)
_JAPANESE = re.compile("[\u3040-\u30ff\uff61-\uff9f]")
_COMMON_HAN = re.compile("[\u4e00-\u9fff]")


def encoding_of(head: bytes) -> str | None:
    """The encoding of a text that begins with ``head``, or None when it is no text.

    >>> encoding_of("Müller".encode()), encoding_of("Señora Muñoz".encode("cp1252")), encoding_of(bytes(range(32)))
    ('utf-8', 'cp1252', None)
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    try:
        text = _cut(head).decode("utf-8")
    except UnicodeDecodeError:
        return _unmarked_utf16(head) or _by_letters(head)
    if text.count("\0") > len(text) // 20:
        return _unmarked_utf16(head)
    return "utf-8" if len(_PRINTABLE.findall(text)) >= 0.98 * len(text) else None


def told_apart(data: bytes, at: int) -> str:
    """The encoding of a text whose first bytes were plain and whose byte ``at`` is not: asked of what stands around it."""
    return _by_letters(data[max(0, at - HEAD // 2) : at + HEAD // 2]) or "cp1252"


def decoded(data: bytes, encoding: str) -> str:
    r"""``data`` as text; a byte that a Windows code page leaves undefined stays as the control it would be, as browsers do.

    >>> decoded(b"a\x9db", "cp1252")
    'a\x9db'
    """
    return data.decode(encoding, errors="symphainy-c1" if encoding.startswith("cp125") else "strict")


def _c1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("symphainy-c1", _c1)


def _cut(head: bytes) -> bytes:
    """``head`` without a character that its end cuts in two."""
    if len(head) < HEAD:
        return head
    for back in range(1, 4):
        if head[-back] & 0xC0 == 0xC0:
            return head[:-back]
        if head[-back] < 0x80:
            break
    return head


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of Western text is zero."""
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.4 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and head[::2].count(0) > 0.4 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _by_letters(head: bytes) -> str | None:
    """A code page of one byte or two. Western text has its accents one by one between plain letters; other scripts in runs."""
    if len(_PRINTABLE.findall(head.decode("latin-1"))) < 0.98 * len(head):
        return None
    runs = [len(run) for run in _HIGH.findall(head)]
    if not runs:
        return "utf-8"
    if wide := _two_bytes(head):
        return wide
    if sum(runs) / len(runs) < 2 or sum(runs) < 0.002 * len(head):
        western = head.decode("cp1252", errors="symphainy-c1")
        odd = len(_SIGNS_IN_WORDS.findall(western)) + sum("\x80" <= sign < "\xa0" for sign in western)
        # A sign of money or a quote inside a word: the accents of another code page, unless they are few.
        if odd <= max(2, 0.2 * len(runs)) or sum(runs) < 0.0002 * len(head):
            return "cp1252"
    best = from_bytes(head, enable_fallback=False).best()
    return best.encoding if best else "cp1252"


def _two_bytes(head: bytes) -> str | None:
    """East Asian code pages, where the whole decodes and what comes out is that script and nothing else."""
    found: list[tuple[float, str]] = []
    for name in _WIDE:
        try:
            text = codecs.getincrementaldecoder(name)("strict").decode(head, final=len(head) < HEAD)
        except UnicodeDecodeError:
            continue
        high = [sign for sign in text if sign > "\x7f"]
        known = sum(_asian(sign, name) for sign in high)
        # Katakana of half a width take one byte each, as every Western accent does: they alone prove nothing.
        wide = sum(not "\uff61" <= sign <= "\uff9f" for sign in high)
        if wide > 0.3 * len(high) and known >= 0.9 * len(high) and (len(high) > 3 or known == len(high)):
            found.append(
                (known / len(high) + (0.2 if name in ("cp932", "euc_jp") and _JAPANESE.search(text) else 0), name)
            )
    return max(found)[1] if found else None


def _asian(sign: str, encoding: str) -> bool:
    if (
        "\u3000" <= sign <= "\u303f"
        or "\uff00" <= sign <= "\uff5e"
        or "\u2500" <= sign <= "\u26ff"
        or "\u2010" <= sign <= "\u2030"
    ):
        return True
    if _JAPANESE.match(sign):
        return encoding in ("cp932", "euc_jp")
    if "\uac00" <= sign <= "\ud7a3":
        return encoding == "euc_kr"
    return bool(_COMMON_HAN.match(sign)) and _frequent(sign, encoding)


def _frequent(sign: str, encoding: str) -> bool:
    """Whether a Han sign is of the code page's first level: where a wrong code page is tried, most are not."""
    match encoding:
        case "gb18030":
            raw = sign.encode("gb18030")
            return len(raw) == 2 and 0xB0 <= raw[0] <= 0xD7 and raw[1] >= 0xA1
        case "big5":
            return 0xA4 <= sign.encode("big5")[0] <= 0xC6
        case "cp932":
            return 0x88 <= sign.encode("cp932")[0] <= 0x98
        case "euc_jp":
            raw = sign.encode("euc_jp")
            return len(raw) == 2 and 0xB0 <= raw[0] <= 0xCF
    return False
