"""How long ``audit verify`` takes for 100,000 decisions in 1,000 chains under 100 anchors, in PostgreSQL (target: 10 s).

    python -P benchmarks/audit_verify.py [--rows 100000]

The rows are written at once, with the hashes that follow; then they are verified as ``symphainy audit verify`` does it.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.store.database import MASTER, MemorySealer, Moving

from symphainy.foundations.language.hashing import hash_of
from symphainy.foundations.language.records import Decision, Ruling
from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.adapters.postgres_logins import role_password
from symphainy.governance.security_guard.signatures import Signatures
from symphainy.runtime.anchors import seal_anchors
from symphainy.runtime.chains import chained
from symphainy.runtime.store.migrate import upgrade
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify import verify

TENANT, STREAMS, ANCHORS = "acme", 1_000, 100
AT = datetime(2026, 1, 1, tzinfo=UTC)
RULINGS = tuple(
    Ruling(service=name, rule="rule", reason="as it is in life")
    for name in ("city_manager", "security_guard", "traffic_cop", "conductor", "data_steward", "librarian")
)
COLUMNS = "tenant, stream, seq, decision_id, effect_key, verdict, action, resource, body, evidence, hash, at"


def rows(stream: str, first: int, count: int, previous: str) -> tuple[list[dict[str, object]], str]:
    """A stretch of one chain, and its new head."""
    made = []
    for seq in range(first, first + count):
        spelled = chained(
            Decision(
                stream=stream, tenant=TENANT, actor="User:ann", action="run", resource="content.parse@1", at=AT, rulings=RULINGS,
                bundle="sha256:b", input_digest="d" * 64,
            )
        )  # fmt: skip
        previous = hash_of(previous, str(seq), str(spelled["body"]), "")
        about = {name: spelled[name] for name in ("verdict", "action", "resource", "body")}
        told = {
            "tenant": TENANT,
            "stream": stream,
            "seq": seq,
            "decision_id": spelled["id"],
            "effect_key": "",
            "evidence": "",
        }
        made.append({**told, **about, "hash": previous, "at": AT})
    return made, previous


async def measure(count: int) -> dict[str, float]:
    """Write, seal, verify."""
    signatures, clock = Signatures(bytes(32)), Moving()
    with tempfile.TemporaryDirectory(prefix="sym-") as folder:
        server = await EmbeddedPostgres.start(Path(folder), MASTER)
        login = make_url(server.url).set(username="postgres", password=role_password(MASTER, "superuser"))
        sql, engine = Postgres(server.url, MASTER), create_async_engine(login)
        try:
            await upgrade(sql)
            store = Store(sql)
            per = max(1, count * 10 // (STREAMS * ANCHORS))
            heads = {f"exe_{n:05d}": ("", 0) for n in range(STREAMS)}
            for part in range(ANCHORS):
                async with engine.begin() as link:
                    for stream in list(heads)[part % 10 :: 10]:
                        previous, length = heads[stream]
                        made, previous = rows(stream, length + 1, per, previous)
                        heads[stream] = previous, length + per
                        names = ", ".join(f":{name}" for name in COLUMNS.split(", "))
                        await link.execute(text(f"INSERT INTO decisions ({COLUMNS}) VALUES ({names})"), made)
                        await link.execute(
                            text(
                                "INSERT INTO chain_heads (tenant, stream, length, head, opened_at) VALUES (:t, :s, :n, :h, :at)"
                                " ON CONFLICT (tenant, stream) DO UPDATE SET length = :n, head = :h"
                            ),
                            {"t": TENANT, "s": stream, "n": length + per, "h": previous, "at": AT},
                        )
                await seal_anchors(store, signatures.sign, clock)
            surface = StateSurface(store, MemorySealer(), clock)
            begun, work = perf_counter(), process_time()
            report = await verify(surface, tenant=TENANT, signed=signatures.verify)
            told = {"seconds": perf_counter() - begun, "cpu_seconds": process_time() - work}
            assert report.ok, report.findings[:3]
            return {
                **{name: round(value, 2) for name, value in told.items()}, "decisions": report.decisions,
                "anchors": report.anchors, "unsealed": report.unsealed,
            }  # fmt: skip
        finally:
            await sql.close()
            await engine.dispose()
            await server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    sys.stdout.write(json.dumps(asyncio.run(measure(parser.parse_args().rows))) + "\n")
