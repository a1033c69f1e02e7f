"""What the client brings: doctor tries every part that is named, and a deployed solution carries the client's surfaces."""

import asyncio
from pathlib import Path

import pytest

from symphainy.cli.byoh import experience, rebound
from symphainy.cli.doctor_client import client
from symphainy.foundations.curator.catalog import read_catalog
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.experience.solution import read_folder
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings

SOLUTION = {
    "solution.yaml": """\
name: hello
version: 1.0.0
intents: {hello.greet: greet}
bindings:
  - {surface: rest, name: greet, path: /greet, intent: hello.greet}
  - {surface: rest, name: again, path: /again, intent: hello.greet}
""",
    "sagas/greet.yaml": """\
document: {dsl: 1.0.3, namespace: hello, name: greet, version: 1.0.0}
do:
  - greet:
      set: {greeting: hello}
""",
}
BOUND = """\
experience:
  hello:
    bind:
      - {surface: rest, name: greet, path: /salute, intent: hello.greet}
      - {surface: chat, name: desk, intent: hello.greet}
    without: [again]
"""


def settings(folder: Path, text: str) -> Settings:
    (folder / "client.yaml").write_text(text)
    return Settings(data_dir=folder)


def test_the_client_binds_other_surfaces_and_no_plan_changes(tmp_path: Path) -> None:
    files = rebound(SOLUTION, experience(settings(tmp_path, BOUND)))
    before, after = (load_solution(f, Catalog()).definition for f in (SOLUTION, files))
    assert before is not None and after is not None
    assert [(b.surface, b.name, b.path) for b in after.bindings] == [
        ("rest", "greet", "/salute"),
        ("chat", "desk", None),
    ]
    assert after.plans == before.plans
    assert after.version.startswith("1.0.0-client.") and after.digest != before.digest
    assert rebound(SOLUTION, experience(settings(tmp_path, BOUND))) == files  # the same again is the same version
    other = rebound(SOLUTION, experience(settings(tmp_path, BOUND.replace("/salute", "/hail"))))
    assert load_solution(other, Catalog()).definition.version != after.version  # type: ignore[union-attr]


def test_a_solution_that_the_client_does_not_name_is_handed_in_as_it_is(tmp_path: Path) -> None:
    assert rebound(SOLUTION, experience(settings(tmp_path, BOUND.replace("hello:", "other:", 1)))) == SOLUTION
    assert experience(Settings(data_dir=tmp_path / "none")) == {}
    with pytest.raises(Invalid, match="hello goes without agian, which it does not bind"):
        rebound(SOLUTION, experience(settings(tmp_path, BOUND.replace("[again]", "[agian]"))))


def test_the_example_can_be_bound_to_the_first_solution(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (root / "client.example.yaml").read_text()
    for name in ("SQL_PASSWORD", "REDIS_PASSWORD", "TEMPORAL_KEY", "MODEL_KEY", "MASTER_KEY"):
        monkeypatch.setenv(f"ACME_{name}", "x")
    files = rebound(read_folder(root / "solutions" / "first"), experience(settings(tmp_path, text)))
    made = load_solution(files, read_catalog())
    assert made.definition is not None, [str(each) for each in made.diagnostics]
    surfaces = [(each.surface, each.name) for each in made.definition.bindings]
    assert surfaces == [("rest", "ask"), ("chat", "desk"), ("outgoing-webhook", "crm")]
    assert made.plans == load_solution(read_folder(root / "solutions" / "first"), read_catalog()).plans


async def test_doctor_tries_what_is_named_and_nothing_else(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        parts = (
            f"infrastructure:\n  temporal: {{address: '127.0.0.1:{port}'}}\n  model: {{url: 'http://127.0.0.1:1/v1'}}\n"
        )
        parts += "  redis: redis://127.0.0.1:1/0\n"
        found = await client(settings(tmp_path, parts + BOUND))
    verdicts = {finding.check: finding.verdict for finding in found}
    assert verdicts == {
        "client config": "ok", "client temporal": "ok", "client model": "wrong", "client redis": "wrong", "client surfaces": "ok",
        "client solutions": "note",
    }  # fmt: skip
    assert all(finding.remedy for finding in found if finding.verdict == "wrong")


async def test_doctor_names_a_surface_that_there_is_not(tmp_path: Path) -> None:
    found = await client(settings(tmp_path, BOUND.replace("chat", "fax")))
    (wrong,) = (finding for finding in found if finding.verdict == "wrong")
    assert "hello: fax is no surface" in wrong.detail and "outgoing-webhook" in wrong.remedy


async def test_doctor_names_a_word_that_does_nothing(tmp_path: Path) -> None:
    for was, now, says in (
        ("surface: chat,", "surface: chat, path: /x,", "only a rest binding"),
        ("surface: chat,", "surface: outgoing-webhook, secret: crm,", "has a 'url'"),
        ("path: /salute", "path: salute", "path"),
    ):
        found = await client(settings(tmp_path, BOUND.replace(was, now)))
        (wrong,) = (finding for finding in found if finding.verdict == "wrong")
        assert says in wrong.detail and wrong.remedy, wrong


async def test_without_a_document_there_is_nothing_to_try(tmp_path: Path) -> None:
    assert [(f.check, f.verdict) for f in await client(Settings(data_dir=tmp_path))] == [("client config", "note")]
