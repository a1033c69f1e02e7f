"""The platform in one look, for one tenant: planes, the roll of eight, realms with their capabilities, solutions."""

from symphainy.foundations.experience.solution_models import PlaneStatus
from symphainy.foundations.language.errors import NotFound
from symphainy.governance.chain import City
from symphainy.runtime.catalogs import Catalogs
from symphainy.runtime.solutions import Solutions

__all__ = ["PlatformStatus", "realms_of"]


def realms_of(refs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Owner → its capabilities, by name.

    >>> realms_of([("content", "content.parse@1"), ("content", "content.chunk@1")])
    {'content': ['content.chunk@1', 'content.parse@1']}
    """
    found: dict[str, list[str]] = {}
    for owner, ref in sorted(refs):
        found.setdefault(owner, []).append(ref)
    return found


class PlatformStatus:
    """Reads what others publish; knows nothing by itself."""

    def __init__(self, city: City, catalogs: Catalogs, solutions: Solutions) -> None:
        self._city, self._catalogs, self._solutions = city, catalogs, solutions

    async def status(self, tenant: str) -> PlaneStatus:
        """One tenant's view."""
        try:
            catalog, digest = await self._catalogs.current()
            realms = realms_of([(c.owner, c.ref) for c in catalog.contracts])
        except NotFound:
            realms, digest = {}, ""
        deployed = await self._solutions.deployed(tenant)
        city = self._city.status()
        return PlaneStatus(
            planes={"runtime": "alive and authoritative" if realms else "no worker has registered", "catalog": digest},
            city=tuple(city["roll"]), realms=dict(realms),
            solutions=tuple({"name": d.name, "version": d.version} for d in deployed),
        )  # fmt: skip
