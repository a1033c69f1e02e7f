"""Governing a tenant: switches, maintenance, policy bundles, and who may come in. An administrator's; every call is written down."""

from collections.abc import Sequence

from pydantic import BaseModel

from symphainy.foundations.experience.city_models import (
    Applied,
    BundleToApply,
    BundleToTry,
    BundleView,
    CityDocument,
    KeyIssued,
    KeyLine,
    Keys,
    KeyWanted,
    Maintenance,
    RollBack,
    ServiceAccount,
    Simulated,
    SwitchTo,
    User,
    Users,
)
from symphainy.foundations.experience.erasure_models import Erase, Erasure, Erasures
from symphainy.foundations.experience.http import Answered, Client
from symphainy.foundations.language.model import Json


class Governing(Client):
    """The City Manager's desk, and Security Guard's accounts and keys, over HTTP."""

    async def city(self) -> CityDocument:
        """Everything that governs the tenant."""
        return await self._http.get("/api/city", CityDocument)

    async def switch(self, switch: str, mode: str, solution: str | None = None) -> CityDocument:
        """Set a switch to off, observe or enforce; Refused below its floor."""
        body = SwitchTo.model_validate({"mode": mode, "solution": solution})
        return await self._put(f"/api/city/switches/{switch}", CityDocument, body)

    async def maintain(self, closed: bool, reason: str = "") -> CityDocument:
        """Begin or end maintenance."""
        return await self._put("/api/city/maintenance", CityDocument, Maintenance(closed=closed, reason=reason))

    async def bundle(self) -> BundleView:
        """The tenant's own policy bundle, and what was in force before."""
        return await self._http.get("/api/city/bundle", BundleView)

    async def apply_bundle(self, bundle: dict[str, Json], expects: str | None = None) -> Applied:
        """Check it, sign it, bring it into force, whole or not at all."""
        body = BundleToApply.model_validate({"bundle": bundle, "expects": expects})
        return await self._put("/api/city/bundle", Applied, body)

    async def simulate_bundle(self, bundle: dict[str, Json], days: int = 7) -> Simulated:
        """What a bundle would have decided otherwise; nothing changes."""
        body = BundleToTry.model_validate({"bundle": bundle, "days": days})
        return await self._http.post("/api/city/bundle/simulate", Simulated, body, repeat=True)

    async def roll_back_bundle(self, to: str | None = None) -> Applied:
        """The bundle before this one, or the one named."""
        return await self._http.post("/api/city/bundle/rollback", Applied, RollBack(to=to))

    async def users(self) -> tuple[User, ...]:
        """The tenant's users."""
        return (await self._http.get("/api/users", Users)).items

    async def services(self) -> tuple[User, ...]:
        """Its service accounts."""
        return (await self._http.get("/api/services", Users)).items

    async def service(self, name: str, roles: Sequence[str] = ("service",)) -> User:
        """The service account of this name, made if there is none."""
        body = ServiceAccount.model_validate({"name": name, "roles": list(roles)})
        return await self._http.post("/api/services", User, body, repeat=True)

    async def keys(self) -> tuple[KeyLine, ...]:
        """Its API keys, without secrets."""
        return (await self._http.get("/api/keys", Keys)).items

    async def issue_key(self, account: str, name: str, roles: Sequence[str] = (), days: int = 90) -> KeyIssued:
        """A new key, shown this once."""
        body = KeyWanted.model_validate({"principal_id": account, "name": name, "roles": list(roles), "days": days})
        return await self._http.post("/api/keys", KeyIssued, body)

    async def revoke_key(self, key_id: str) -> None:
        """End a key at once."""
        await self._http.request("DELETE", f"/api/keys/{key_id}")

    async def erase(self, subject: str) -> Erasure:
        """Erase a data subject for good; the certificate. Conflict while a run of theirs is open, NotFound for an unknown one."""
        return await self._http.post("/api/erasures", Erasure, Erase(subject=subject), repeat=True)

    async def erasures(self) -> tuple[Erasure, ...]:
        """What was erased, newest first."""
        return (await self._http.get("/api/erasures", Erasures)).items

    async def _put(self, path: str, answer: type[Answered], body: BaseModel) -> Answered:
        sent = body.model_dump(mode="json", exclude_none=True)
        return answer.model_validate_json((await self._http.request("PUT", path, json=sent, repeat=True)).content)
