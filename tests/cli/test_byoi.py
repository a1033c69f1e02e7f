"""Bring your own infrastructure: four URLs change, no line of code does, and the demo flow runs on the second set."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.instance import HERE, free_base
from support.temporal_server import free_port, temporal_server

from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres
from symphainy.foundations.public_works.adapters.redis_embedded import EmbeddedRedis
from symphainy.foundations.settings import Settings, ensure_master_key

pytestmark = [pytest.mark.timeout(400)]


@contextmanager
def s3() -> Iterator[str]:
    """A server that speaks S3, with a bucket."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    try:
        import boto3
        from botocore.config import Config

        endpoint = f"http://127.0.0.1:{port}"
        client = boto3.client(
            "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
            config=Config(retries={"max_attempts": 30, "mode": "standard"}, connect_timeout=1),
        )  # fmt: skip
        for _ in range(60):
            try:
                client.create_bucket(Bucket="artifacts")
                break
            except Exception:
                continue
        client.close()
        yield f"s3://artifacts?endpoint={endpoint}"
    finally:
        server.terminate()
        server.wait(10)


async def test_the_demo_runs_on_a_second_set_of_parts() -> None:
    folder = Path(tempfile.mkdtemp(prefix="byoi-"))
    settings = Settings(data_dir=folder / "data")
    settings.data_dir.mkdir()
    key = ensure_master_key(settings)
    postgres = await EmbeddedPostgres.start(folder / "elsewhere", key)
    redis = await EmbeddedRedis.start()
    try:
        with s3() as objects, temporal_server(folder) as temporal:
            environment = {k: v for k, v in os.environ.items() if not k.startswith("SYMPHAINY_")} | {
                "SYMPHAINY_SQL_URL": postgres.url, "SYMPHAINY_REDIS_URL": redis.url, "SYMPHAINY_OBJECTS_URL": objects,
                "SYMPHAINY_TEMPORAL_ADDRESS": temporal, "SYMPHAINY_WORKERS": "1", "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "b", "PYTHONPATH": str(HERE.parent),
            }  # fmt: skip
            command = ["demo", "--data-dir", str(settings.data_dir), "--port-base", str(free_base())]
            done = await run([sys.executable, "-P", "-m", "symphainy.cli", *command], environment)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
            assert "14 days" in done.stdout
            assert not list((settings.data_dir / "objects").rglob("*")), "objects were written to the folder"
            assert not (settings.data_dir / "postgres").exists()
    finally:
        await redis.stop()
        await postgres.stop()


async def run(command: list[str], environment: dict[str, str]) -> Any:
    import asyncio

    return await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300
    )
