"""The same bytes in, the same bytes out: in another process, whatever the order in which its sets and dictionaries hash."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from content.test_cobol import POLICY, policy

from symphainy.bindings.realms import registry
from symphainy.foundations.definitions import expressions
from symphainy.foundations.settings import Settings

KNOWLEDGE = Path(__file__).parents[2] / "solutions" / "first" / "knowledge"
CODE = """
import hashlib, sys
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.realms.content.models import Detected
from symphainy.realms.content.models.detection import sniff
from symphainy.realms.content.services.chunk import chunked
from symphainy.realms.content.services.decode import Layout, Place, part
from symphainy.realms.content.services.embed import embed_texts
from symphainy.realms.content.services.normalise import normalised
from symphainy.realms.content.services.parse import parsed

folder, copybook, *paths = sys.argv[1:]
digest = lambda data: print(hashlib.sha256(data).hexdigest())
for path in paths:
    ref = ArtifactRef.of(open(path, "rb").read(), name="x")
    document, _ = parsed(path, Detected(file=ref, **sniff(path)._asdict()))
    open(f"{folder}/document", "wb").write(document)
    normal, _ = normalised(f"{folder}/document")
    open(f"{folder}/normal", "wb").write(normal)
    for data in (document, normal, chunked(f"{folder}/normal")[0]):
        digest(data)
digest(repr(embed_texts(["We pay within 14 days."], "lexical")).encode())
digest(part(f"{folder}/records", copybook, Layout(format="content", packed_occurs=True), Place(offset=0, record=0), 9)[0])
"""
MADE = {
    "a.json": '{"claim": {"item": [{"net": 12.50}], "tags": ["b", "a"]}}',
    "a.xml": "<r><x a='1' b='2'><y>1</y></x><x b='3'><y>2</y></x></r>",
    "a.html": "<html><body><h1>Cover</h1><table><tr><td>a<td>b</table></body></html>",
    "a.eml": "Subject: a\nFrom: a@example.com\n\ntext\n",
}


@pytest.fixture
def files(tmp_path):
    for name, text in MADE.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "records").write_bytes(b"".join(policy(n, f"HOLDER {n}", n, n, [("LIA", n)]) for n in range(9)))
    return [str(path) for path in (*sorted(KNOWLEDGE.iterdir()), *(tmp_path / name for name in MADE))]


def test_two_processes_with_other_hashes_agree_on_every_byte(tmp_path, files):
    found: list[list[str]] = []
    running = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        shutil.copy(tmp_path / "records", folder)
        command = [sys.executable, "-c", CODE, str(folder), POLICY, *files]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
    for process in running:
        found.append(process.communicate()[0].split())
        assert process.returncode == 0
    assert found[0] == found[1]
    assert len(found[0]) == 3 * len(files) + 2


async def test_contents_outputs_are_byte_equal_with_and_without_a_model(tmp_path, pool, runner):
    """The whole composition, the upload's own saga: with a model configured nothing else comes out, and nobody asks it."""
    made = []
    for name, about in (("without", {}), ("with", {"model_url": "http://127.0.0.1:1/v1", "model_name": "m"})):
        (tmp_path / name).mkdir()
        run = runner(tmp_path / name, pool)
        composed = registry(Settings(_env_file=None, data_dir=tmp_path, realms=(), **about))
        said = []
        for path in (KNOWLEDGE / "policy.pdf", KNOWLEDGE / "handbook.docx", KNOWLEDGE / "claims.csv"):
            given = data = {"file": run.tools.keep(path.read_bytes(), name=path.name).model_dump(mode="json")}
            for item in composed.catalog().sagas["content.upload"]["do"]:
                ((_, task),) = item.items()
                asked = expressions.resolve(task["with"], data, {"workflow": {"input": given}}, datetime.now(UTC))
                found = await run(composed.function(task["call"]), asked)
                data = found.model_dump(mode="json")
                said.append(found.model_dump_json())
        made.append((said, {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}))
    assert made[0] == made[1] and len(made[0][0]) == 18
