"""``make fuzz``: hostile input for the compiler of definitions. COUNT of each kind may be given: ``structured=200 bytes=1000``;
``bytes=100000..200000`` goes on where another run stopped.

Every input is made from its kind and number alone. Each chunk runs in a process of its own: one that dies, hangs or wants memory is
named by the number it was at. ``KIND:NUMBER`` runs one input again, in this process.
"""

import sys

from fuzz.sweep import sweep
from fuzz.verdict import Tally, one

COUNTS = {"structured": 20_000, "bytes": 500_000, "expressions": 10_000}


def main(words: list[str]) -> int:
    """Run what is asked."""
    if words and ":" in words[0]:
        kind, _, number = words[0].partition(":")
        one(kind, int(number), Tally())
        return 0
    failures: list[str] = []
    for word in words or [f"{kind}={count}" for kind, count in COUNTS.items()]:
        kind, _, much = word.partition("=")
        begin, _, count = much.rpartition("..")
        failures += sweep(kind, int(begin or 0), int(count))
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
