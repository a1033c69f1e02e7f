import pytest

from symphainy.foundations.definitions.read import read_solution
from symphainy.foundations.definitions.solution import load_solution, solution_digest
from symphainy.foundations.language.errors import Invalid, NotFound

from .catalog import CATALOG, HEAD

FILES = {
    "solution.yaml": """
name: first
version: 1.0.0
title: A first solution
intents:
  text.shout: text.shout
  order.place: order
bindings:
- {surface: rest, name: shout, path: /shout, intent: text.shout}
- {surface: schedule, name: nightly, intent: order.place, cron: '0 3 * * *', payload: {amount: 1}}
- {surface: chat, name: talk, intent: text.shout}
classes: [personal]
owners: [claims]
slos: [{intent: order.place, within: PT5S, target: 0.99}]
budgets: [{per: day, usd: 10}]
""",
    "sagas/order.yaml": HEAD + "do:\n- a: {call: pay.reserve, with: {amount: '${ .amount }'}}",
    "policies/own.cedar": "permit(principal, action, resource);",
    "scenarios/happy.yaml": "name: happy",
    "knowledge/terms.pdf": "",
    "README.md": "# First",
}


def test_a_solution_is_checked_as_a_whole():
    result = load_solution(FILES, CATALOG)
    assert [str(d) for d in result.diagnostics if d.severity == "error"] == []
    made = result.definition
    assert made is not None
    assert made.plans == {intent: plan.digest for intent, plan in result.plans.items()}
    assert result.plans["order.place"].name == "sample"
    assert result.plans["text.shout"].namespace == "one-step"
    assert [b.surface for b in made.bindings] == ["rest", "schedule", "chat"]
    assert (made.knowledge, made.scenarios) == (("knowledge/terms.pdf",), ("scenarios/happy.yaml",))
    assert made.digest == solution_digest(FILES)


OUT = "{surface: outgoing-webhook, name: crm, intent: order.place, url: 'https://crm.example/', secret: crm_hook}"


@pytest.mark.parametrize(
    ("binding", "says"),
    [
        ("{surface: chat, name: a, intent: text.shout, path: /x}", "only a rest binding"),
        ("{surface: chat, name: a, intent: text.shout, url: 'https://x.example'}", "only an outgoing-webhook binding"),
        ("{surface: rest, name: a, intent: text.shout, field: text}", "only a chat binding"),
        ("{surface: rest, name: a, intent: text.shout, payload: {}}", "only a schedule binding"),
        ("{surface: schedule, name: a, intent: text.shout}", "either 'every' or 'cron'"),
        ("{surface: chat, name: a, intent: pay.reserve}", "pay.reserve takes no 'text'"),
        ("{surface: chat, name: a, intent: text.shout, field: said}", "name its 'field', one of text"),
        (OUT.replace(", secret: crm_hook", ""), "an outgoing-webhook binding has a 'secret'"),
        (OUT.replace("crm_hook", "whsec_AAAA"), "secret"),
        (OUT.replace("https://", "ftp://"), "url"),
        ("{surface: webhook, name: a, intent: text.shout, secret: hub}", "a webhook binding has a 'verify'"),
        ("{surface: chat, name: a, intent: text.shout, secret: hub}", "only a webhook or an outgoing-webhook binding"),
    ],
)
def test_a_binding_says_nothing_that_does_nothing(binding, says):
    head = FILES["solution.yaml"].replace("bindings:", f"bindings:\n- {binding}")
    head = head.replace("order.place: order", "order.place: order\n  pay.reserve: pay.reserve")
    (fault,) = (
        d for d in load_solution({**FILES, "solution.yaml": head}, CATALOG).diagnostics if d.severity == "error"
    )
    assert fault.code == "SOL001" and says in fault.message, fault.message


def test_an_outgoing_webhook_is_bound():
    head = FILES["solution.yaml"].replace("bindings:", f"bindings:\n- {OUT}")
    made = load_solution({**FILES, "solution.yaml": head}, CATALOG).definition
    assert made is not None and made.bindings[0].secret == "crm_hook"
    assert made.plans == load_solution(FILES, CATALOG).definition.plans


def test_the_digest_follows_every_file_and_the_plans_follow_only_theirs():
    before = load_solution(FILES, CATALOG).definition
    other = {**FILES, "solution.yaml": FILES["solution.yaml"].replace("path: /shout", "path: /louder")}
    after = load_solution(other, CATALOG).definition
    assert after.digest != before.digest
    assert after.plans == before.plans
    assert load_solution(dict(reversed(FILES.items())), CATALOG).definition == before


def test_a_saga_of_a_solution_is_held_to_saga_rules():
    files = {**FILES, "sagas/order.yaml": HEAD + "do:\n- a: {call: pay.charge, with: {amount: 1}}"}
    result = load_solution(files, CATALOG)
    assert result.definition is None
    assert [(d.code, d.file) for d in result.diagnostics if d.severity == "error"] == [("SAG001", "sagas/order.yaml")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("version: 1.0.0", "version: one", 3),
        ("name: first", "name: First One", 2),
        ("owners: [claims]", "owner: claims", 13),
        ("target: 0.99", "target: 3", 14),
        ("within: PT5S", "within: P1Y", 14),
        ("cron: '0 3 * * *'", "cron: 'daily'", 10),
        ("surface: chat", "surface: fax", 11),
        ("path: /shout", "path: 'no slash'", 9),
        ("usd: 10", "usd: '10'", 15),
    ],
)
def test_faults_stand_at_their_line(old, new, line):
    files = {**FILES, "solution.yaml": FILES["solution.yaml"].replace(old, new)}
    result = load_solution(files, CATALOG)
    assert result.definition is None
    assert {d.line for d in result.diagnostics if d.severity == "error"} == {line}


def test_a_folder_is_read(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    assert read_solution(tmp_path) == FILES
    (tmp_path / "sagas" / "out.yaml").symlink_to("/etc/hostname")
    with pytest.raises(Invalid, match="leads out of the folder"):
        read_solution(tmp_path)
    with pytest.raises(NotFound):
        read_solution(tmp_path / "nothing")
    (tmp_path / "sagas" / "out.yaml").unlink()
    (tmp_path / "sagas" / "bin.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="UTF-8"):
        read_solution(tmp_path)
