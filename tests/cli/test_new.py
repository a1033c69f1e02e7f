"""A builder's first capability: written, registered, tested, and called from a saga, without another edit."""

import os
import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from symphainy.cli import new
from symphainy.cli.new_manager import with_capability
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound

SAGA = """
from support.machine_driver import Driver
from symphainy.bindings.realms import registry
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.language.step import Step
from symphainy.foundations.settings import Settings

def test_saga():
    known = registry(Settings(_env_file=None, data_dir="nowhere"))
    document = {
        "document": {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"},
        "do": [{"count": {"call": "content.word_count", "with": {"text": "${ .text }"}}}, {"told": {"set": {"n": "${ .length }"}}}],
    }
    plan = compile_document(document, file="t.yaml", catalog=known.catalog(), saga=True).plan

    def call(arguments):
        found = known.capability("content.word_count")
        return found.function(Step(input=found.input.model_validate(arguments), context=None, tools=None)).model_dump(mode="json")

    ending = Driver(plan, {"content.word_count": call}, {"text": "größer"}).run()
    assert (ending.status, ending.output) == ("completed", {"n": 6})
"""


@pytest.fixture(scope="module")
def checkout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository as it is, links included; with the bytecode that there is, or each process would compile it anew."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    copy = tmp_path_factory.mktemp("checkout")
    for name in listed:
        source, target = root / name, copy / name
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
            if name.endswith(".py") and (cached := Path(cache_from_source(str(source)))).exists():
                (target.parent / cached.parent.name).mkdir(exist_ok=True)
                shutil.copy2(cached, target.parent / cached.parent.name)
    return copy


def python(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(copy / "src"), str(copy / "tests")])}
    return subprocess.run(
        [sys.executable, "-P", *words], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def make(copy: Path, *words: str) -> str:
    done = python(copy, "-m", "symphainy.cli", "new", "capability", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(180)
def test_the_new_capability_runs_in_a_saga_without_another_edit(checkout: Path) -> None:
    said = make(checkout, "word_count", "--realm", "content")
    assert "tests/realms/test_word_count.py" in said and "content.word_count" in said
    make(checkout, "notify", "--realm", "insights", "--effectful")
    tests = ["tests/realms/test_word_count.py", "tests/realms/test_notify.py", "tests/curator/test_realms.py"]
    (checkout / "tests" / "realms" / "test_saga_of_it.py").write_text(SAGA)
    done = python(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "tests/realms/test_saga_of_it.py")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    made = [str(p) for realm in ("content", "insights") for p in (checkout / "realms" / realm).rglob("*.py")]
    made += [str(checkout / test) for test in tests[:2]]
    for words in (("format", "--check"), ("check",)):
        clean = python(checkout, "-m", "ruff", *words, *made)
        assert clean.returncode == 0, clean.stdout
    # What they import counts as Any: the whole platform's types are `make check`'s matter, and take half a minute.
    alone = (
        "--follow-imports=skip",
        "--allow-subclassing-any",
        "--allow-untyped-decorators",
        "--no-warn-unused-ignores",
    )
    modules = ("symphainy.realms.content.services.word_count", "symphainy.realms.insights.services.notify")
    typed = python(checkout, "-m", "mypy", *alone, *(word for module in modules for word in ("-m", module)))
    assert typed.returncode == 0, typed.stdout[-2000:]


@pytest.mark.timeout(120)
def test_what_cannot_be_registered_leaves_no_trace(checkout: Path) -> None:
    manager = checkout / "realms" / "journey" / "manager.py"
    was = manager.read_text()
    manager.write_text(was + "\nraise RuntimeError('not today')\n")
    try:
        with pytest.raises(Invalid, match="nothing was changed: RuntimeError: not today"):
            new.capability("retell", "journey", effectful=False, root=checkout)
        assert manager.read_text().endswith("not today')\n")
    finally:
        manager.write_text(was)
    assert not (checkout / "realms/journey/services/retell.py").exists()
    assert not (checkout / "tests/realms/test_retell.py").exists()


@pytest.mark.parametrize(
    ("name", "realm", "error", "said"),
    [
        ("search", "content", Conflict, "search.py is there already"), ("parse", "content", Conflict, "parse is there already"),
        ("orchestrator", "insights", Conflict, "orchestrator is there already"), ("Shout", "content", Invalid, "no name for a capability"),
        ("content.echo", "content", Invalid, "no name"), ("../echo", "content", Invalid, "no name"),
        ("a" * 41, "content", Invalid, "no name"),
        ("class", "content", Invalid, "word of Python's own"), ("print", "content", Invalid, "word of Python's own"),
        ("echo", "contents", NotFound, "no realm contents"),
    ],
)  # fmt: skip
def test_what_is_refused_comes_with_the_way_out(
    root: Path, name: str, realm: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        new.capability(name, realm, effectful=False, root=root)
    assert caught.value.remedy  # type: ignore[attr-defined]


def test_outside_a_checkout_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not a checkout"):
        new.capability("echo", "content", effectful=False, root=tmp_path)


HEAD = "from symphainy.realms.a.services.b import b\n\n\nclass Manager:\n    def register(self, registry):\n"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("        for f in (b,):\n            registry.register(f)\n", "        for f in (b, c,):\n"),
        (
            "        for f in (" + ", ".join(["bbbbbbbbbb"] * 8) + "):\n            registry.register(f)\n",
            "        for f in (" + ", ".join(["bbbbbbbbbb"] * 8) + ", c):\n",
        ),
        (
            "        for f in (" + ", ".join(["bbbbbbbbbb"] * 8 + ["größe"]) + "):\n            registry.register(f)\n",
            "            größe,\n            c,\n        ):\n            registry.register(f)\n",
        ),
        ("        registry.register(b)\n        registry.route(1)\n", "(b)\n        registry.register(c)\n        registry.route"),
        ('        """Nothing yet."""\n', '"""\n        registry.register(c)\n'),
        ("        pass\n", "        registry.register(c)\n        pass\n"),
    ],
)  # fmt: skip
def test_the_managers_text_keeps_its_form(body: str, wanted: str) -> None:
    changed = with_capability(HEAD + body, "symphainy.realms.a.services.c", ["c"])
    assert changed.startswith(
        "from symphainy.realms.a.services.b import b\nfrom symphainy.realms.a.services.c import c\n"
    )
    assert wanted in changed
    compile(changed, "manager.py", "exec")


def test_a_manager_without_register_is_refused() -> None:
    with pytest.raises(Invalid, match=r"no Manager\.register"):
        with_capability("class Manager:\n    pass\n", "a", ["c"])
