"""Anchors: once a second the relay seals, per tenant, the heads of all streams that grew (DECISIONS.md 16).

    anchor = hash(previous anchor, body); body = sorted [stream, length, head] changed since, and how many streams there are

Signed, and written once to the object store under ``object_key``, an anchor outlives whoever can rewrite the tables: a lost
tail, a lost stream and a lost anchor are each found by ``verify``. What is younger than the last anchor is not sealed yet.
"""

import json
from collections.abc import Callable, Sequence
from itertools import groupby

from symphainy.foundations.language.clock import Clock
from symphainy.runtime.chains import canonical, hash_of
from symphainy.runtime.store.anchoring import Anchoring
from symphainy.runtime.store.decisions import AnchorRow, ChainHeadRow
from symphainy.runtime.store.unit import Store

__all__ = ["anchor_hash", "object_key", "seal_anchors", "spell"]

_MOST = 5000
"""Heads in one go: a backlog is sealed in several anchors, none of them large."""


async def seal_anchors(store: Store, sign: Callable[[bytes], str], clock: Clock) -> list[AnchorRow]:
    """Seal what has changed; the new anchors, at most one per tenant. Empty when another relay is at it.

    ``sign`` gets the anchor's hash as bytes and gives a signature as text. Write each anchor to the object store
    (``object_key``, ``spell``, create only), then mark it with ``Anchoring.stored``; ``Anchoring.unstored`` finds those that
    a crash left behind.
    """
    async with store.relay() as tx:
        anchoring = Anchoring(tx)
        if not await anchoring.lead():
            return []
        heads = await anchoring.changed(_MOST)
        if not heads:
            return []
        last = await anchoring.last(sorted({head.tenant for head in heads}))
        made = []
        for tenant, group in groupby(heads, key=lambda head: head.tenant):
            made.append(_anchor(tenant, list(group), last.get(tenant), sign, clock))
        await anchoring.add(made, heads)
        return made


def anchor_hash(previous: str, body: str) -> str:
    """What an anchor's hash must be."""
    return hash_of(previous, body)


def object_key(row: AnchorRow) -> str:
    """Where an anchor lies in the tenant's area of the object store."""
    return f"anchors/{row.seq:012d}"


def spell(row: AnchorRow) -> bytes:
    """An anchor as it is kept in the object store."""
    about = {"tenant": row.tenant, "seq": row.seq, "body": row.body, "hash": row.hash, "signature": row.signature}
    return canonical(about).encode()


def _anchor(
    tenant: str, heads: Sequence[ChainHeadRow], last: AnchorRow | None, sign: Callable[[bytes], str], clock: Clock
) -> AnchorRow:
    now = clock.now()
    before = _counts(last)
    body = canonical(
        {
            "tenant": tenant,
            "seq": last.seq + 1 if last else 1,
            "at": now.isoformat(),
            "opened": before[0] + sum(head.anchored == 0 for head in heads),
            "closed": before[1] + sum(head.closed and not head.counted for head in heads),
            "streams": sorted([head.stream, head.length, head.head] for head in heads),
        }
    )
    digest = anchor_hash(last.hash if last else "", body)
    signature = sign(bytes.fromhex(digest))
    return AnchorRow(
        tenant=tenant, seq=last.seq + 1 if last else 1, body=body, hash=digest, signature=signature, at=now
    )


def _counts(last: AnchorRow | None) -> tuple[int, int]:
    if last is None:
        return 0, 0
    told = json.loads(last.body)
    return int(told["opened"]), int(told["closed"])
