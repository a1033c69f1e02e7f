"""Write down what pytest makes of the tests' assertions, once: each worker of a parallel run would make it anew.

    python -P tests/support/rewritten.py

It takes 12 s of processor time, and as much again in each worker when it was not done. Without it everything works, later.
"""

import sys
from multiprocessing import Pool
from pathlib import Path

from _pytest.assertion import rewrite

TESTS = Path(__file__).resolve().parent.parent


def write(source: Path) -> bool:
    """Write one file's bytecode where pytest looks for it; False when it is there."""
    place = rewrite.get_cache_dir(source) / f"{source.stem}{rewrite.PYC_TAIL}"
    if rewrite._read_pyc(source, place) is not None:
        return False
    digest, code = rewrite._rewrite_test(source, None)  # type: ignore[arg-type]  # no option of ours is in the way
    place.parent.mkdir(exist_ok=True)
    unfinished = place.with_suffix(".new")
    with unfinished.open("wb") as file:
        rewrite._write_pyc_fp(file, digest, code)
    unfinished.replace(place)
    return True


def main() -> None:
    """All of them, on two cores."""
    files = sorted({*TESTS.rglob("test_*.py"), *TESTS.rglob("conftest.py"), TESTS / "support" / "shared.py"})
    with Pool(2) as pool:
        made = sum(pool.map(write, files, chunksize=16))
    sys.stdout.write(f"{made} of {len(files)} test files made ready\n")


if __name__ == "__main__":
    main()
