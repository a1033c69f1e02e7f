"""Many inputs of one kind, in processes that may die: what each came to, how long the slowest took, how much memory they wanted."""

import faulthandler
import multiprocessing
import resource
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fuzz.verdict import MOST, Tally, one

CHUNK = 2_500
HUNG = 30.0
"""Seconds of wall time after which an input hangs, on a busy machine too."""
MEMORY = 100 << 20
"""Bytes that a process may grow by."""


def chunk(kind: str, first: int, last: int, at: Any, told: Any) -> None:
    """In a child: judge inputs ``first`` to ``last`` and tell what was found."""
    tally, failures = Tally(), []
    for warm in range(3):
        one(kind, warm, Tally())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bound = int(open("/proc/self/statm", encoding="ascii").read().split()[0]) * resource.getpagesize() + 4 * MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    for number in range(first, last):
        at.value = number
        faulthandler.dump_traceback_later(HUNG, exit=True)
        try:
            one(kind, number, tally)
        except Exception:
            failures.append(f"{kind}:{number}\n{traceback.format_exc(limit=-4)}")
    faulthandler.cancel_dump_traceback_later()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if grown << 10 > MEMORY:
        failures.append(f"{kind}:{first}..{last} grew by {grown >> 10} MB")
    told.put((tally, failures, grown))


def guarded(kind: str, first: int, last: int) -> tuple[Tally, list[str], int]:
    """A chunk in its process; a death becomes a failure, and the rest of the chunk goes on without that input."""
    made = multiprocessing.get_context("spawn")
    at, told = made.Value("q", first - 1, lock=False), made.SimpleQueue()
    child = made.Process(target=chunk, args=(kind, first, last, at, told))
    child.start()
    while child.is_alive() and told.empty():
        time.sleep(0.05)
    if not told.empty():
        found: tuple[Tally, list[str], int] = told.get()
        child.join()
        return found
    if at.value < first:
        raise RuntimeError(f"the process of {kind}:{first} died before its first input, exit {child.exitcode}")
    died = f"{kind}:{at.value} killed its process (exit {child.exitcode})"
    rest = guarded(kind, at.value + 1, last) if at.value + 1 < last else (Tally(), [], 0)
    return rest[0], [died, *rest[1]], rest[2]


def sweep(kind: str, begin: int, count: int) -> list[str]:
    """Inputs ``begin`` to ``count`` of a kind, two processes at a time; prints a line, gives the failures."""
    begun, total, failures, grown = time.monotonic(), Tally(), list[str](), 0
    starts = range(begin, count, CHUNK)
    with ThreadPoolExecutor(2) as threads:
        for done, (tally, failed, more) in enumerate(
            threads.map(lambda first: guarded(kind, first, min(first + CHUNK, count)), starts), 1
        ):
            total.found += tally.found
            if tally.slowest > total.slowest:
                total.slowest, total.slowest_at = tally.slowest, tally.slowest_at
            failures, grown = failures + failed, max(grown, more)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{kind}: {done}/{len(starts)} chunks, {len(failures)} failures ")
    outcome = ", ".join(f"{name} {number}" for name, number in total.found.most_common(6))
    sys.stdout.write(
        f"{kind:12} {count - begin:7} inputs  {len(failures)} failures  slowest {total.slowest * 1000:.0f} ms ({kind}:{total.slowest_at})  "
        f"peak growth {grown >> 10} MB  {time.monotonic() - begun:.0f} s\n{'':12} {outcome}\n"
    )
    sys.stdout.writelines(f"{failure}\n" for failure in failures[:20])
    sys.stdout.flush()
    if total.slowest > MOST * (5 if kind == "expressions" else 1):
        failures.append(f"{kind}:{total.slowest_at} took {total.slowest:.1f} s")
        sys.stdout.write(f"{failures[-1]}\n")
    return failures
