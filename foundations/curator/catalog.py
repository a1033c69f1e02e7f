"""The catalog as a file: what the wheel ships for offline ``validate``, and what workers publish."""

from pathlib import Path

from symphainy.foundations.curator.registry import Registry
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Invalid, NotFound

SHIPPED = Path(__file__).parent / "catalog.json"
"""The generated catalog inside the package."""


def to_json(catalog: Catalog) -> str:
    """Canonical text: indented for diffs, equal for equal catalogs.

    >>> from_json(to_json(Catalog())) == Catalog()
    True
    """
    return catalog.model_dump_json(indent=1, exclude_defaults=True) + "\n"


def from_json(text: str | bytes) -> Catalog:
    """The catalog in ``text``; Invalid when it is none."""
    try:
        return Catalog.model_validate_json(text)
    except ValueError as error:
        raise Invalid(f"This is no catalog: {error}", remedy="Generate it anew with write_catalog().") from error


def write_catalog(registry: Registry, path: Path = SHIPPED) -> Catalog:
    """Check ``registry`` and write its catalog to ``path``."""
    registry.check()
    catalog = registry.catalog()
    path.write_text(to_json(catalog), encoding="utf-8")
    return catalog


def read_catalog(path: Path = SHIPPED) -> Catalog:
    """The catalog at ``path``, by default the shipped one; NotFound when there is no file."""
    if not path.exists():
        raise NotFound(f"There is no catalog at {path.name}.", remedy="Generate it with write_catalog().")
    return from_json(path.read_bytes())
