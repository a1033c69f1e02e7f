"""Text → syntax tree: a precedence-climbing parser of jq 1.8's grammar."""

from functools import lru_cache

from symphainy.foundations.definitions.jqlang import tree as t
from symphainy.foundations.definitions.jqlang.tokens import JqSyntaxError, Token, tokenize

_ASSIGN = frozenset(["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="])
_COMPARE = frozenset(["==", "!=", "<", "<=", ">", ">="])
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset(["//"]), _ASSIGN, frozenset(["or"]), frozenset(["and"]), _COMPARE, frozenset("+-"), frozenset("*/%"),
)  # fmt: skip
"""Binary operators, loosest first; ``|`` and ``,`` are looser still. ``//`` groups to the right, assignments and comparisons not at all."""


@lru_cache(maxsize=4096)
def parse(text: str) -> t.Node:
    """The tree of ``text`` (without ``${ }``); JqSyntaxError with the position.

    >>> parse(".a.b")
    Field(target=Field(target=Dot(), name='a'), name='b')
    """
    return _whole(_Parser(tokenize(text)))


@lru_cache(maxsize=4096)
def computed_keys(text: str) -> tuple[tuple[int, int], ...]:
    """Where in ``text`` (with plain line ends) the keys of ``.[key]`` stand that are no literal.

    >>> computed_keys(".a[.b] | .[3]")
    ((3, 5),)
    """
    parser = _Parser(tokenize(text))
    _whole(parser)
    return tuple(sorted(parser.keys))


def _whole(parser: "_Parser") -> t.Node:
    try:
        return parser.whole()
    except RecursionError:
        raise JqSyntaxError("the expression is too deeply nested", 0) from None


class _Parser:
    def __init__(self, tokens: list[Token], keys: list[tuple[int, int]] | None = None) -> None:
        self.tokens, self.i = tokens, 0
        self.keys: list[tuple[int, int]] = [] if keys is None else keys

    # -- reading tokens ------------------------------------------------------------------------------------------------------------
    @property
    def now(self) -> Token:
        return self.tokens[self.i]

    def peek(self, *words: str) -> bool:
        return self.now.kind in ("op", "keyword") and self.now.text in words

    def take(self) -> Token:
        self.i += 1
        return self.tokens[self.i - 1]

    def at(self, kind: str) -> bool:
        return self.now.kind == kind

    def accept(self, word: str) -> bool:
        if self.peek(word):
            self.i += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise JqSyntaxError(f"{word!r} expected, found {self.now.text or 'the end'!r}", self.now.at)

    def name(self, kind: str) -> str:
        token = self.take()
        if token.kind != kind or "::" in token.text:
            raise JqSyntaxError(f"a name expected, found {token.text or 'the end'!r}", token.at)
        return token.text.removeprefix("$")

    # -- expressions ---------------------------------------------------------------------------------------------------------------
    def whole(self) -> t.Node:
        if self.at("end"):
            raise JqSyntaxError("the expression is empty", 0)
        node = self.pipe()
        if not self.at("end"):
            raise JqSyntaxError(f"unexpected {self.now.text!r}", self.now.at)
        return node

    def pipe(self) -> t.Node:
        """``def …; pipe``, ``label $x | pipe``, ``comma | pipe``."""
        if self.accept("def"):
            name, params = self.name("ident"), []
            if self.accept("("):
                while True:
                    params.append("$" + self.name("var") if self.now.kind == "var" else self.name("ident"))
                    if not self.accept(";"):
                        break
                self.expect(")")
            self.expect(":")
            body = self.pipe()
            self.expect(";")
            return t.Define(name, tuple(params), body, self.pipe())
        if self.accept("label"):
            name = self.name("var")
            self.expect("|")
            return t.Label(name, self.pipe())
        left = self.comma()
        return t.Pipe(left, self.pipe()) if self.accept("|") else left

    def comma(self) -> t.Node:
        left = self.bound()
        while self.accept(","):
            left = t.Comma(left, self.bound())
        return left

    def bound(self) -> t.Node:
        """``binary as $x | pipe``: since jq 1.8 it is the whole of ``1 + 2`` that is named in ``1 + 2 as $x | …``."""
        node = self.binary(0)
        if not self.accept("as"):
            return node
        names, keys = self.patterns()
        self.expect("|")
        return t.Bind(node, names, keys, self.pipe())

    def binary(self, level: int) -> t.Node:
        if level == len(_LEVELS):
            return self.prefix()
        ops = _LEVELS[level]
        left = self.binary(level + 1)
        while self.now.kind in ("op", "keyword") and self.now.text in ops:
            op = self.take().text
            if op == "//":
                return t.Binary(op, left, self.binary(level))
            left = t.Binary(op, left, self.binary(level + 1))
            if ops in (_ASSIGN, _COMPARE) and self.now.text in ops and self.now.kind == "op":
                raise JqSyntaxError(f"{self.now.text!r} does not chain: use brackets", self.now.at)
        return left

    def prefix(self) -> t.Node:
        if self.accept("-"):
            return t.Negate(self.prefix())
        if self.accept("try"):
            body = self.postfix()
            return t.Try(body, self.postfix() if self.accept("catch") else None)
        if self.peek("reduce", "foreach"):
            return self.suffixes(self.loop(self.take().text))
        return self.postfix()

    def loop(self, word: str) -> t.Node:
        source = self.postfix()
        self.expect("as")
        names, keys = self.patterns()
        if keys:
            raise JqSyntaxError(
                "computed keys in a loop's pattern are not supported: bind them in its body", self.now.at
            )
        self.expect("(")
        start = self.pipe()
        self.expect(";")
        update = self.pipe()
        extract = self.pipe() if word == "foreach" and self.accept(";") else None
        self.expect(")")
        return (
            t.Reduce(source, names, start, update)
            if word == "reduce"
            else t.Foreach(source, names, start, update, extract)
        )

    def patterns(self) -> tuple[tuple[str, ...], tuple[t.Node, ...]]:
        names: list[str] = []
        keys: list[t.Node] = []
        self.pattern(names, keys)
        while self.accept("?//"):
            self.pattern(names, keys)
        return tuple(names), tuple(keys)

    def pattern(self, names: list[str], keys: list[t.Node]) -> None:
        if self.accept("["):
            self.pattern(names, keys)
            while self.accept(","):
                self.pattern(names, keys)
            self.expect("]")
        elif self.accept("{"):
            self.member(names, keys)
            while self.accept(","):
                self.member(names, keys)
            self.expect("}")
        else:
            names.append(self.name("var"))

    def member(self, names: list[str], keys: list[t.Node]) -> None:
        """One entry of an object pattern."""
        if self.at("var"):
            names.append(self.name("var"))
        elif self.accept("("):
            keys.append(self.pipe())
            self.expect(")")
        else:
            token = self.take()
            if token.kind not in ("ident", "keyword", "string") or any(not isinstance(p, str) for p in token.parts):
                raise JqSyntaxError("a plain key expected", token.at)
        if self.accept(":"):
            self.pattern(names, keys)

    # -- terms ---------------------------------------------------------------------------------------------------------------------
    def postfix(self) -> t.Node:
        return self.suffixes(self.term())

    def suffixes(self, node: t.Node) -> t.Node:
        while True:
            token = self.now
            if token.kind == "field":
                node = t.Field(node, self.take().text[1:])
            elif self.peek(".") and self.tokens[self.i + 1].kind == "string":
                self.take()
                node = t.Index(node, self.string(self.take(), ""))
            elif self.peek(".") and self.tokens[self.i + 1].text == "[":
                self.take()
            elif self.peek("["):
                node = self.bracket(node)
            elif self.accept("?"):
                node = t.Try(node)
            else:
                return node

    def bracket(self, node: t.Node) -> t.Node:
        self.expect("[")
        if self.accept("]"):
            return t.Each(node)
        if self.accept(":"):
            high = self.pipe()
            self.expect("]")
            return t.Slice(node, None, high)
        begin = self.now.at
        key = self.pipe()
        if self.peek("]") and not isinstance(key, t.Literal):
            self.keys.append((begin, self.now.at))
        if self.accept(":"):
            high_ = None if self.peek("]") else self.pipe()
            self.expect("]")
            return t.Slice(node, key, high_)
        self.expect("]")
        return t.Index(node, key)

    def term(self) -> t.Node:
        token = self.take()
        match token.kind:
            case "number":
                return self.number(token)
            case "string":
                return self.string(token, "")
            case "format":
                return self.string(self.take(), token.text) if self.at("string") else t.Format(token.text)
            case "field":
                return t.Field(t.Dot(), token.text[1:])
            case "var":
                return t.Var(token.text[1:])
            case "ident":
                return self.call(token)
            case _:
                return self.opened(token)

    def number(self, token: Token) -> t.Node:
        if len(token.text) > 300:
            raise JqSyntaxError("a number of more than 300 digits", token.at)
        return t.Literal(float(token.text) if set(token.text) & set(".eE") else int(token.text))

    def opened(self, token: Token) -> t.Node:
        """A term that begins with an operator or a keyword."""
        match token.text:
            case "(":
                node = self.pipe()
                self.expect(")")
                return node
            case "[":
                body = None if self.peek("]") else self.pipe()
                self.expect("]")
                return t.Array(body)
            case "{":
                return self.object()
            case "..":
                return t.Everything()
            case ".":
                return t.Index(t.Dot(), self.string(self.take(), "")) if self.at("string") else t.Dot()
            case "if":
                return self.conditional()
            case "reduce" | "foreach":
                return self.loop(token.text)
            case _:
                raise JqSyntaxError(f"unexpected {token.text or 'end'!r}", token.at)

    def call(self, token: Token) -> t.Node:
        if token.text in ("true", "false", "null"):
            return t.Literal({"true": True, "false": False, "null": None}[token.text])
        if token.text == "break":
            return t.Break(self.name("var"))
        args: list[t.Node] = []
        if self.accept("("):
            while True:
                args.append(self.pipe())
                if not self.accept(";"):
                    break
            self.expect(")")
        return t.Call(token.text, tuple(args))

    def conditional(self) -> t.Node:
        branches = []
        while True:
            test = self.pipe()
            self.expect("then")
            branches.append((test, self.pipe()))
            if not self.accept("elif"):
                break
        otherwise = self.pipe() if self.accept("else") else None
        self.expect("end")
        return t.If(tuple(branches), otherwise)

    def object(self) -> t.Node:
        entries: list[tuple[t.Node, t.Node]] = []
        while not self.peek("}"):
            token = self.take()
            value: t.Node | None = None
            if token.kind == "var":
                key, value = t.Literal(token.text[1:]), t.Var(token.text[1:])
            elif token.kind in ("ident", "keyword"):
                key, value = t.Literal(token.text), t.Field(t.Dot(), token.text)
            elif token.kind == "number":
                key = t.Literal(token.text)  # jq itself says whether it accepts one
            elif token.kind == "format" and self.now.kind == "string" or token.kind == "string":
                made = self.string(token, "") if token.kind == "string" else self.string(self.take(), token.text)
                key, value = made, t.Index(t.Dot(), made)  # type: ignore[assignment]
            elif token.text == "(":
                key = self.pipe()  # type: ignore[assignment]
                self.expect(")")
            else:
                raise JqSyntaxError(f"a key expected, found {token.text or 'the end'!r}", token.at)
            if self.accept(":"):
                value = self.value()
            elif value is None:
                raise JqSyntaxError("':' expected", self.now.at)
            entries.append((key, value))
            if not self.accept(","):
                break
        self.expect("}")
        return t.Object(tuple(entries))

    def value(self) -> t.Node:
        """An object's value: no comma, a pipe only between terms."""
        left = self.binary(0)
        while self.accept("|"):
            left = t.Pipe(left, self.binary(0))
        return left

    def string(self, token: Token, format_: str) -> t.Node:
        if all(isinstance(p, str) for p in token.parts):
            return t.Literal("".join(token.parts))
        return t.Text(tuple(p if isinstance(p, str) else _Parser(p, self.keys).whole() for p in token.parts), format_)
