"""The decision records of a tenant as one file: with their chains, anchors and our public key, so that it is verified without us.

One JSON object a line: ``export`` (tenant, key), every ``anchor``, every ``decision`` in the order of its chain, every ``head``, and
``end`` with the counts. ``foundations.experience.audit`` verifies it.
"""

from collections.abc import Callable
from datetime import datetime

from symphainy.foundations.language.model import Json
from symphainy.runtime.chains import canonical
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.unit import Store

__all__ = ["FORMAT", "export"]

FORMAT = 1
_PAGE = 2_000


async def export(store: Store, tenant: str, key: str, at: datetime, write: Callable[[str], object]) -> int:
    """Write a tenant's record, line by line; how many decisions. ``key`` is the public key of the anchors, in base64."""
    decisions, seen, after = Decisions(store), 0, ("", 0)

    def line(kind: str, **about: Json) -> None:
        write(canonical({"kind": kind, **about}) + "\n")

    line("export", format=FORMAT, tenant=tenant, key=key, at=at.isoformat())
    heads = await decisions.heads(
        tenant
    )  # before the rows: what is decided meanwhile is behind these heads, and left out
    anchors = await decisions.anchors(tenant)
    for anchor in anchors:
        line("anchor", seq=anchor.seq, body=anchor.body, hash=anchor.hash, signature=anchor.signature)
    ends = {head.stream: head.length for head in heads}
    while rows := await decisions.after(tenant, *after, limit=_PAGE):
        for row in rows:
            if row.seq <= ends.get(row.stream, 0):
                seen += 1
                line(
                    "decision", stream=row.stream, seq=row.seq, decision_id=row.decision_id, effect_key=row.effect_key, body=row.body,
                    evidence=row.evidence, hash=row.hash, at=row.at.isoformat(),
                )  # fmt: skip
        after = rows[-1].stream, rows[-1].seq
    for head in heads:
        line("head", stream=head.stream, length=head.length, head=head.head)
    line("end", decisions=seen, anchors=len(anchors), streams=len(heads))
    return seen
