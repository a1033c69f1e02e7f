"""What a join does, counted before it is done: rows without a partner, rows that nobody asked for, and fan-out."""

from collections.abc import Mapping, Sequence
from typing import Any

from symphainy.realms.insights.models.mash import JoinFound, MashJoin
from symphainy.realms.insights.services.mash.compile import pairs, quote


def diagnosed(database: Any, joins: Sequence[MashJoin], columns: Mapping[str, set[str]]) -> tuple[JoinFound, ...]:
    """One line per join; both sides by the keys that it names."""
    return tuple(_one(database, join, pairs(join, columns)) for join in joins)


def _one(database: Any, join: MashJoin, keys: Sequence[tuple[str, str, str]]) -> JoinFound:
    left = quote(keys[0][0])
    on = " AND ".join(f"{left}.{quote(mine)} = r.{quote(theirs)}" for _, mine, theirs in keys)
    mine = ", ".join(f"{left}.{quote(name)}" for _, name, _ in keys)
    theirs = ", ".join(quote(name) for _, _, name in keys)
    counted = f"(SELECT {theirs}, count(*) AS partners FROM {quote(join.source)} GROUP BY ALL) r"
    unmatched, fan_out, most = database.execute(
        f"SELECT count(*) FILTER (partners IS NULL), count(*) FILTER (partners > 1), coalesce(max(partners), 0) "
        f"FROM {left} LEFT JOIN {counted} ON {on}"
    ).fetchone()
    asked = f"(SELECT DISTINCT {mine} FROM {left}) {left}"
    (orphans,) = database.execute(
        f"SELECT count(*) FROM {quote(join.source)} r LEFT JOIN {asked} ON {on} WHERE {left}.{quote(keys[0][1])} IS NULL"
    ).fetchone()
    return JoinFound(source=join.source, unmatched=unmatched, orphans=orphans, fan_out=fan_out, most_partners=most)
