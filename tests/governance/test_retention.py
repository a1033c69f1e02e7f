"""What the city says about retention: a number of days, a switch, and nothing where it cannot be sure."""

from typing import Any

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.governance.bundle import load_bundle
from symphainy.governance.overlay import Overlay, laid_over, laid_under
from symphainy.governance.oversight import CityOversight
from symphainy.governance.switches import SwitchSetting
from symphainy.runtime.oversight import Keeping

from .parts import Scene


def told(scene: Scene, days: Any, tenant: str = "acme") -> None:
    scene.city.manager.bundles.lay(tenant, Overlay(retention={"*": {"days": days}}))


async def test_shipped_it_is_observed_and_keeps_for_good(scene: Scene) -> None:
    watch = CityOversight(scene.city)
    assert await watch.keeping("acme") == Keeping()
    told(scene, 30)
    found = await watch.keeping("acme")
    assert (found.mode, found.days) == ("observe", 30) and "30 days" in found.reason and "sha256:" in found.reason
    assert (await watch.keeping("rehearsal:acme")) == found and await watch.keeping("other") == Keeping()
    switches = scene.city.manager.switches
    switches.set(SwitchSetting(switch="retention", mode="enforce", tenant="acme", solution="claims"))
    assert [(await watch.keeping("acme", s)).mode for s in ("claims", None)] == ["enforce", "observe"]


async def test_what_cannot_be_read_or_trusted_and_maintenance_change_nothing(scene: Scene) -> None:
    class Rows:
        """Control rows that can be lost."""

        away = False

        async def switches(self, tenant: str) -> tuple[SwitchSetting, ...]:
            if self.away:
                raise ConnectionError
            return (SwitchSetting(switch="retention", mode="enforce", tenant=tenant),)

        async def closed(self, tenant: str) -> frozenset[str]:
            return frozenset()

        async def overlay(self, tenant: str) -> Overlay | None:
            return Overlay(retention={"*": {"days": 30}}) if tenant == "acme" else None

    manager, watch, rows = scene.city.manager, CityOversight(scene.city), Rows()
    manager._rows = rows
    assert (await watch.keeping("acme")).mode == "enforce"
    rows.away = True
    manager.forget("acme")
    assert await watch.keeping("acme") == Keeping(), "the switch may have been turned off meanwhile"
    rows.away = False
    manager.forget("acme")
    assert (await watch.keeping("acme")).mode == "enforce"
    manager.bundles.distrust("acme", "its signature does not hold")
    assert await watch.keeping("acme") == Keeping()
    manager.bundles.failures.clear()
    manager.close("acme")
    assert await watch.keeping("acme") == Keeping()


@pytest.mark.parametrize("days", [0, -1, 1.5, "30", True, 40_000])
def test_a_number_that_is_none_is_refused(days: Any) -> None:
    with pytest.raises(Invalid):
        laid_over(load_bundle(), "acme", Overlay(retention={"*": {"days": days}}))


def test_a_tenant_keeps_no_longer_than_the_installation() -> None:
    base = laid_over(load_bundle(), "*", Overlay(retention={"*": {"days": 30}})).bundle
    for days in (31, None):
        with pytest.raises(Invalid, match="retention.days"):
            laid_over(base, "acme", Overlay(retention={"*": {"days": days}}))
    made = laid_over(base, "acme", Overlay(retention={"*": {"days": 7}})).bundle
    assert [made.retention_of(t).days for t in ("acme", "other")] == [7, 30]
    later = laid_over(load_bundle(), "*", Overlay(retention={"*": {"days": 5}})).bundle
    assert laid_under(later, "acme", Overlay(retention={"*": {"days": 7}})).bundle.retention_of("acme").days == 5
