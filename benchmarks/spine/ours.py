"""Our side: sagas submitted through ``runtime.client`` from this process to the workers of a running platform.

    python -P -m spine.ours --data-dir D --document chain-add-5 --alone 100 --together 300

The whole path: door, journal, all eight services, events. Closed means: the closing row is there and the result read.
"""

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import Any

from spine import documents
from spine.load import measure, tell
from spine.realm import HAND_WRITTEN
from symphainy.bindings.platform import platform
from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.instance import Instance
from symphainy.foundations.language.context import Intent
from symphainy.foundations.settings import Settings

DOCUMENTS = {
    document["document"]["name"]: document
    for document in (
        documents.floor(), documents.waiting(), *(documents.chain(n, call) for n in (5, 100, 1000) for call in ("bench.add", "bench.tell")),
        *(each.document for each in HAND_WRITTEN),
        *(documents.loop(n) for n in (100, 1_000, 10_000)), *(documents.fork(n) for n in (10, 100, 1_000)),
    )
}  # fmt: skip


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Register the document, then load the platform with it."""
    instance = Instance.running(options.data_dir)
    document = DOCUMENTS[options.document]
    async with signed_in(instance) as client:
        await client.solution.register(json.dumps(document), f"{options.document}.yaml")
    known = Credentials.load(instance.layout)
    assert known is not None
    os.environ.update(instance.environment)
    settings = Settings(data_dir=options.data_dir, port_base=instance.port_base)
    intent = Intent(type=f"bench/{options.document}:1.0.0", payload={})
    async with platform(settings, "bench") as parts:
        runtime, guard = parts.runtime(await parts.temporal()), parts.guard()
        session = (await guard.login(known.tenant, known.email, known.password)).session

        async def run(number: int) -> None:
            accepted = await runtime.submit(intent, session)
            result = await runtime.result(session, accepted.execution_id, wait=options.wait)
            assert result.status == "completed", result

        return await measure(run, alone=options.alone, together=options.together, width=options.width)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--document", choices=sorted(DOCUMENTS), default="chain-add-5")
    parser.add_argument("--alone", type=int, default=100)
    parser.add_argument("--together", type=int, default=300)
    parser.add_argument("--width", type=int, default=30)
    parser.add_argument("--wait", type=float, default=60.0)
    tell(asyncio.run(main(parser.parse_args())))
