"""Proposes a mapping: weighs what matching found against what people decided before, and says where a person has to look."""

from collections.abc import Iterator, Mapping

from symphainy.foundations.agentic import DeterministicAgent
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.model import Json
from symphainy.realms.insights.models.mapping import Learned, ToPropose
from symphainy.realms.insights.models.match import Derived, Pair


class Mapper(DeterministicAgent[ToPropose]):
    """Proposes a mapping for ``data_mash.create``: a column per target field, each with its evidence, by rules alone.

    A decision of an earlier mapping goes before any score: what was accepted is taken, what was rejected is left out. Nothing is
    done by it: a person approves, a saga acts. ``value.columns`` is what the mash takes; ``value.look`` what a person should see.
    """

    name = "insights.mapper"

    def decide(self, input: ToPropose) -> ReasonedArtifact:
        """The proposal; no answer where nothing at all was matched."""
        ruled = {(one.source, one.target): one for one in input.learned}
        chosen = _pairs(input, ruled)
        columns = [_column(input, pair) for pair in chosen.values()]
        made = {one.target: one for one in input.derived if one.target not in chosen and not _rejected(one, ruled)}
        columns += [_derived(input, one) for one in made.values()]
        look = [*_look(input, chosen, ruled), *(f"{one.target} is a proposal: {one.rule}." for one in made.values())]
        missing = [name for name in input.required if name not in chosen and name not in made]
        look += [f"{name} is required, and nothing in the source reaches it." for name in missing]
        facts: tuple[Json, ...] = tuple(one.model_dump(mode="json") for one in (*chosen.values(), *made.values()))
        value: Json = {
            "columns": columns,
            "look": look,
            "open": [n for n in input.open if n not in chosen],
            "complete": not missing,
        }
        reasons = tuple(
            f"{pair.target} from {pair.source}: {'; '.join(pair.evidence) or 'decided before'}."
            for pair in chosen.values()
        )
        said = f"{len(columns)} target fields are proposed, {len(look)} things need a look." if columns else None
        return ReasonedArtifact(
            kind=self.kind, agent=self.name, answer=said, facts=facts, reasons=reasons[:200], value=value
        )


def _pairs(input: ToPropose, ruled: Mapping[tuple[str, str], Learned]) -> dict[str, Pair]:
    """One pair per target: what was accepted before, then the surest that was not rejected."""
    parts = {(source, one.target) for one in input.derived for source in one.sources}
    known = {(pair.source, pair.target): pair for pair in (*input.pairs, *input.further)}
    chosen = {
        one.target: known.get((one.source, one.target), Pair(source=one.source, target=one.target, score=0.0, sure=1.0))
        for one in ruled.values()
        if one.accepted and (not input.sources or one.source in input.sources) and (one.source, one.target) not in parts
    }
    for pair in sorted(known.values(), key=lambda pair: -pair.sure):
        verdict = ruled.get((pair.source, pair.target))
        if pair.target not in chosen and (verdict is None or verdict.accepted):
            chosen[pair.target] = pair
    return chosen


def _rejected(one: Derived, ruled: Mapping[tuple[str, str], Learned]) -> bool:
    return any((source, one.target) in ruled and not ruled[source, one.target].accepted for source in one.sources)


def _column(input: ToPropose, pair: Pair) -> dict[str, Json]:
    return {
        "name": pair.target, "column": f"{input.source}.{pair.source}", "type": pair.type, "format": pair.format,
        "required": pair.target in input.required,
    }  # fmt: skip


def _derived(input: ToPropose, one: Derived) -> dict[str, Json]:
    about: dict[str, Json] = {"name": one.target, "required": one.target in input.required}
    sources: list[Json] = [f"{input.source}.{name}" for name in one.sources]
    if one.rule == "concatenation":
        return {**about, "concat": sources, "separator": one.separator}
    if one.rule == "constant":
        return {**about, "constant": one.constant}
    if one.rule == "day":
        return {**about, "column": sources[0], "type": "date"}
    quoted = '"' + one.sources[0].replace('"', '""') + '"'
    return {**about, "expression": f"split_part({input.source}.{quoted}, ' ', 1)"}


def _look(input: ToPropose, chosen: Mapping[str, Pair], ruled: Mapping[tuple[str, str], Learned]) -> Iterator[str]:
    for pair in chosen.values():
        if pair.sure < input.sure_from and (pair.source, pair.target) not in ruled:
            yield f"{pair.target} from {pair.source} is only {pair.sure:.0%} sure."
