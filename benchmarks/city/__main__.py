"""``python -P -m city governed|noisy|answers``: prints one JSON line; ends with 1 where a bound of the contract is not kept."""

import argparse
import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Any

import structlog
import uvloop

from . import answers, governed, noisy


def _run(measuring: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """On the loop that a worker process has."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measuring)


def main() -> int:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("governed", "noisy", "answers"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sagas", type=int, default=60, help="sagas per round; for noisy: how many are queued")
    given = parser.parse_args()
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory(), processors=[structlog.processors.JSONRenderer()]
    )
    if given.what == "governed":
        found = _run(governed.measure(given.rounds, given.sagas))
        kept = all(each["added_actions"] == 0 and each["city_us_p99"] <= 2_000 for each in found.values())
    elif given.what == "answers":
        found = _run(answers.measure())
        kept = answers.kept(found)
    else:
        found = _run(noisy.measure(given.sagas))
        kept = found["ratio"] <= 3.0
    sys.stdout.write(json.dumps({"what": given.what, "kept": kept, **found}) + "\n")
    return 0 if kept else 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    import os

    os._exit(code)  # the SDK's threads may end a finished process with 134 (worker.main says more)
