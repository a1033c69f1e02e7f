"""Faults that no process notices: what is changed, or offered, over the public API while sagas run (F15, F19, F20)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from symphainy.cli.chaos.patience import patiently
from symphainy.cli.chaos.sagas import PINNED, document, edition
from symphainy.cli.chaos.site import Site
from symphainy.foundations.language.errors import Conflict, Invalid, Refused, SymphainyError, TooLarge

OVER = (1 << 20) + 1
"""Bytes of a note that no intent may carry: the limit is 1 MiB for all of it."""
BAD_BUNDLES: tuple[dict[str, Any], ...] = (
    {"policies": {"open.cedar": "permit (principal, action"}},
    {"policies": {"open.cedar": 'permit (principal, action == Action::"levitate", resource);'}},
    {"rates": {"*": {"tenant": "as many as you like"}}},
)
"""Not Cedar; Cedar about what there is not; a table that is none."""


async def edited(on: Site) -> list[int]:
    """F19: a new version of the definition stands beside the old one, which nobody can change."""
    number = on.editions.offered = on.editions.offered + 1
    text = document("transfer", on.observer, version=edition(number), last=f"notify{number}")
    await _expect(on, "I4", f"edition {number}", None, lambda: on.people.owner.solution.register(json.dumps(text)))
    on.editions.registered = number
    other = document("transfer", on.observer, version=PINNED, last=f"notify{number}")
    await _expect(on, "I4", "the first edition", Conflict, lambda: on.people.owner.solution.register(json.dumps(other)))
    return []


async def bad_policy(on: Site) -> list[int]:
    """F20: a bundle that cannot be in force is offered: it is refused, and nobody gains or loses a right by it."""
    people, bundle = on.people, on.chance.choice(BAD_BUNDLES)
    stood = await patiently(people.owner.solution.bundle)
    await _expect(on, "I6", "a bad bundle", Invalid, lambda: people.owner.solution.apply_bundle(bundle))
    await _expect(on, "I6", "a bundle of somebody's", Refused, lambda: people.powerless.solution.apply_bundle({}))
    if (stands := await patiently(people.owner.solution.bundle)).digest != stood.digest:
        on.findings.append(f"I6: a bad bundle has changed what is in force: {stood.digest} became {stands.digest}")
    submit = f"chaos/transfer:{PINNED}"
    await _expect(on, "I6", "an intent without the right", Refused, lambda: people.powerless.submit(submit, {}))
    await _expect(on, "I6", "a reading with the right", None, people.clerk.solution.definitions)
    return []


async def too_large(on: Site) -> list[int]:
    """F15: an intent over the limit is refused as too large, and never becomes a saga."""
    payload = {"from": 0, "to": 1, "amount": 1, "refuse": False, "note": "x" * OVER}
    call = f"chaos/transfer:{PINNED}"
    await _expect(on, "I7", "an intent of over 1 MiB", TooLarge, lambda: on.people.owner.submit(call, payload))
    return []


async def _expect(
    on: Site, invariant: str, what: str, wanted: type[SymphainyError] | None, call: Callable[[], Awaitable[object]]
) -> None:
    """Call; a finding unless it ends as it must: with this refusal, or (None) well."""
    try:
        await patiently(call)
    except SymphainyError as error:
        if wanted is None or not isinstance(error, wanted):
            on.findings.append(f"{invariant}: {what}: {type(error).__name__} {error.status} {error.code}: {error}")
        return
    if wanted is not None:
        on.findings.append(f"{invariant}: {what} was taken, and had to be {wanted.__name__}")
