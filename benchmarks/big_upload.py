"""A large upload through the Experience plane in a process of its own: how fast, and how much memory the process takes for it.

    python -P benchmarks/big_upload.py          # 1 GB
    python -P benchmarks/big_upload.py 4        # 4 GB

Prints figures, judges nothing: ``tests/experience/test_upload.py`` asserts the same of 200 MB, raw and as a form.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from symphainy.foundations.experience import SymphainyClient

HERE = Path(__file__).parents[1] / "tests" / "experience"
GB = 10**9
_WORDS = "a long enough sentence"


async def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / "upload_server.py"), f"{folder}/objects", stdout=asyncio.subprocess.PIPE
        )
        try:
            assert server.stdout is not None
            port = int(await server.stdout.readline())
            async with SymphainyClient(f"http://127.0.0.1:{port}") as client:
                await client.register("acme", "ann@acme.example", _WORDS)
                await client.login("acme", "ann@acme.example", _WORDS)
                await _figures(client, server.pid, Path(folder), size)
        finally:
            server.kill()
            await server.wait()


async def _figures(client: SymphainyClient, pid: int, folder: Path, size: int) -> None:
    small, big = folder / "small.bin", folder / "big.bin"
    small.write_bytes(b"x" * 2**20)
    with big.open("wb") as file:
        file.truncate(size)
    await client.upload(small)
    before, begun = _peak(pid), time.perf_counter()
    taken = await client.upload(big)
    seconds = time.perf_counter() - begun
    print(f"{taken.artifact.size / GB:.2f} GB in {seconds:.1f} s ({taken.artifact.size / 1e6 / seconds:.0f} MB/s)")
    print(f"memory of the process: {before >> 20} MiB before, {_peak(pid) >> 20} MiB at its peak")


def _peak(pid: int) -> int:
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    asyncio.run(main(int(float(sys.argv[1] if len(sys.argv) > 1 else 1) * GB)))
