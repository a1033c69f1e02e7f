"""What a tenant has uploaded, and how much it may: a row per upload, and a quota over the bytes that are kept."""

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import SessionContext
from symphainy.foundations.language.errors import TooLarge
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.uploads import UploadRow, Uploads

__all__ = ["UploadLedger"]


class UploadLedger:
    """Opens and closes the rows of uploads. ``quota`` is of one tenant, in bytes; the same bytes twice count once."""

    def __init__(self, store: Store, clock: Clock, quota: int) -> None:
        self._uploads, self._clock, self._quota = Uploads(store), clock, quota

    async def begin(self, who: SessionContext, upload_id: str, *, name: str, media_type: str) -> int:
        """Note that an upload begins; how many bytes it may have. TooLarge when the tenant's quota is used up."""
        left = self._quota - await self._uploads.used(who.tenant)
        if left <= 0:
            raise over(self._quota)
        row = UploadRow(
            tenant=who.tenant, upload_id=upload_id, principal=who.principal.id, session_id=who.session_id, name=name,
            media_type=media_type, created_at=self._clock.now(),
        )  # fmt: skip
        await self._uploads.add(row)
        return left

    async def stored(self, tenant: str, upload_id: str, ref: ArtifactRef) -> None:
        """Its bytes are all there."""
        await self._uploads.stored(
            tenant, upload_id, sha256=ref.sha256, size=ref.size, object_key=ref.key, at=self._clock.now()
        )

    async def failed(self, tenant: str, upload_id: str) -> None:
        """It broke off, and left nothing."""
        await self._uploads.failed(tenant, upload_id)


def over(quota: int) -> TooLarge:
    """What is raised where a tenant's uploads would go over its quota.

    >>> over(1000).code
    'upload.quota'
    """
    return TooLarge(
        f"the uploads of this tenant may take {quota:,} bytes together, and this one goes beyond",
        code="upload.quota",
        remedy="erase documents that are no longer needed, or ask the operator for more (SYMPHAINY_UPLOAD_QUOTA)",
    )
