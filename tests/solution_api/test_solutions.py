"""Definitions and solutions: checked, stored, deployed, withdrawn; nothing of another tenant."""

import io
import zipfile

import pytest

from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Refused, TooLarge, Unauthenticated

SAGA = """document: {dsl: '1.0.0', namespace: acme, name: hello, version: 1.0.0}
do:
  - shout:
      call: text.shout
      with: {text: hi}
"""
HEAD = """name: claims
version: 1.0.0
title: Claims
intents: {claims.ask: hello}
bindings:
  - {surface: rest, name: ask, intent: claims.ask, path: /ask}
"""
FOLDER = {
    "solution.yaml": HEAD,
    "sagas/hello.yaml": SAGA,
    "scenarios/one.yaml": "a: 1\n",
    "knowledge/rules.md": "# Rules\n",
}


def zipped(files, **about):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text, **about)
    return held.getvalue()


async def test_definitions_are_validated_drawn_registered_and_read(plane, client):
    assert (await client.validate(SAGA)).valid
    bad = await client.validate(SAGA.replace("text.shout", "text.shuot"))
    assert (
        not bad.valid and bad.diagnostics[0].severity == "error" and bad.diagnostics[0].line == 4 and bad.digest is None
    )
    assert (await client.graph(SAGA)).mermaid.startswith("flowchart")
    found = await client.register(SAGA)
    assert (await client.register(SAGA)).digest == found.digest == (await client.validate(SAGA)).digest
    with pytest.raises(Conflict):
        await client.register(SAGA.replace("text: hi", "text: ho"))
    with pytest.raises(Invalid) as refused:
        await client.register("do: [")
    assert refused.value.code == "diagnostics" and refused.value.extra["diagnostics"]
    assert [d.name for d in (await client.definitions()).items] == ["hello"]
    assert (await client.definition("acme", "hello", "1.0.0")).text == SAGA
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    assert (await stranger.definitions()).items == ()
    with pytest.raises(NotFound):
        await stranger.definition("acme", "hello", "1.0.0")


async def test_a_solution_is_stored_deployed_listed_and_withdrawn(plane, client, tmp_path):
    for name, text in FOLDER.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("no")
    (tmp_path / "knowledge" / "scan.pdf").write_bytes(b"%PDF\xff\xfe")
    stored = await client.create(tmp_path)
    assert stored.status == "stored" and stored.digest.startswith("sha256:") and list(stored.intents) == ["claims.ask"]
    assert (await client.create(tmp_path)).digest == stored.digest
    deployed = await client.deploy("claims")
    assert (
        deployed.status == "deployed"
        and deployed.bindings[0]["about"]["path"] == "/ask"
        and deployed.intents == stored.intents
    )
    moved = {**FOLDER, "solution.yaml": HEAD.replace("/ask", "/questions").replace("1.0.0", "1.1.0")}
    again = await client.create(moved)
    assert again.intents == stored.intents and again.digest != stored.digest  # another binding, the same plan
    assert [(s.version, s.status) for s in (await client.solutions()).items] == [
        ("1.1.0", "stored"),
        ("1.0.0", "deployed"),
    ]
    assert (await client.scenarios("claims")).items == {"scenarios/one.yaml": "a: 1\n"}
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    for call in (stranger.solution, stranger.deploy, stranger.undeploy, stranger.scenarios):
        with pytest.raises(NotFound):
            await call("claims")
    await client.undeploy("claims")
    with pytest.raises(NotFound):
        await client.undeploy("claims")
    assert {c.action for c in plane.parts.doors.calls} == {"deploy", "read"}


async def test_deploying_is_an_intent_with_a_key_that_is_waited_for(plane, client):
    await client.create(FOLDER)
    await client.deploy("claims")
    runs = list(plane.parts.runtime.runs.values())
    assert [(r.intent.type, r.intent.payload) for r in runs] == [
        ("solution.deploy", {"name": "claims", "version": "1.0.0"})
    ]
    http = await plane.http(Authorization=f"Bearer {await plane.token()}", **{"Idempotency-Key": "once"})
    for _ in range(2):
        assert (await http.post("/api/solutions/claims/deploy", json={})).status_code == 200
    assert len(plane.parts.runtime.runs) == 2, "the same key again is the same deployment"
    plane.parts.runtime.slow = True
    answer = await http.request("DELETE", "/api/solutions/claims/deploy", headers={"Idempotency-Key": "off"})
    assert answer.status_code == 503 and "exe_" in answer.json()["remedy"]


async def test_a_folder_with_faults_is_refused_with_all_of_them(client):
    faulty = {
        "solution.yaml": HEAD + "owner: ann\n",
        "sagas/hello.yaml": SAGA.replace("text.shout", "none.such"),
        "x.exe": "",
    }
    with pytest.raises(Invalid) as refused:
        await client.create(faulty)
    assert {d["code"] for d in refused.value.extra["diagnostics"]} >= {"SOL001", "SOL005"}
    await client.create(FOLDER)
    with pytest.raises(Conflict):
        await client.create({**FOLDER, "knowledge/rules.md": "# Other\n"})


async def test_policy_may_say_no(plane, client):
    await client.create(FOLDER)
    plane.parts.doors.shut.add("deploy")
    for call in (client.create(FOLDER), client.deploy("claims"), client.undeploy("claims"), client.register(SAGA)):
        with pytest.raises(Refused):
            await call
    assert not plane.parts.solutions.live


async def test_a_zip_is_a_folder(plane):
    http = await plane.http(Authorization=f"Bearer {await plane.token()}", **{"Content-Type": "application/zip"})
    answer = await http.post("/api/solutions", content=zipped(FOLDER | {"knowledge/a.bin": b"\xff"}))
    assert answer.status_code == 201 and answer.json()["name"] == "claims"
    rooted = await http.post(
        "/api/solutions",
        content=zipped({f"claims/{k}": v for k, v in FOLDER.items()} | {"claims/knowledge/a.bin": b"\xff"}),
    )
    assert rooted.status_code == 201 and rooted.json()["digest"] == answer.json()["digest"]


SYMLINK = zipfile.ZipInfo("solution.yaml")
SYMLINK.external_attr = 0o120777 << 16
ZIPS = {
    "not a zip": (b"PK\x03\x04 no", 422),
    "way up": (zipped({"../solution.yaml": HEAD}), 422),
    "absolute": (zipped({"/etc/x.yaml": "a"}), 422),
    "backslash": (zipped({"a\\b.yaml": "a"}), 422),
    "hidden": (zipped({".env": "a"}), 422),
    "bomb": (zipped({"solution.yaml": b"\0" * 40_000_000}), 413),
    "entries": (zipped({f"knowledge/{i}.md": "" for i in range(1_500)}), 413),
    "binary": (zipped({"solution.yaml": b"\xff\xfe"}), 422),
    "symlink": (zipped({SYMLINK: "/etc/passwd"}), 422),
    "broken entry": (zipped(FOLDER).replace(b"\x03\x04", b"\x03\x09", 1), 422),
    "empty": (b"", 422),
}


@pytest.mark.parametrize("case", ZIPS)
async def test_hostile_zips(plane, case):
    body, status = ZIPS[case]
    http = await plane.http(Authorization=f"Bearer {await plane.token()}", **{"Content-Type": "application/zip"})
    answer = await http.post("/api/solutions", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert not plane.parts.solutions.stored


async def test_strict_bodies_and_no_token(plane, client):
    http = await plane.http(Authorization=f"Bearer {await plane.token()}")
    for body in (
        {"files": {}},
        {"files": {"a": 1}},
        {"files": {"../x": ""}},
        {"file": {}},
        {"files": FOLDER, "tenant": "x"},
        [],
    ):
        assert (await http.post("/api/solutions", json=body)).status_code == 422, body
    for body in ({}, {"text": 1}, {"text": "x", "file": "../../x"}):
        assert (await http.post("/api/definitions/validate", json=body)).status_code == 422, body
    with pytest.raises(TooLarge):
        await client.create({"solution.yaml": HEAD, **{f"knowledge/{i}.md": "x" * 500_000 for i in range(20)}})
    client._http.tokens.access = None
    for call in (client.capabilities, client.definitions, client.solutions, client.status):
        with pytest.raises(Unauthenticated):
            await call()


async def test_capabilities_status_and_executions(plane, client):
    found = await client.capabilities()
    assert found.contracts[0].ref == "text.shout@1" and found.routes[0].intent == "text.shout"
    assert (await client.status()).realms == {"content": "registered"}
    runtime, guard = plane.parts.runtime, plane.parts.guard
    session = (await guard.authenticate(await plane.token())).session
    from symphainy.foundations.language.context import Intent

    run = (await runtime.submit(Intent(type="test.echo"), session)).execution_id
    http = await plane.http(Authorization=f"Bearer {await plane.token()}")
    assert [e["execution_id"] for e in (await http.get("/api/executions")).json()["items"]] == [run]
    assert (await http.get(f"/api/executions/{run}/events", headers={"Last-Event-ID": "1-3"})).text.startswith(
        "event: execution.completed"
    )
    held = (await runtime.submit(Intent(type="test.hold"), session)).execution_id
    assert (await http.post(f"/api/executions/{held}/cancel")).json()["status"] == "cancelled"
    stranger = await plane.http(Authorization=f"Bearer {await plane.token('e@u.example', 'umbrella')}")
    for path in (f"/api/executions/{run}", f"/api/executions/{run}/events"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"/api/executions/{held}/cancel")).status_code == 404
