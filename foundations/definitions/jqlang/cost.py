"""How much work an expression may cause: an abstract interpretation that follows loops, copies and where values come from.

An expression is linear when its work and its result are bounded by its input times a small constant. Three things break that: a
loop inside a loop over the same data (a product), a value copied at every step of a chain (a doubling), and builtins that make
something out of nothing. The analysis errs on the side of "heavy".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symphainy.foundations.definitions.jqlang import tree as t
from symphainy.foundations.definitions.jqlang.builtins import BUILTINS, EXPANDING
from symphainy.foundations.definitions.jqlang.literals import is_literal, number, places, simple_regex, small, steady
from symphainy.foundations.definitions.jqlang.walk import every

MAX_COPIES = 256
"""Times the input may stand in a result: 64 KiB of input give at most 16 MiB, which the result bound then refuses."""
MAX_FAN = 16
"""Outputs that commas alone may make: all that follows runs once for each."""
MAX_WORK = 96
"""Nodes inside loops: each runs once per element."""
MAX_SCANS = 48
"""Passes over a whole value: one takes up to 10 ms on 64 KiB."""
FITS = 16
"""From this many copies on, the result is measured inside jq before it is written out."""

_QUADRATIC = frozenset(["join", "index", "rindex", "indices", "contains", "inside", "flatten"])
_REGEX = frozenset(["test", "match", "capture", "scan", "sub", "gsub", "splits"])
_ONCE = {"test": 1, "match": 1, "capture": 1, "sub": 2}
"""Arguments before the flags."""
_PATHS = frozenset(["setpath", "pick", "del", "path", "delpaths"])
_GENERATED = frozenset(["path", "isempty", "pick", "del"])
"""Builtins whose argument may yield many at no extra cost."""
_REDUCTIONS = frozenset(["any", "all", "min_by", "max_by", "IN", "first", "last", "isempty"])


def _once(node: t.Call) -> bool:
    """Whether a call of a regular expression stops at its first match."""
    bare = _ONCE.get(node.name, 9)
    flags = node.args[bare] if len(node.args) > bare else t.Literal("")
    return bare < 9 and isinstance(flags, t.Literal) and isinstance(flags.value, str) and "g" not in flags.value


class Heavy(Exception):
    """Pure, but not linear; the message says why."""


@dataclass(frozen=True)
class Value:
    """What is known of an expression's result: the loop it belongs to, copies of the input in it, outputs it yields."""

    level: int = 0
    copies: int = 1
    many: bool = False
    spread: bool = False
    """Holds a value of an outer loop once per element: small in memory, large when read through."""
    fan: int = 1
    const: bool = False


@dataclass(unsafe_hash=True)
class Needs:
    """Guards that the compiled program must carry."""

    guard_plus: bool = False
    """``+`` may meet an outer value once per element: its operands are measured."""
    guard_times: bool = False
    """``*`` may repeat a string once per element: each is kept short."""
    fit: bool = False
    """The result is measured before it is written out."""
    deep: bool = False
    """It descends: the input's depth is checked."""


class Cost:
    """One analysis of one tree; raises Heavy."""

    def __init__(self) -> None:
        self.needs = Needs()
        self.vars: dict[str, Value] = {}
        self.work = self.scans = 0

    def judge(self, node: t.Node) -> Needs:
        """The guards a linear ``node`` needs; Heavy otherwise."""
        out = self.of(node, Value(), 0)
        self.needs.fit |= out.spread or out.copies > FITS
        return self.needs

    def of(self, node: t.Node, dot: Value, depth: int) -> Value:
        """What is known of ``node`` on ``dot`` inside ``depth`` loops."""
        out: Value = getattr(self, "_" + type(node).__name__.lower())(node, dot, depth)
        if out.copies > MAX_COPIES or out.fan > MAX_FAN:
            raise Heavy("its stages copy the input over and over")
        self.work += depth > 0
        if self.work > MAX_WORK or self.scans > MAX_SCANS:
            raise Heavy("it has too many stages for one step of a workflow")
        return out

    # -- helpers -------------------------------------------------------------------------------------------------------------------
    def _scan(self, value: Value, depth: int, what: str) -> None:
        self.scans += 1
        if value.level < depth and not value.const:
            raise Heavy(f"{what} reads a whole outer value once per element")
        if value.spread and not value.const:
            raise Heavy(f"{what} reads a value that repeats another one per element")

    def _operands(self, nodes: Sequence[t.Node], dot: Value, depth: int) -> list[Value]:
        """Operands evaluated side by side: where one yields many, the others are evaluated again for each of its outputs."""
        parts = [self.of(node, dot, depth) for node in nodes]
        if sum(p.many for p in parts) > 1:
            raise Heavy("it combines two generators")
        if any(p.many for p in parts):
            for node, part in zip(nodes, parts, strict=True):
                if not part.many:
                    self.of(node, dot, depth + 1)
        return parts

    def _product(self, parts: list[Value], depth: int) -> Value:
        """What operands make together."""
        fan = 1
        for part in parts:
            fan *= part.fan
        return Value(
            level=depth, copies=max(1, sum(p.copies for p in parts if not p.const)), many=any(p.many for p in parts), fan=fan,
            spread=any(p.spread or (p.level < depth and not p.const) for p in parts), const=all(p.const for p in parts),
        )  # fmt: skip

    def _loop(self, source: Value, depth: int) -> Value:
        """What the body of a loop over ``source`` sees as its element."""
        return replace(source, level=depth + 1, many=False, fan=1)

    def _emitted(self, body: Value, source: Value, depth: int) -> Value:
        """All that a body yields over a loop."""
        outer = body.level <= depth and not body.const
        return replace(body, many=True, spread=body.spread or outer, level=depth + 1, fan=body.fan * source.fan)

    # -- leaves and paths ----------------------------------------------------------------------------------------------------------
    def _dot(self, node: t.Dot, dot: Value, depth: int) -> Value:
        return dot

    def _literal(self, node: t.Literal, dot: Value, depth: int) -> Value:
        return Value(level=depth, const=not isinstance(node.value, str) or len(node.value) <= 256)

    def _var(self, node: t.Var, dot: Value, depth: int) -> Value:
        return self.vars.get(node.name, Value())

    def _field(self, node: t.Field, dot: Value, depth: int) -> Value:
        return self.of(node.target, dot, depth)

    def _index(self, node: t.Index, dot: Value, depth: int) -> Value:
        target, key = self._operands([node.target, node.key], dot, depth)
        return replace(target, many=target.many or key.many, fan=target.fan * key.fan, spread=target.spread or key.many)

    def _slice(self, node: t.Slice, dot: Value, depth: int) -> Value:
        target = self.of(node.target, dot, depth)
        self._scan(target, depth, "a slice")
        for end in (node.low, node.high):
            if end is not None and self.of(end, dot, depth).many:
                raise Heavy("a slice with several ends")
        return target

    def _each(self, node: t.Each, dot: Value, depth: int) -> Value:
        target = self.of(node.target, dot, depth)
        inner = depth + 1 if target.many else depth
        self._scan(replace(target, level=inner) if target.many else target, inner, "[]")
        return replace(target, many=True, level=inner)

    def _everything(self, node: t.Everything, dot: Value, depth: int) -> Value:
        self._scan(dot, depth, "..")
        self.needs.deep = True
        return replace(
            dot, many=True, copies=dot.copies * 64
        )  # data nests at most 64 deep: each leaf is seen once per level

    # -- construction --------------------------------------------------------------------------------------------------------------
    def _array(self, node: t.Array, dot: Value, depth: int) -> Value:
        if node.body is None:
            return Value(level=depth, const=True)
        body = self.of(node.body, dot, depth)
        outer = body.level < depth and not body.const
        return replace(body, many=False, fan=1, level=depth, spread=body.spread or outer)

    def _object(self, node: t.Object, dot: Value, depth: int) -> Value:
        parts = self._operands([part for entry in node.entries for part in entry], dot, depth)
        return self._product(parts, depth) if parts else Value(level=depth, const=True)

    def _text(self, node: t.Text, dot: Value, depth: int) -> Value:
        parts = self._operands([p for p in node.parts if not isinstance(p, str)], dot, depth)
        for part in parts:
            if part.spread:
                self._scan(part, depth, "a string")
            self.needs.guard_plus |= part.level < depth and not part.const
        out = self._product(parts, depth)
        return replace(out, spread=False, const=False, copies=out.copies * (3 if node.format in EXPANDING else 2))

    def _format(self, node: t.Format, dot: Value, depth: int) -> Value:
        self._scan(dot, depth, node.name)
        return replace(dot, copies=dot.copies * (3 if node.name in EXPANDING else 1))

    # -- operators -----------------------------------------------------------------------------------------------------------------
    def _negate(self, node: t.Negate, dot: Value, depth: int) -> Value:
        return self.of(node.body, dot, depth)

    def _binary(self, node: t.Binary, dot: Value, depth: int) -> Value:
        if node.op.endswith("=") and node.op not in ("==", "!=", "<=", ">="):
            return self._assign(node, dot, depth)
        if node.op == "//":  # the right side runs once, when the left has given nothing
            left, right = self.of(node.left, dot, depth), self.of(node.right, dot, depth)
        else:
            left, right = self._operands([node.left, node.right], dot, depth)
        out = self._product([left, right], depth)
        outer = [v for v in (left, right) if v.level < depth and not v.const]
        if node.op in ("==", "!=", "<", "<=", ">", ">=", "and", "or"):
            if len(outer) == 2 and node.op not in ("and", "or"):
                raise Heavy("it compares two outer values once per element")
            return replace(out, level=depth, copies=1, spread=False, const=True)
        if node.op == "//":
            return replace(out, level=min(left.level, right.level), spread=left.spread or right.spread)
        if node.op == "*" and (depth or out.many):
            self.needs.guard_times = self.needs.fit = True
        if node.op == "/" and len(outer) == 2:
            raise Heavy("it divides two outer values once per element")
        self.needs.guard_plus |= node.op == "+" and (bool(outer) or out.spread)
        return replace(out, spread=(left.spread or right.spread or bool(outer)) and node.op == "+")

    def _assign(self, node: t.Binary, dot: Value, depth: int) -> Value:
        self._path(node.left)
        left = self.of(node.left, dot, depth)
        if node.op == "|=":
            right = self.of(
                node.right, self._loop(replace(dot, level=depth), depth) if left.many else left, depth + left.many
            )
        else:
            right = self.of(node.right, dot, depth)
        if right.many:
            raise Heavy("it assigns several values")
        spread = left.many and right.level <= depth and not right.const
        if node.op == "*=" and (depth or left.many):
            self.needs.guard_times = self.needs.fit = True
        if spread and node.op in ("+=", "-=", "*=", "/=", "//="):
            self.needs.guard_plus = True
        return Value(level=depth, copies=dot.copies + right.copies, spread=dot.spread or right.spread or spread)

    def _path(self, node: t.Node) -> None:
        """Refuses paths that may create an array out of one large index."""
        for part in every(node):
            if isinstance(part, t.Index) and not (isinstance(part.key, t.Literal) and small(part.key.value)):
                raise Heavy("it writes at a computed index")
            if isinstance(part, t.Slice) or (isinstance(part, t.Call) and part.name == "getpath"):
                raise Heavy("it writes at a computed path")

    def _pipe(self, node: t.Pipe, dot: Value, depth: int) -> Value:
        left = self.of(node.left, dot, depth)
        if not left.many:
            right = self.of(node.right, replace(left, fan=1), depth)
            return replace(right, fan=left.fan * right.fan)
        return self._emitted(self.of(node.right, self._loop(left, depth), depth + 1), left, depth)

    def _comma(self, node: t.Comma, dot: Value, depth: int) -> Value:
        a, b = self.of(node.left, dot, depth), self.of(node.right, dot, depth)
        return Value(
            level=min(a.level, b.level), copies=a.copies + b.copies, many=a.many or b.many, spread=a.spread or b.spread,
            fan=a.fan + b.fan, const=a.const and b.const,
        )  # fmt: skip

    def _bind(self, node: t.Bind, dot: Value, depth: int) -> Value:
        source = self.of(node.source, dot, depth)
        inner = depth + 1 if source.many else depth
        bound = self._loop(source, depth) if source.many else replace(source, fan=1)
        saved = self.vars
        self.vars = {**saved, **dict.fromkeys(node.names, bound)}
        for key in node.keys:
            if self.of(key, bound, inner).many:
                raise Heavy("a pattern with a generator")
        body = self.of(node.body, dot, inner)
        self.vars = saved
        return self._emitted(body, source, depth) if source.many else replace(body, fan=body.fan * source.fan)

    def _if(self, node: t.If, dot: Value, depth: int) -> Value:
        tests = [self.of(test, dot, depth) for test, _ in node.branches]
        outs = [self.of(then, dot, depth) for _, then in node.branches]
        outs.append(self.of(node.otherwise, dot, depth) if node.otherwise is not None else dot)
        if any(test.many for test in tests):
            raise Heavy("a condition with several outputs")
        return Value(
            level=min(o.level for o in outs), copies=max(o.copies for o in outs), many=any(o.many for o in outs),
            spread=any(o.spread for o in outs), fan=max(o.fan for o in outs), const=all(o.const for o in outs),
        )  # fmt: skip

    def _try(self, node: t.Try, dot: Value, depth: int) -> Value:
        body = self.of(node.body, dot, depth)
        if node.handler is not None and self.of(node.handler, Value(level=depth), depth).many:
            raise Heavy("a handler with several outputs")
        return body

    def _label(self, node: t.Label, dot: Value, depth: int) -> Value:
        return self.of(node.body, dot, depth)

    def _break(self, node: t.Break, dot: Value, depth: int) -> Value:
        return Value(level=depth, const=True)

    def _define(self, node: t.Define, dot: Value, depth: int) -> Value:
        raise Heavy("it defines a function")

    # -- loops ---------------------------------------------------------------------------------------------------------------------
    def _reduce(self, node: t.Reduce, dot: Value, depth: int) -> Value:
        source = self.of(node.source, dot, depth)
        if not number(node.start) or not steady(node.update):
            raise Heavy("a reduce that may grow a string, an array or an object")
        saved, self.vars = self.vars, {**self.vars, **dict.fromkeys(node.names, self._loop(source, depth))}
        self.of(node.update, Value(level=depth + 1), depth + 1)
        self.vars = saved
        return Value(level=depth)

    def _foreach(self, node: t.Foreach, dot: Value, depth: int) -> Value:
        if node.extract is not None and not steady(node.extract):
            raise Heavy("a foreach that may grow a string, an array or an object")
        self._reduce(t.Reduce(node.source, node.names, node.start, node.update), dot, depth)
        return Value(level=depth, many=True)

    # -- calls ---------------------------------------------------------------------------------------------------------
    def _call(self, node: t.Call, dot: Value, depth: int) -> Value:
        name, args = node.name, node.args
        cost = BUILTINS.get((name, len(args)), "heavy")
        if name in _REGEX or (name, len(args)) == ("split", 2):
            return self._regex(node, dot, depth)
        if cost == "heavy":
            raise Heavy(f"{name} may run or grow without a bound")
        if cost == "each":
            return self._each_call(node, dot, depth)
        if name == "recurse":
            return self._everything(t.Everything(), dot, depth)
        if cost == "scan" and name not in ("path", "isempty"):
            self._scan(dot, depth, name)
        self._arguments(node)
        parts = self._operands(args, dot, depth)
        if cost == "scan" and any(p.many for p in parts) and name not in _GENERATED:
            raise Heavy(f"{name} once for each output of its argument")
        if name == "select":
            if parts[0].many:
                raise Heavy("select with several outputs")
            return dot
        return self._result(node, dot, parts, depth)

    def _regex(self, node: t.Call, dot: Value, depth: int) -> Value:
        if not _once(node):
            raise Heavy(f"{node.name} looks for every match: its time grows with the square of the text")
        self._scan(dot, depth, node.name)
        if not (node.args and simple_regex(node.args[0])) or not all(is_literal(a) for a in node.args):
            raise Heavy(f"{node.name} with a regular expression that may backtrack, or with computed arguments")
        return replace(dot, many=node.name not in ("test", "split"), copies=dot.copies * 2)

    def _arguments(self, node: t.Call) -> None:
        """Arguments that would make a linear builtin quadratic, or make an array out of one number."""
        self.needs.deep |= node.name in ("paths", "tostream")
        if node.name in _QUADRATIC and not all(is_literal(a) for a in node.args):
            raise Heavy(f"{node.name} with a computed argument")
        if node.name in _PATHS:
            self._path(node.args[0])
            if node.name in ("setpath", "delpaths") and not places(node.args[0]):
                raise Heavy(f"{node.name} with a computed path, or at a large index")

    def _result(self, node: t.Call, dot: Value, parts: list[Value], depth: int) -> Value:
        name = node.name
        several = any(p.many for p in parts) and name not in ("isempty", "pick", "del")
        many = name in ("paths", "tostream", "path") or several
        copies = max([dot.copies, *(p.copies for p in parts)]) * (3 if name in EXPANDING else 1)
        level = dot.level if name in ("getpath", "error", "nth", "first", "last", "values", "not") else depth
        tiny = name in ("type", "length", "not", "has", "in", "startswith", "endswith")
        return Value(level=level, copies=1 if tiny else copies, many=many, spread=dot.spread and not tiny, const=tiny)

    def _each_call(self, node: t.Call, dot: Value, depth: int) -> Value:
        name, args = node.name, node.args
        if len(args) == 2 or name in ("IN", "add", "first", "last") or (name == "INDEX" and len(args) == 2):
            source = self.of(args[0], dot, depth)
            inner = self.of(args[1], self._loop(source, depth), depth + 1) if len(args) == 2 and name != "IN" else None
            if name == "IN" and len(args) == 2 and self.of(args[1], dot, depth).many and source.many:
                raise Heavy("it combines two generators")
            if name == "add" and (source.spread or (source.many and source.level <= depth and not source.const)):
                raise Heavy("add joins values that repeat another one per element")
            if inner is not None and inner.many:
                raise Heavy(f"{name} with two generators")
            return Value(level=depth, copies=source.copies, spread=source.spread and name not in _REDUCTIONS)
        self._scan(dot, depth, name)
        element = self._loop(dot, depth)
        body = self.of(args[0], element, depth + 1)
        self.needs.deep |= name in ("walk", "paths")
        if name == "walk":
            if body.many or body.copies > 1 or not (body.level > depth or body.const):
                raise Heavy("walk that may make each node larger")
            return replace(dot, level=depth, copies=dot.copies * 2)
        if name == "paths":
            return Value(level=depth, copies=dot.copies * 3, many=True)
        if name in ("map", "map_values", "with_entries"):
            out = self._emitted(body, replace(dot, fan=1), depth)
            return Value(level=depth, copies=out.copies * out.fan * (3 if name in EXPANDING else 1), spread=out.spread)
        if body.many:
            raise Heavy(f"{name} by several keys at once")
        self._scan(replace(body, level=depth + 1), depth + 1, name)
        return replace(dot, level=depth, many=False, copies=dot.copies * 2)
