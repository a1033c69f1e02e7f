"""The city's switches: how strictly each rule is applied, per tenant and solution (ARCHITECTURE.md 7, "Out of the box").

What protects identity, tenancy and the record cannot be lowered. The four of the founding documents are off at first.
"""

from collections.abc import Mapping

from symphainy.foundations.language.errors import Invalid, Refused
from symphainy.foundations.language.model import Message
from symphainy.governance.role import Mode

__all__ = ["DEFAULTS", "FLOOR", "Switches", "SwitchSetting"]

FLOOR = frozenset({"identity", "tenancy", "passport", "registration", "journal", "codec", "ceilings", "citations"})
"""Always ``enforce``."""

DEFAULTS: Mapping[str, Mode] = {
    **dict.fromkeys(sorted(FLOOR), "enforce"),
    "authorization": "enforce",
    "rates": "enforce",
    "pii_masking": "observe",
    "budgets": "observe",
    "retention": "observe",
    "draft_policies": "observe",
    "auto_replay": "off",
    "auto_heal": "off",
    "hard_idempotency": "off",
    "sla": "off",
}
_MODES: tuple[Mode, ...] = ("off", "observe", "enforce")


class SwitchSetting(Message):
    """One switch set away from its default; ``tenant`` and ``solution`` "*" mean all."""

    switch: str
    mode: Mode
    tenant: str = "*"
    solution: str = "*"


class Switches:
    """The modes in force. Setting one replaces the whole table at once: a reader sees the old or the new, never half.

    >>> switches = Switches()
    >>> switches.mode("sla", "acme")
    'off'
    >>> switches.set(SwitchSetting(switch="sla", mode="enforce", tenant="acme"))
    >>> switches.mode("sla", "acme"), switches.mode("sla", "other")
    ('enforce', 'off')
    """

    def __init__(self, settings: tuple[SwitchSetting, ...] = ()) -> None:
        self._table: dict[tuple[str, str, str], Mode] = {}
        self.replace(settings)

    def mode(self, switch: str, tenant: str, solution: str | None = None) -> Mode:
        """The nearest setting: this solution's, then this tenant's, then everyone's, then the default."""
        table = self._table
        if table:
            for key in ((switch, tenant, solution or "*"), (switch, tenant, "*"), (switch, "*", "*")):
                if (found := table.get(key)) is not None:
                    return found
        return DEFAULTS[switch]

    def set(self, setting: SwitchSetting) -> None:
        """Change one switch; Refused below its floor, Invalid for an unknown name."""
        check(setting)
        self._table = {**self._table, (setting.switch, setting.tenant, setting.solution): setting.mode}

    def replace(self, settings: tuple[SwitchSetting, ...]) -> None:
        """All settings at once, or, if one is not allowed, none."""
        for setting in settings:
            check(setting)
        self._table = {(s.switch, s.tenant, s.solution): s.mode for s in settings}

    def replace_tenant(self, tenant: str, settings: tuple[SwitchSetting, ...]) -> None:
        """What is kept for one tenant, and for all, as it is now; if one setting is not allowed, everything stays."""
        for setting in settings:
            check(setting)
        kept = {key: mode for key, mode in self._table.items() if key[1] not in (tenant, "*")}
        self._table = kept | {(s.switch, s.tenant, s.solution): s.mode for s in settings if s.tenant in (tenant, "*")}

    def document(self, tenant: str | None = None) -> dict[str, object]:
        """Defaults and settings (those that concern ``tenant``, if one is named), as ``status city`` prints them."""
        told = {key: mode for key, mode in self._table.items() if tenant is None or key[1] in (tenant, "*")}
        changed = [{"switch": n, "tenant": t, "solution": s, "mode": m} for (n, t, s), m in sorted(told.items())]
        return {"defaults": dict(DEFAULTS), "floor": sorted(FLOOR), "changed": changed}


def check(setting: SwitchSetting) -> None:
    """Whether a setting is allowed at all."""
    if setting.switch not in DEFAULTS:
        raise Invalid(f"There is no switch named {setting.switch!r}; there are: {', '.join(DEFAULTS)}.")
    if setting.switch in FLOOR and setting.mode != "enforce":
        raise Refused(
            f"The switch {setting.switch!r} cannot be set below enforce.",
            remedy="Leave it: identity, tenancy and the record always hold.",
        )
