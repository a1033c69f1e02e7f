"""``/api/erasures``: a data subject is erased for good, and a signed certificate says so. An administrator's, and written down."""

from fastapi import APIRouter

from symphainy.foundations.experience.erasure_models import Erase, Erasure, Erasures
from symphainy.governance.erasure_desk import Certificate
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/erasures", tags=["governance"])


@router.post("")
async def erase(body: Erase, who: Who, parts: Parts) -> Erasure:
    """Destroy a person's key, and with it every value that was ever sealed for them; nothing brings it back.

    Open runs of that person are asked to stop first: 409 while one has not. 404 when nothing was kept under this name. Twice gives
    the same certificate.
    """
    await pass_door(parts, who, "erase", "Tenant", who.tenant, purpose="erasure")
    return _told(await parts.erasure.erase(who.session, body.subject))


@router.get("")
async def erasures(who: Who, parts: Parts) -> Erasures:
    """What was erased, newest first."""
    await pass_door(parts, who, "administer", "Tenant", who.tenant, purpose="erasures list")
    return Erasures(items=tuple(_told(each) for each in await parts.erasure.certificates(who.tenant)))


def _told(made: Certificate) -> Erasure:
    counts = {name: _length(made, name) for name in ("runs", "documents")}
    return Erasure(
        erasure_id=made.erasure_id, subject=made.subject, body=made.body, digest=made.digest, signature=made.signature,
        erased_by=made.erased_by, erased_at=made.erased_at, **counts,
    )  # fmt: skip


def _length(made: Certificate, name: str) -> int:
    found = made.told[name]
    return len(found) if isinstance(found, list) else 0
