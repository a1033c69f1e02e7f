"""So many sagas that come to wait for a person: seconds until the last one waits.

    python -P -m spine.waiting --data-dir D --count 1000

They are left waiting: what is measured next is measured beside them.
"""

import argparse
import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from spine.load import tell
from spine.ours import DOCUMENTS
from symphainy.bindings.platform import platform
from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.instance import Instance
from symphainy.foundations.language.context import Intent
from symphainy.foundations.settings import Settings
from symphainy.runtime.store.unit import Store

WIDTH = 30


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Submit them all, then wait until as many more human tasks are open."""
    instance = Instance.running(options.data_dir)
    async with signed_in(instance) as client:
        await client.solution.register(json.dumps(DOCUMENTS["waiting"]), "waiting.yaml")
    known = Credentials.load(instance.layout)
    assert known is not None
    os.environ.update(instance.environment)
    settings = Settings(data_dir=options.data_dir, port_base=instance.port_base)
    intent = Intent(type="bench/waiting:1.0.0", payload={})
    async with platform(settings, "bench") as parts:
        runtime, guard = parts.runtime(await parts.temporal()), parts.guard()
        session = (await guard.login(known.tenant, known.email, known.password)).session
        before = await _open(parts.store, known.tenant)
        begin, numbers = time.perf_counter(), iter(range(options.count))

        async def lane() -> None:
            for _ in numbers:
                await runtime.submit(intent, session)

        await asyncio.gather(*(lane() for _ in range(WIDTH)))
        submitted = time.perf_counter() - begin
        while await _open(parts.store, known.tenant) < before + options.count:
            await asyncio.sleep(0.5)
        return {"seconds": round(time.perf_counter() - begin, 1), "submitted_s": round(submitted, 1)}


async def _open(store: Store, tenant: str) -> int:
    """How many tasks wait: a count, since to read ten thousand rows twice a second would be measured too."""
    async with store.tenant(tenant) as session:
        return int((await session.execute(text("SELECT count(*) FROM human_tasks WHERE state = 'open'"))).scalar_one())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1_000)
    tell(asyncio.run(main(parser.parse_args())))
