"""Copybooks: the text of a record's layout into a tree of fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.services.decode.cobol.picture import Picture, picture_of
from symphainy.realms.content.services.decode.cobol.usage import USAGES, size_of

MAX_FIELDS = 20_000
MAX_DEPTH = 49
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s'"]+""")
_FIXED = re.compile(r"^(?:[ \t]{6}|[0-9A-Za-z]{6})([ *\-/Dd\t]|$)")
_NOISE = frozenset({"IS", "TIMES", "ARE", "WHEN", "RIGHT", "LEFT", "CHARACTER", "ON"})


@dataclass(frozen=True)
class Field:
    """One item of a record. ``length`` is of one occurrence; a group's is that of its fields at their largest."""

    level: int
    name: str
    picture: Picture | None = None
    usage: str = "DISPLAY"
    redefines: str | None = None
    least: int = 1
    most: int = 1
    repeats: bool = False
    depending: str | None = None
    leading: bool = False
    separate: bool = False
    conditions: tuple[tuple[str, str], ...] = ()
    children: tuple["Field", ...] = ()
    length: int = 0

    @property
    def filler(self) -> bool:
        """Whether nobody asks for its value."""
        return self.name == "FILLER"


def parse_copybook(*texts: str) -> tuple[Field, ...]:
    r"""The records of one or more copybooks; several records lie over one another, as those of one file do.

    Invalid where a line is no data description, naming it.

    >>> (record,) = parse_copybook("01 CLAIM.\n  05 ID PIC 9(6).\n  05 AMOUNT PIC S9(7)V99 COMP-3.")
    >>> record.length, [(field.name, field.length) for field in record.children]
    (11, [('ID', 6), ('AMOUNT', 5)])
    """
    records: list[Field] = []
    for text in texts:
        flat = [item for words in _sentences(text) if (item := _item(words)) is not None]
        if len(flat) > MAX_FIELDS:
            raise Invalid(f"The copybook has {len(flat):,} items; the limit is {MAX_FIELDS:,}.", code="copybook.size")
        records += _tree(flat)
    if not records:
        raise Invalid("The copybook describes no record.", code="copybook.empty", remedy="Give the data description.")
    first = records[0].name
    return tuple(
        record if place == 0 or record.redefines else replace(record, redefines=first)
        for place, record in enumerate(records)
    )


def _sentences(text: str) -> Iterator[list[str]]:
    """Words up to each full stop; comments and, in fixed form, the columns of numbers are cut off."""
    lines = [line.rstrip() for line in text.replace("\x1a", "").splitlines()]
    told = [line for line in lines if line.strip() and not line.lstrip().startswith("*")]
    fixed = bool(told) and all(_FIXED.match(line) for line in told)
    words: list[str] = []
    for line in lines:
        body = line[6:72] if fixed else line
        if not body.strip() or body.lstrip()[0] == "*" or (fixed and body[0] in "/*"):
            continue
        for word in _TOKEN.findall(body.split("*>")[0]):
            word = word.rstrip(",;") if word[0] not in "'\"" else word
            if word == ".":
                yield words
                words = []
            elif word.endswith(".") and word[0] not in "'\"":
                yield [*words, word[:-1]]
                words = []
            elif word:
                words.append(word)
    if words:
        yield words


def _item(words: list[str]) -> Field | None:
    """One data description; None for what lays nothing out (COPY directives of compilers, level 66)."""
    if not words or words[0].upper() in ("EJECT", "SKIP1", "SKIP2", "SKIP3"):
        return None
    if not words[0].isdigit():
        raise Invalid(f"{' '.join(words)[:60]!r} is no data description.", code="copybook.line")
    level, rest = int(words[0]), words[1:]
    if level == 66:
        return None
    name = "FILLER"
    if rest and rest[0].upper() not in _CLAUSES:
        name, rest = rest[0].upper(), rest[1:]
    if level == 88:
        return Field(level, name, conditions=((name, " ".join(rest)),))
    return _clauses(Field(level, name), rest)


def _clauses(field: Field, words: list[str]) -> Field:
    words = [word for word in words if word.upper() not in _NOISE]
    at = 0
    while at < len(words):
        word = words[at].upper()
        if word not in _CLAUSES:
            raise Invalid(f"{field.name}: {words[at][:40]!r} is not understood.", code="copybook.clause")
        field, at = _CLAUSES[word](field, words, at)
    return field


def _picture(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    return replace(field, picture=picture_of(_word(field, words, at + 1))), at + 2


def _usage(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    at += words[at].upper() == "USAGE"
    usage = USAGES.get(_word(field, words, at).upper())
    if usage is None:
        raise Invalid(f"{field.name}: USAGE {words[at][:40]} is not supported.", code="copybook.usage")
    return replace(field, usage=usage), at + 1


def _redefines(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    return replace(field, redefines=_word(field, words, at + 1).upper()), at + 2


def _occurs(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    least, at = _count(field, words, at + 1), at + 2
    most = least
    if at < len(words) and words[at].upper() == "TO":
        most, at = _count(field, words, at + 1), at + 2
    depending = None
    if at < len(words) and words[at].upper() == "DEPENDING":
        depending, at = _word(field, words, at + 1).upper(), at + 2
    while at < len(words) and words[at].upper() in ("INDEXED", "ASCENDING", "DESCENDING", "KEY", "BY"):
        at += 1
        while at < len(words) and words[at].upper() not in _CLAUSES and words[at].upper() not in ("INDEXED", "BY"):
            at += 1
    return replace(field, least=least, most=most, repeats=True, depending=depending), at


def _count(field: Field, words: list[str], at: int) -> int:
    word = _word(field, words, at)
    if not word.isdigit() or int(word) > 100_000:
        raise Invalid(f"{field.name}: OCCURS {word[:20]} is no number of times.", code="copybook.occurs")
    return int(word)


def _sign(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    at += words[at].upper() == "SIGN"
    leading = _word(field, words, at).upper() == "LEADING"
    at += 1
    separate = at < len(words) and words[at].upper() == "SEPARATE"
    return replace(field, leading=leading, separate=separate), at + separate


def _value(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    at += 1
    while at < len(words) and words[at].upper() not in _CLAUSES:
        at += 1
    return field, at


def _ignored(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    return field, at + (2 if words[at].upper() == "BLANK" else 1)


def _refused(field: Field, words: list[str], at: int) -> tuple[Field, int]:
    raise Invalid(
        f"{field.name}: {words[at].upper()} aligns fields by a compiler's rules, which bytes alone do not tell.",
        code="copybook.aligned",
        remedy="Write the slack bytes as FILLER and leave the clause out.",
    )


def _word(field: Field, words: list[str], at: int) -> str:
    if at >= len(words):
        raise Invalid(f"{field.name}: the description breaks off.", code="copybook.clause")
    return words[at]


_CLAUSES = {
    "PIC": _picture, "PICTURE": _picture, "USAGE": _usage, **dict.fromkeys(USAGES, _usage), "REDEFINES": _redefines,
    "OCCURS": _occurs, "SIGN": _sign, "LEADING": _sign, "TRAILING": _sign, "VALUE": _value, "VALUES": _value,
    "JUST": _ignored, "JUSTIFIED": _ignored, "BLANK": _ignored, "GLOBAL": _ignored, "EXTERNAL": _ignored,
    "SYNC": _refused, "SYNCHRONIZED": _refused,
}  # fmt: skip


def _tree(flat: list[Field]) -> list[Field]:
    """Items into their groups, by level."""
    at, records = 0, []
    while at < len(flat):
        record, at = _grown(flat, at, 0)
        records.append(_measured(record, "DISPLAY"))
    return records


def _grown(flat: list[Field], at: int, depth: int) -> tuple[Field, int]:
    if depth > MAX_DEPTH:
        raise Invalid(f"The copybook nests deeper than {MAX_DEPTH} levels.", code="copybook.depth")
    field, at = flat[at], at + 1
    children: list[Field] = []
    conditions: list[tuple[str, str]] = []
    while at < len(flat) and (flat[at].level > field.level or flat[at].level == 88):
        if flat[at].level == 88:
            conditions += flat[at].conditions
            at += 1
        elif field.level == 77:
            break
        else:
            child, at = _grown(flat, at, depth + 1)
            children.append(child)
    return replace(field, children=tuple(children), conditions=tuple(conditions)), at


def _measured(field: Field, usage: str) -> Field:
    """With lengths; a group's USAGE is that of the items below which name none."""
    usage = field.usage if field.usage != "DISPLAY" else usage
    if not field.children:
        if field.picture is None and usage not in ("COMP-1", "COMP-2", "INDEX"):
            raise Invalid(f"{field.name} has neither a PICTURE nor fields of its own.", code="copybook.empty_item")
        return replace(field, usage=usage, length=size_of(field.picture, usage, field.separate))
    children = tuple(_measured(child, usage) for child in field.children)
    starts: dict[str, int] = {}
    at = end = 0
    for child in children:
        start = at
        if child.redefines:
            if child.redefines not in starts:
                raise Invalid(
                    f"{child.name} redefines {child.redefines}, which does not stand before it.",
                    code="copybook.redefines",
                )
            start = starts[child.redefines]
        starts[child.name] = start
        end = max(end, start + child.length * child.most)
        at = end
    return replace(field, usage=usage, children=children, length=end)
