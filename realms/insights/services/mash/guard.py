"""What an author's expression may be: one scalar expression over the sources' columns, of functions on a list; nothing that reads."""

from collections.abc import Mapping
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from symphainy.foundations.language.errors import Invalid

MAX_EXPRESSION: Final = 2_000
"""Characters of an expression: a formula, not a program."""
FUNCTIONS: Final = frozenset(
    """abs round floor ceil ceiling trunc sign sqrt greatest least mod power coalesce nullif ifnull if case upper lower trim ltrim rtrim
    length left right substring substr concat concat_ws replace reverse split_part contains starts_with ends_with
    regexp_matches regexp_extract regexp_replace strptime strftime year month day hour minute quarter date_diff datediff date_add date_trunc
    date_part extract last_day make_date cast try_cast and or not in between is like ilike strip_accents position strpos""".split()
)
"""Pure scalar functions whose result is never much longer than what they are given."""
_ALLOWED: Final = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Binary, exp.Neg, exp.Not, exp.Case, exp.If, exp.Cast,
    exp.DataType, exp.Between, exp.In, exp.Is, exp.Interval, exp.Var, exp.Func, exp.Tuple,
)  # fmt: skip


def expression(text: str, columns: Mapping[str, set[str]]) -> tuple[str, tuple[str, ...]]:
    """The expression in DuckDB's SQL, every column quoted, and the columns it reads; Invalid for what is more than a formula.

    >>> expression("upper(p.name) || '-' || p.no", {"p": {"name", "no"}})[1]
    ('p.name', 'p.no')
    """
    if len(text) > MAX_EXPRESSION:
        raise Invalid(
            f"The expression has {len(text):,} characters; the limit is {MAX_EXPRESSION:,}.", code="mash.expression"
        )
    try:
        found = sqlglot.parse(text, read="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise Invalid(
            "The expression is no SQL expression.", code="mash.expression", remedy="Write it as DuckDB would take it."
        ) from error
    tree = found[0] if len(found) == 1 else None
    if tree is None:
        raise Invalid("An expression is exactly one.", code="mash.expression")
    read: list[str] = []
    for node in tree.walk():
        _permitted(node)
        if isinstance(node, exp.Column):
            source, name = resolve(node.sql(dialect="duckdb"), node.table, node.name, columns)
            read.append(f"{source}.{name}")
            node.set("this", exp.to_identifier(name, quoted=True))
            node.set("table", exp.to_identifier(source, quoted=True))
    return tree.sql(dialect="duckdb"), tuple(sorted(set(read)))


def resolve(said: str, source: str, name: str, columns: Mapping[str, set[str]]) -> tuple[str, str]:
    """The source and the column that are meant; Invalid where there is none, or more than one."""
    owners = [s for s, names in columns.items() if name in names and source in ("", s)]
    if len(owners) == 1:
        return owners[0], name
    what = "stands in several sources" if owners else "is no column of a source"
    raise Invalid(f"{said} {what}.", code="mash.column", remedy="Write it as source.column.")


def _permitted(node: exp.Expr) -> None:
    if isinstance(node, exp.Func) and not isinstance(node, exp.Case | exp.If | exp.Cast | exp.Binary):
        names = {node.name.lower()} if isinstance(node, exp.Anonymous) else {n.lower() for n in type(node).sql_names()}
        if not names & FUNCTIONS and not _spelled(node):
            raise Invalid(
                f"The function {sorted(names)[0]} is not for expressions.", code="mash.function",
                remedy=f"Use one of {', '.join(sorted(FUNCTIONS)[:12])}, …",
            )  # fmt: skip
    elif not isinstance(node, _ALLOWED):
        raise Invalid(
            f"{type(node).__name__} is not for expressions: they calculate, they read nothing.", code="mash.expression"
        )
    if isinstance(node, exp.Column) and (node.args.get("db") or node.args.get("catalog")):
        raise Invalid("A column is named as source.column.", code="mash.expression")


def _spelled(node: exp.Expr) -> bool:
    """Whether it is a function of the list under sqlglot's own name: it calls some otherwise than DuckDB does."""
    return type(node).__name__ in _NAMED


_NAMED: Final = frozenset(
    """DPipe Concat ConcatWs StrToTime TimeToStr Substring Coalesce DateDiff TimestampTrunc DateTrunc RegexpLike RegexpExtract
    RegexpReplace SplitPart StartsWith EndsWith Year Month Day Extract Length StrPosition Pow TsOrDsToDate StrToDate Contains Mod Trim
    And Or Replace RegexpFullMatch LastDay Quarter DateFromParts""".split()
)
