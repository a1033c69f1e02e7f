"""``symphainy new capability``: a typed function, its line in the realm's manager, its test, and the shipped catalog anew.

All or nothing: when the platform cannot register it, every file is as it was before.
"""

import builtins
import keyword
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from symphainy.cli.files import read_text
from symphainy.cli.new_manager import names, with_capability
from symphainy.cli.new_text import texts
from symphainy.cli.output import say
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound
from symphainy.foundations.settings import PREFIX

CHECKOUT = Path(__file__).resolve().parent.parent
"""Where this code lies; in an installed wheel that is no checkout."""
NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
LONGEST = 40
CATALOG = """
from symphainy.bindings.realms import registry
from symphainy.foundations.curator import write_catalog
from symphainy.foundations.settings import Settings
write_catalog(registry(Settings(_env_file=None, data_dir="nowhere", realms=())))
"""


def capability(name: str, realm: str, *, effectful: bool, root: Path = CHECKOUT) -> None:
    """Write them; say what was written and what to do next."""
    folder = _realm(root, realm)
    manager = folder / "manager.py"
    before = read_text(manager)
    function, test = folder / "services" / f"{name}.py", root / "tests" / "realms" / f"test_{name}.py"
    undo = [f"undo_{name}"] if effectful else []
    _free(name, realm, before, [name, *undo], (function, function.with_suffix(""), test))
    text, tested = texts(realm, name, effectful=effectful)
    after = with_capability(before, f"symphainy.realms.{realm}.services.{name}", [name, *undo])
    test.parent.mkdir(parents=True, exist_ok=True)
    catalog = root / "foundations" / "curator" / "catalog.json"
    _written({function: text, test: tested, manager: after}, catalog, root)
    for path in (function, manager, test, catalog):
        say(f"{'changed' if path in (manager, catalog) else 'wrote':<8} {path.relative_to(root)}")
    say(f"\nA saga calls it as {realm}.{name}. Try it: pytest {test.relative_to(root)}")


def _realm(root: Path, realm: str) -> Path:
    if not ((root / "pyproject.toml").is_file() and (root / "src" / "symphainy").is_dir()):
        raise Invalid(
            "This is an installed package, not a checkout: there is no source to add a capability to.",
            remedy="Clone the repository, or write a realm of your own and name it in SYMPHAINY_REALMS.",
        )
    known = sorted(p.parent.name for p in (root / "realms").glob("*/manager.py"))
    if realm not in known:
        raise NotFound(f"There is no realm {realm}.", remedy=f"Take one of {', '.join(known)}.")
    return root / "realms" / realm


def _free(name: str, realm: str, manager: str, functions: list[str], paths: tuple[Path, ...]) -> None:
    if not NAME.match(name) or len(name) > LONGEST:
        raise Invalid(
            f"{name} is no name for a capability: small letters, digits, single underscores, at most {LONGEST}.",
            remedy=f"Give the verb alone, as in word_count: it becomes {realm}.word_count.",
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name):
        raise Invalid(f"{name} is a word of Python's own.", remedy=f"Take another, as in {name}_text.")
    taken = [str(path.name) for path in paths if path.exists()] or sorted(names(manager) & set(functions))
    if taken:
        raise Conflict(
            f"{realm}.{name} cannot be added: {', '.join(taken)} is there already.", remedy="Take another name."
        )


def _written(files: Mapping[Path, str], catalog: Path, root: Path) -> None:
    """Write all, then let the platform register them; put everything back when it cannot."""
    before = {path: path.read_bytes() if path.exists() else None for path in (*files, catalog)}
    try:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        _formatted(list(files), root)
        done = _python(root, "-c", CATALOG)
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
            raise Invalid(f"The platform could not register it, and nothing was changed: {last[0][:500]}")
    except BaseException:
        for path, content in before.items():
            path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
        raise


def _formatted(paths: list[Path], root: Path) -> None:
    """By the formatter of the checkout's own environment, if it is there; the texts are well formed without it."""
    for words in (("check", "-q", "--select", "I", "--fix"), ("format", "-q")):
        _python(root, "-m", "ruff", *words, *map(str, paths))


def _python(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A process of its own on this checkout: what is imported here stands since before the change."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    path = os.pathsep.join([str(root / "src"), *filter(None, [kept.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-P", *words], cwd=root, env={**kept, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )  # fmt: skip
