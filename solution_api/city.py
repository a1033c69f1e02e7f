"""``/api/city``: what governs, as one document; switches, maintenance and policy bundles, changed at run time and written down."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path

from symphainy.foundations.experience.city_models import (
    Applied,
    BundleLine,
    BundleToApply,
    BundleToTry,
    BundleView,
    CityDocument,
    Maintenance,
    RollBack,
    Simulated,
    SwitchTo,
)
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/city", tags=["city"])
Switch = Annotated[str, Path(max_length=64, pattern=r"^[a-z_]+$")]


@router.get("")
async def document(who: Who, parts: Parts) -> CityDocument:
    """The whole configuration: the roll of services with their rules, the bundle in force, the switches, maintenance."""
    await pass_door(parts, who, "read", "Tenant", who.tenant)
    return CityDocument.model_validate(await parts.desk.document(who.tenant))


@router.put("/switches/{switch}")
async def switch(switch: Switch, body: SwitchTo, who: Who, parts: Parts) -> CityDocument:
    """Set a switch to off, observe or enforce; in force everywhere within five seconds. 403 below its floor."""
    await pass_door(
        parts, who, "administer", "Tenant", who.tenant, purpose=f"switch {switch} {body.mode} {body.solution or '*'}"
    )
    await parts.desk.switch(switch, body.mode, who.tenant, body.solution or "*", by=who.principal.id)
    return CityDocument.model_validate(await parts.desk.document(who.tenant))


@router.put("/maintenance")
async def maintenance(body: Maintenance, who: Who, parts: Parts) -> CityDocument:
    """Begin or end maintenance of the tenant: nothing new moves, running work waits, what is read may be read."""
    await pass_door(
        parts, who, "administer", "Tenant", who.tenant, purpose=f"maintenance {'on' if body.closed else 'off'}"
    )
    await parts.desk.maintain(who.tenant, body.closed, who.principal.id, body.reason)
    return CityDocument.model_validate(await parts.desk.document(who.tenant))


@router.get("/bundle")
async def bundle(who: Who, parts: Parts) -> BundleView:
    """The tenant's own policy bundle in force, and what was before."""
    await pass_door(parts, who, "read", "Tenant", who.tenant)
    found, past = await parts.desk.overlay(who.tenant), await parts.desk.history(who.tenant)
    lines = tuple(BundleLine(**asdict(line)) for line in past)
    return BundleView(digest=past[0].digest if past else "", bundle=found.model_dump(mode="json"), history=lines)


@router.put("/bundle")
async def apply(body: BundleToApply, who: Who, parts: Parts) -> Applied:
    """Check a bundle, sign it and bring it into force, whole or not at all; 422 names the file or number that does not fit."""
    overlay = parts.desk.read(body.bundle.model_dump(mode="json"))
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"bundle apply {overlay.digest}")
    return Applied(digest=await parts.desk.apply(who.tenant, overlay, who.principal.id, body.expects))


@router.post("/bundle/simulate")
async def simulate(body: BundleToTry, who: Who, parts: Parts) -> Simulated:
    """Decide the decisions of the last days again under a bundle: newly denied, newly allowed, per run. Nothing changes."""
    overlay = parts.desk.read(body.bundle.model_dump(mode="json"))
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose=f"bundle simulate {overlay.digest}")
    found = await parts.desk.simulate(who.tenant, overlay, timedelta(days=body.days))
    return Simulated.model_validate(found.model_dump(mode="json"))


@router.post("/bundle/rollback")
async def roll_back(body: RollBack, who: Who, parts: Parts) -> Applied:
    """Bring the bundle before this one, or the one named, into force again."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="bundle roll back")
    return Applied(digest=await parts.desk.roll_back(who.tenant, who.principal.id, body.to))
