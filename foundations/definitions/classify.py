"""Judges an expression before it runs: linear, heavy, or refused with a reason (DECISIONS.md 19)."""

from functools import lru_cache

from symphainy.foundations.definitions.diagnostics import did_you_mean
from symphainy.foundations.definitions.jqlang import tree as t
from symphainy.foundations.definitions.jqlang.builtins import BUILTINS, FORMATS, NAMES, REFUSED
from symphainy.foundations.definitions.jqlang.cost import Cost, Heavy
from symphainy.foundations.definitions.jqlang.judgement import Judgement
from symphainy.foundations.definitions.jqlang.literals import MAX_REPEATED, repeated
from symphainy.foundations.definitions.jqlang.parser import parse
from symphainy.foundations.definitions.jqlang.tokens import JqSyntaxError
from symphainy.foundations.definitions.jqlang.walk import children, variables_of


@lru_cache(maxsize=4096)
def judge(text: str) -> Judgement:
    """The judgement of an expression's bare text.

    >>> judge(".items | map(.price)").kind, judge("[range(1e9)]").kind, judge("env.HOME").code
    ('linear', 'heavy', 'EXP002')
    """
    try:
        tree = parse(text)
        refused, long = _refusal(tree, frozenset()), repeated(tree)
    except JqSyntaxError as error:
        if text.lstrip().startswith(("import", "include", "module")):
            return Judgement(
                "refused", "EXP002", "import, include and module read files: an expression sees only its data"
            )
        return Judgement("refused", "EXP001", str(error), error.position)
    except RecursionError:
        return Judgement("refused", "EXP001", "the expression is too deeply nested")
    if refused is not None:
        return refused
    if long > MAX_REPEATED:
        reason = f"* would make a string of {long:.0f} bytes; the limit is {MAX_REPEATED}"
        return Judgement("refused", "EXP008", reason)
    names = variables_of(text)
    try:
        needs = Cost().judge(tree)
    except Heavy as why:
        return Judgement("heavy", "EXP005", str(why), variables=names)
    except RecursionError:
        return Judgement("refused", "EXP001", "the expression is too deeply nested")
    return Judgement("linear", needs=needs, variables=names)


def _refusal(node: t.Node, defined: "Names", within: "Names" = frozenset()) -> Judgement | None:
    """The first thing in ``node`` that may not run anywhere, or None. ``within``: functions whose body we are in."""
    if isinstance(node, t.Var) and (node.name == "ENV" or node.name.startswith("__") or "::" in node.name):
        return Judgement("refused", "EXP002", f"${node.name} is not available: it reads the worker, not your data")
    if (
        isinstance(node, t.Format)
        and node.name not in FORMATS
        or isinstance(node, t.Text)
        and node.format not in {"", *FORMATS}
    ):
        return Judgement(
            "refused", "EXP003", f"{node.name if isinstance(node, t.Format) else node.format} is no format"
        )
    if isinstance(node, t.Call) and (found := _call(node, defined, within)) is not None:
        return found
    if isinstance(node, t.Define):
        return _define(node, defined, within)
    for child in children(node):
        if (found := _refusal(child, defined, within)) is not None:
            return found
    return None


Names = frozenset[tuple[str, int]]


def _call(node: t.Call, defined: Names, within: Names) -> Judgement | None:
    key = (node.name, len(node.args))
    if key in within:
        return Judgement("refused", "EXP002", f"{node.name} calls itself: recursion has no bound")
    if key in defined or (key in BUILTINS and node.name not in REFUSED):
        return None
    if node.name in REFUSED:
        return Judgement("refused", "EXP002", f"{node.name} is not available: {REFUSED[node.name]}")
    if node.name not in NAMES:
        return Judgement("refused", "EXP003", f"there is no function {node.name}{did_you_mean(node.name, NAMES)}")
    takes = " or ".join(str(n) for name, n in sorted(BUILTINS) if name == node.name)
    return Judgement("refused", "EXP003", f"{node.name} takes {takes} argument(s), not {len(node.args)}")


def _define(node: t.Define, defined: Names, within: Names) -> Judgement | None:
    names = [node.name, *(p.removeprefix("$") for p in node.params)]
    taken = next((name for name in names if name.startswith("_") or name in REFUSED), None)
    if taken is not None:
        return Judgement("refused", "EXP002", f"{taken} cannot be defined: the name is taken")
    params = frozenset((p.removeprefix("$"), 0) for p in node.params)
    own = (node.name, len(node.params))
    inside = _refusal(node.body, (defined | params) - {own}, (within | {own}) - params)
    return inside or _refusal(node.rest, defined | {own}, within - {own})
