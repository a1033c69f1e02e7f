"""One kind per file; ``every()`` finds them, so that a new file is a new kind and nothing else changes."""

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Protocol, cast

from corpus.given import Corpus
from corpus.scored import Scored


class Kind(Protocol):
    """What a kind's module has."""

    NAME: str
    TARGET: str
    PASS: float
    measure: Callable[[Corpus], list[Scored]]


def every() -> dict[str, Kind]:
    """All kinds by name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.NAME: cast(Kind, cast(ModuleType, module)) for module in modules}
