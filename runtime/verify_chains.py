"""The chains of decisions: each by itself, against the journal rows they govern, against their heads, and under the anchors."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from pydantic_core import from_json

from symphainy.runtime.anchors import anchor_hash
from symphainy.runtime.chains import hash_of
from symphainy.runtime.findings import Report
from symphainy.runtime.store.decisions import AnchorRow, ChainHeadRow, DecisionRow, Decisions
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.verifying import Verifying
from symphainy.runtime.verify_journal import JournalFacts

__all__ = ["Chains", "ReadAnchor", "Signed"]

ReadAnchor = Callable[[str, int], Awaitable[bytes | None]]
"""The anchor (tenant, seq) as the object store keeps it; None when there is none."""

Signed = Callable[[bytes, str], bool]
"""Whether a signature (text) over a hash (bytes) is ours."""


class Chains:
    """All streams of one tenant."""

    def __init__(
        self,
        store: Store,
        tenant: str,
        report: Report,
        facts: JournalFacts,
        signed: Signed | None,
        stored: ReadAnchor | None,
    ) -> None:
        self.store, self.tenant, self.report, self.facts = store, tenant, report, facts
        self.signed, self.stored = signed, stored
        self.sealed: dict[str, dict[int, str]] = {}
        """Stream → length → head, as anchors have it."""
        self.ends: dict[str, tuple[int, str]] = {}

    async def check(self) -> None:
        """Anchors first, then every decision, then what should have been there and was not."""
        await self._anchors()
        self.open_points = {stream: dict(points) for stream, points in self.sealed.items()}
        async for row in Verifying(self.store).decisions(self.tenant):
            self._decision(row)
        for stream, points in sorted(self.open_points.items()):
            if points:
                self._add("decisions", f"{stream}/{min(points)}", "an anchor has sealed this row, and it is gone")
        heads = {head.stream: head for head in await Decisions(self.store).heads(self.tenant)}
        for head in heads.values():
            self._head(head)
        for stream in sorted(set(self.ends) - set(heads)):
            self._add("chain_heads", stream, "the stream has rows and no head")
        ungoverned = sorted(self.facts.names[told] for told in self.facts.governed & self.facts.hashes.keys())
        for name in ungoverned[:1]:
            self._add("journal", name, "no decision governs this row")

    async def _anchors(self) -> None:
        previous, expected = "", 1
        for row in await Decisions(self.store).anchors(self.tenant):
            self.report.anchors += 1
            told = json.loads(row.body)
            for stream, length, head in told["streams"]:
                self.sealed.setdefault(stream, {})[length] = head
            problem = self._anchor_problem(row, previous, expected)
            if problem is None and told["opened"] != len(self.sealed):
                problem = f"it counts {told['opened']} streams, and {len(self.sealed)} have been sealed"
            if problem is None and self.stored is not None and row.stored_at is not None:
                kept = await self.stored(self.tenant, row.seq)
                if kept is None or json.loads(kept)["hash"] != row.hash:
                    problem = "the object store has another anchor, or none"
            if problem:
                self._add("anchors", str(row.seq), problem)
            previous, expected = row.hash, row.seq + 1
        if self.stored is not None and await self.stored(self.tenant, expected) is not None:
            self._add("anchors", str(expected), "the object store has this anchor, the table has lost it")

    def _anchor_problem(self, row: AnchorRow, previous: str, expected: int) -> str | None:
        if row.seq != expected:
            return f"anchor {expected} is missing"
        if row.hash != anchor_hash(previous, row.body):
            return "its hash does not follow from its body and the anchor before"
        if self.signed is not None and not self.signed(bytes.fromhex(row.hash), row.signature):
            return "its signature is not ours"
        return None

    def _decision(self, row: DecisionRow) -> None:
        self.report.decisions += 1
        length, previous = self.ends.get(row.stream, (0, ""))
        name = f"{row.stream}/{row.seq}"
        if row.seq != length + 1:
            self._add("decisions", f"{row.stream}/{length + 1}", "the row is missing")
        elif problem := self._decision_problem(row, previous):
            self._add("decisions", name, problem)
        self.facts.hashes.pop(row.evidence, None)
        if self.open_points.get(row.stream, {}).pop(row.seq, row.hash) != row.hash:
            self._add("decisions", name, "an anchor has sealed another head here")
        self.ends[row.stream] = row.seq, row.hash

    def _decision_problem(self, row: DecisionRow, previous: str) -> str | None:
        if row.hash != hash_of(previous, str(row.seq), row.body, row.evidence):
            return "its hash does not follow from its content and the row before"
        if row.evidence and row.evidence not in self.facts.hashes:
            return "the journal row that it governs is gone or altered"
        told = from_json(row.body)
        if not told.get("decision_id"):  # chained before the id and the time were under the hash
            told["decision_id"], row_at = row.decision_id, row.at
        else:
            row_at = datetime.fromisoformat(told["at"])
        effect, at = self.facts.hashes[row.evidence] if row.evidence else ("", row_at)
        said = (told["decision_id"], told["verdict"], told["action"], told["resource"], effect, at)
        if said != (row.decision_id, row.verdict, row.action, row.resource, row.effect_key, row.at):
            return "its columns differ from its body, or from the journal row that it governs"
        return None

    def _head(self, head: ChainHeadRow) -> None:
        (length, last), sealed = self.ends.get(head.stream, (0, "")), max(self.sealed.get(head.stream, {0: ""}))
        if length < head.length:
            self._add("decisions", f"{head.stream}/{length + 1}", f"the row is missing: {head.length} were written")
        elif (length, last) != (head.length, head.head):
            self._add("decisions", f"{head.stream}/{length}", "the stream does not end as its head says")
        if head.anchored > sealed:
            self._add("anchors", head.stream, f"it was sealed up to {head.anchored}, and that anchor is gone")
        self.report.unsealed += max(0, head.length - sealed)

    def _add(self, table: str, row: str, problem: str) -> None:
        self.report.add(self.tenant, table, row, problem)
