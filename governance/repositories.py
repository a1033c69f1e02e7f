"""The store's repositories, fitted to the small ports that city services declare. Statements there, rules in the services."""

from collections.abc import Callable, Collection
from datetime import datetime

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.records import UndoGrant
from symphainy.governance.overlay import Overlay
from symphainy.governance.security_guard.rights import Rights
from symphainy.governance.switches import SwitchSetting, check
from symphainy.governance.vault import WrappedKey
from symphainy.runtime.store.documents import Documents
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.keys import KeyRow, Keys
from symphainy.runtime.store.policies import Policies, SwitchRow
from symphainy.runtime.store.users import Users

__all__ = ["StoredCatalogue", "StoredControl", "StoredDirectory", "StoredGrants", "StoredKeys", "signed_part"]


class StoredKeys:
    """``vault.KeyRows`` over ``keys``."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def keys(self, tenant: str, purpose: str) -> list[WrappedKey]:
        """All of a tenant and purpose, oldest first."""
        return [_wrapped(row) for row in await self._keys.all(tenant, purpose)]

    async def key(self, tenant: str, key_id: str) -> WrappedKey | None:
        """One key by id."""
        row = await self._keys.get(tenant, key_id)
        return _wrapped(row) if row is not None else None

    async def active_key(self, tenant: str, purpose: str, subject: str) -> WrappedKey | None:
        """The key that a person's values are sealed with."""
        row = await self._keys.active(tenant, purpose, subject)
        return _wrapped(row) if row is not None else None

    async def key_of(self, tenant: str, execution: str) -> str:
        """The id of the key that a run's start is sealed with."""
        return await self._keys.of_run(tenant, execution)

    async def add_key(self, row: WrappedKey) -> bool:
        """Keep a new active key; False when another one is active."""
        return await self._keys.add(KeyRow(**row.model_dump(), wrapped_by="tenant" if row.subject else "master"))

    async def retire_key(self, tenant: str, key_id: str, at: datetime) -> None:
        """Seal nothing new with it."""
        await self._keys.retire(tenant, key_id, at)


def _wrapped(row: KeyRow) -> WrappedKey:
    return WrappedKey(**{name: getattr(row, name) for name in WrappedKey.model_fields})


class StoredDirectory:
    """``security_guard.rights.Directory`` over ``users``; services and agents are users of their own kind (attribute ``type``)."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def rights(self, tenant: str, principal: Principal) -> Rights | None:
        """Roles and attributes in force."""
        row = await self._users.get(tenant, principal.id)
        if row is None or row.attributes.get("type", "User") != principal.type:
            return None
        return Rights(
            roles=tuple(row.roles), attributes=row.attributes, disabled=row.disabled_at is not None, version=row.version
        )


class StoredGrants:
    """``security_guard.grant.Grants`` over ``grants``."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants

    async def grant(self, tenant: str, effect_key: str) -> UndoGrant | None:
        """The newest grant of a step."""
        row = await self._grants.get(tenant, effect_key)
        if row is None:
            return None
        return UndoGrant(capability=row.capability, arguments_digest=row.arguments_digest, policies=tuple(row.policies))


class StoredCatalogue:
    """``librarian.role.Catalogue`` over ``documents``. A rehearsal knows the sources of the tenant that rehearses."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents, self._clock = documents, clock

    async def ready(self, tenant: str) -> None:
        """Ask for next to nothing."""
        await self._documents.citable(tenant.removeprefix("rehearsal:"), self._clock.now(), limit=1)

    async def admitted(self, tenant: str, documents: Collection[str], purpose: str) -> set[tuple[str, str]]:
        """(id, sha256) of those that are citable for this purpose."""
        rows = await self._documents.citable(
            tenant.removeprefix("rehearsal:"), self._clock.now(), sorted(documents), purpose=purpose
        )
        return {(row.document_id, row.sha256) for row in rows}


class StoredControl:
    """``city_manager.role.ControlRows`` over the policy tables; an empty solution in a switch's row means all of the tenant's.

    ``verify`` says whether a signature is ours: which bundle is in force is signed with the installation's key.
    """

    def __init__(self, policies: Policies, verify: Callable[[bytes, str], bool]) -> None:
        self._policies, self._verify = policies, verify
        self._read: dict[str, tuple[str, Overlay | None]] = {}

    async def closed(self, tenant: str) -> frozenset[str]:
        """Who of everybody and the tenant is under maintenance."""
        return frozenset(row.tenant for row in await self._policies.closed(tenant))

    async def overlay(self, tenant: str) -> Overlay | None:
        """What was applied last, if its signature holds and its body is still what was signed; Defect otherwise."""
        found = await self._policies.bundle_changes(tenant, limit=1)
        if not found or not found[0].digest:
            return None
        row = found[0]
        if (read := self._read.get(tenant)) is not None and read[0] == row.signature:
            return read[1]
        kept = await self._policies.bundle(tenant, row.digest)
        if kept is None or not self._verify(signed_part(tenant, row.seq, row.digest), row.signature):
            raise Defect(f"The policy bundle {row.digest[:19]} of {tenant} is not signed by this installation.")
        overlay = Overlay.model_validate_json(kept.body)
        if overlay.digest != row.digest:
            raise Defect(f"The policy bundle {row.digest[:19]} of {tenant} is not what was signed.")
        self._read[tenant] = (row.signature, overlay)
        return overlay

    async def switches(self, tenant: str) -> tuple[SwitchSetting, ...]:
        """The installation's and the tenant's own."""
        rows = await self._policies.switches(tenant)
        return tuple(
            SwitchSetting.model_validate(
                {"switch": row.name, "mode": row.value, "tenant": row.tenant, "solution": row.solution or "*"}
            )
            for row in rows
        )

    async def keep(self, setting: SwitchSetting, by: str, at: datetime) -> None:
        """Set one for good; Refused below its floor. In force everywhere within five seconds."""
        check(setting)
        solution = "" if setting.solution == "*" else setting.solution
        row = SwitchRow(
            tenant=setting.tenant,
            solution=solution,
            name=setting.switch,
            value=setting.mode,
            changed_by=by,
            changed_at=at,
        )
        await self._policies.switch(row)


def signed_part(tenant: str, seq: int, digest: str) -> bytes:
    """What the signature of a bundle change is over: a row moved to another tenant or place is not signed."""
    return f"symphainy-bundle\0{tenant}\0{seq}\0{digest}".encode()
