"""Hostile files through the process pool: each is refused with a way out or read, small, and the next file is served.

Those that need no second to make; `make corpus KINDS=bombs` has all of them, with their times.
"""

import hashlib
import sys
from pathlib import Path

import pytest

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.errors import DomainError, Invalid, SymphainyError
from symphainy.foundations.public_works.pools import ComputePool
from symphainy.realms.content.models import Detected
from symphainy.realms.content.models.detection import sniff
from symphainy.realms.content.services.parse import _costly, memory, parsed

sys.path.insert(0, str(Path(__file__).parents[1] / "files"))
import bombs

SLOW = (
    "200 MB",
    "swelling",
    "20 MB",
    "nested zip",
    "lying",
    "100,000 entries",
    "million keys",
    "million elements",
    "ten million cells",
)
QUICK = {name: make for name, make in bombs.BOMBS.items() if not any(word in name for word in SLOW)}
READ = {
    "csv of one line", "csv of 100,000 columns", "csv in two encodings", "csv with formulas", "xlsx with formula cells",
    "text in UTF-16 without a mark", "html called csv", "eicar", "json with a figure of a million digits",
    "xml with an external DTD", "markdown of brackets", "text of spaces", "text of line ends",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
async def test_each_is_refused_or_read_in_little_memory_and_the_next_is_served(tmp_path):
    pool = ComputePool(1)
    outcomes: dict[str, str] = {}
    try:
        for name, make in QUICK.items():
            path = tmp_path / "bomb"
            path.write_bytes(make())
            outcomes[name] = await upload(pool, path)
        process = pool._slots[0]._process
        status = Path(f"/proc/{process.pid}/status").read_text()
    finally:
        await pool.close()
    read = {name for name, code in outcomes.items() if code == "read"}
    assert read == READ
    assert set(outcomes.values()) <= {
        "read", "too_large", "content.broken", "content.too_deep", "content.unsafe_xml", "content.unsupported", "content.no_text",
        "content.encrypted", "content.empty", "content.ocr_missing", "content.too_costly",
    }  # fmt: skip
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak < 400 * 1024, "a reader's own libraries take 130 MB, a bomb at most 200"


async def upload(pool: ComputePool, path: Path) -> str:
    """What became of a file: the code of its refusal, or that it was read."""
    data = path.read_bytes()
    ref = ArtifactRef(key="", sha256=hashlib.sha256(data).hexdigest(), size=len(data), name=path.name)
    told = None
    try:
        found = await pool.run(sniff, str(path))
        await pool.run(parsed, str(path), Detected(file=ref, **found._asdict()))
    except DomainError as error:
        told = _costly(error)
    assert told is None or told.remedy or told.code == "too_large", told
    return told.code if told else "read"


def test_a_file_may_not_take_more_memory_than_its_share(tmp_path, monkeypatch):
    path = tmp_path / "small"
    path.write_bytes(b"a")
    monkeypatch.setattr(memory, "FLOOR", 8 * 2**20)
    with pytest.raises(MemoryError), memory.bounded(str(path)):
        bytearray(64 * 2**20)
    assert len(bytearray(64 * 2**20)) == 64 * 2**20, "afterwards the process has what it had"


@pytest.mark.parametrize("code", ["compute_crashed", "compute_timeout", "compute_memory"])
def test_a_reader_that_breaks_down_is_told_as_a_flaw_of_the_file(code):
    told = _costly(DomainError("parsed ended its process", code=code))
    assert isinstance(told, Invalid)
    assert (told.code, bool(told.remedy)) == ("content.too_costly", True)
    assert _costly(other := DomainError("no", code="x")) is other
    assert isinstance(told, SymphainyError)
