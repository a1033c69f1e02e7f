"""Splits jq text into tokens. Stricter than jq: what two lexers could read differently is refused, not guessed."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["field", "var", "ident", "keyword", "number", "string", "format", "op", "end"]

KEYWORDS = frozenset(
    ["module", "import", "include", "def", "if", "then", "else", "elif", "end", "as", "reduce", "foreach", "try", "catch",
     "label", "and", "or", "__loc__"]
)  # fmt: skip
MAX_LENGTH = 16_384
"""Characters of one expression; the longest of 500 public samples has 412."""
MAX_NESTING = 64
"""Brackets and interpolations within one another: Python's own stack bounds the parser."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\n]+|\#[^\n\\]*(?=\n|\Z))
      | (?P<field>\.[A-Za-z_]\w*)
      | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<var>\$(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)
      | (?P<ident>(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)
      | (?P<format>@[A-Za-z0-9_]+)
      | (?P<quote>")
      | (?P<op>\?//=?|//=|==|!=|<=|>=|//|\|=|\+=|-=|\*=|/=|%=|\.\.|[-+*/%=<>|,;:?.()\[\]{}])""",
    re.VERBOSE | re.ASCII,
)
_PLAIN = re.compile(r'[^"\\\x00-\x08\x0b-\x1f]+')
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class JqSyntaxError(ValueError):
    """The text is no jq this platform reads; ``position`` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Token:
    """One token. A string holds its parts: text, or the tokens of one interpolation."""

    kind: Kind
    text: str
    at: int
    parts: tuple[Any, ...] = field(default=())


def tokenize(text: str) -> list[Token]:
    """All tokens of ``text`` and a last one of kind ``end``; JqSyntaxError, also for unbalanced brackets.

    >>> [t.text for t in tokenize('.a + $b # sum')]
    ['.a', '+', '$b', '']
    """
    if len(text) > MAX_LENGTH:
        raise JqSyntaxError(f"an expression has at most {MAX_LENGTH} characters, this one has {len(text)}", 0)
    if (half := re.search(r"[\ud800-\udfff]", text)) is not None:
        raise JqSyntaxError("half a character (a lone surrogate)", half.start())
    tokens, at = _run(text.replace("\r\n", "\n"), 0, depth=0)
    return [*tokens, Token("end", "", at)]


def _run(text: str, at: int, *, depth: int) -> tuple[list[Token], int]:
    """Tokens from ``at`` to the end, or (inside an interpolation) to the bracket that closes it."""
    out: list[Token] = []
    brackets = _Brackets(depth)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            hint = ": strings stand in double quotes" if text[at] == "'" else ""
            raise JqSyntaxError(f"unexpected {text[at]!r}{hint}", at)
        kind, word, start = match.lastgroup or "", match.group(), at
        at = match.end()
        if kind == "quote":
            parts, at = _string(text, at, depth=brackets.depth)
            out.append(Token("string", word, start, tuple(parts)))
        elif kind != "space":
            if brackets.closes_text(word, start):
                return out, at
            out.append(Token("keyword" if word in KEYWORDS else kind, word, start))  # type: ignore[arg-type]
    brackets.end(at)
    return out, at


class _Brackets:
    """Counts brackets; inside an interpolation the closing one of its own ends the text."""

    def __init__(self, outer: int) -> None:
        self.outer, self.open = outer, list[tuple[str, int]]()

    @property
    def depth(self) -> int:
        return self.outer + len(self.open)

    def closes_text(self, word: str, at: int) -> bool:
        if word in _PAIRS:
            self.open.append((_PAIRS[word], at))
            if self.depth > MAX_NESTING:
                raise JqSyntaxError(f"brackets nest more than {MAX_NESTING} deep", at)
        elif word in (")", "]", "}"):
            if not self.open and self.outer and word == ")":
                return True
            if not self.open or self.open.pop()[0] != word:
                raise JqSyntaxError(f"{word!r} closes nothing", at)
        return False

    def end(self, at: int) -> None:
        if self.open or self.outer:
            missing, where = self.open[-1] if self.open else (")", at)
            raise JqSyntaxError(f"{missing!r} is missing", where)


def _string(text: str, at: int, *, depth: int) -> tuple[list[str | list[Token]], int]:
    """Parts of the string whose text begins at ``at``, and the position after its closing quote."""
    parts: list[str | list[Token]] = []
    plain = ""
    while at < len(text):
        char = text[at]
        if char == '"':
            return ([*parts, plain] if plain or not parts else parts), at + 1
        if char == "\\":
            follow = text[at + 1 : at + 2]
            if follow == "(":
                if depth >= MAX_NESTING:
                    raise JqSyntaxError(f"brackets nest more than {MAX_NESTING} deep", at)
                inner, end = _run(text, at + 2, depth=depth + 1)
                parts += [plain, [*inner, Token("end", "", end - 1)]]
                plain, at = "", end
            elif follow == "u":
                digits = text[at + 2 : at + 6]
                if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                    raise JqSyntaxError("\\u takes four hexadecimal digits", at)
                plain, at = plain + chr(int(digits, 16)), at + 6
            elif follow in _ESCAPES:
                plain, at = plain + _ESCAPES[follow], at + 2
            else:
                raise JqSyntaxError(f"unknown escape \\{follow}", at)
            continue
        match = _PLAIN.match(text, at)
        if match is None:
            raise JqSyntaxError("a control character in a string: write it as \\u00XX", at)
        plain, at = plain + match.group(), match.end()
    raise JqSyntaxError("the string is not closed", at)
