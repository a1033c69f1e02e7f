"""Mainframe records over HTTP: a file and its copybook go in, Parquet comes out, by way of the platform."""

import pytest
from content.test_cobol import POLICY, policy
from support.instance import Running

pytestmark = pytest.mark.timeout(300)


async def test_records_become_parquet_by_their_copybook(running: Running, tmp_path) -> None:
    file = tmp_path / "policies.bin"
    file.write_bytes(b"".join(policy(n, f"HOLDER {n}", n, -n, [("LIA", n)]) for n in range(500)))
    async with await running.login() as client:
        uploaded = await client.upload(file)
        told = await client.decode(uploaded.artifact, POLICY, format="content", packed_occurs=True, wait=60)
        assert told.status == "completed", told
        assert (told.output["records"], told.output["malformed"]) == (500, 0)
        (part,) = told.output["parts"]
        assert part["media_type"] == "application/vnd.apache.parquet"
        refused = await client.decode(uploaded.artifact, "this is no copybook", wait=60)
        assert refused.status == "faulted"
        assert refused.error.code.startswith("copybook.")
