"""``make bench``: the spine beside its peers, in one run on this machine; prints a table, writes ``build/bench.json``.

    make bench                # every row
    make bench ROWS="1 2"     # these alone

Ratios count, not absolute times. A row that misses its target is printed as such: this command judges nothing.
"""

import argparse
import sys
from pathlib import Path

from spine.rows import ROWS
from spine.stage import stage
from spine.table import Line, rows, write


def main() -> None:
    """Run the rows, one after another, on one platform."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[*ROWS, []], metavar="ROW")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    options = parser.parse_args()
    lines: list[Line] = []
    with stage() as on:
        for name in options.rows or ROWS:
            sys.stderr.write(f"row {name} …\n")
            for line in ROWS[name](on):
                lines.append(line)
                sys.stderr.write(rows([line])[-1] + "\n")
                write(lines, options.out)
    sys.stdout.write("\n".join(rows(lines)) + "\n")


if __name__ == "__main__":
    main()
