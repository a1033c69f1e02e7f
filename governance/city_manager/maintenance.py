"""Rule ``maintenance`` (door, step): while a tenant, or the city, is under maintenance, nothing new moves; what is read may be read."""

from collections.abc import Collection

from symphainy.foundations.language.records import Ruling

__all__ = ["judge"]

READING = frozenset({"read", "subscribe", "administer"})
"""Whoever ends the maintenance must still get in."""


def judge(action: str, tenant: str, closed: Collection[str]) -> Ruling:
    """Deny every moving action for tenants in ``closed`` ("*" is the whole city)."""
    if action not in READING and ("*" in closed or tenant in closed):
        return Ruling(
            service="city_manager", rule="maintenance", verdict="deny", reason="The city is under maintenance: nothing new moves.",
            remedy="Wait: running work continues by itself when maintenance ends.",
        )  # fmt: skip
    return Ruling(service="city_manager", rule="maintenance", reason="open")
