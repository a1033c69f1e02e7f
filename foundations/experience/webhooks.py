"""The client of webhooks out and of the tenant's secrets, on the Solution plane."""

from typing import Any

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.webhook_models import (
    Deliveries,
    Delivery,
    Endpoint,
    EndpointChange,
    Endpoints,
    EndpointSecret,
    EndpointWanted,
    Replay,
    Replayed,
    SecretNames,
    SecretValue,
)


class Webhooks(Client):
    """An administrator's view of them."""

    async def webhooks(self) -> tuple[Endpoint, ...]:
        """The tenant's endpoints."""
        return (await self._http.get("/api/webhooks", Endpoints)).items

    async def create_webhook(self, url: str, **more: Any) -> EndpointSecret:
        """A new endpoint; its secret is shown this once."""
        return await self._http.post("/api/webhooks", EndpointSecret, EndpointWanted(url=url, **more))

    async def change_webhook(self, endpoint_id: str, **change: Any) -> Endpoint:
        """Disable or enable it, or send elsewhere."""
        about = EndpointChange(**change).model_dump(exclude_none=True)
        found = await self._http.request("PATCH", f"/api/webhooks/{endpoint_id}", json=about, repeat=True)
        return Endpoint.model_validate_json(found.content)

    async def remove_webhook(self, endpoint_id: str) -> None:
        """Take it away."""
        await self._http.request("DELETE", f"/api/webhooks/{endpoint_id}")

    async def rotate_webhook(self, endpoint_id: str) -> EndpointSecret:
        """A new secret, shown this once; the one before signs beside it for a day."""
        return await self._http.post(f"/api/webhooks/{endpoint_id}/rotate", EndpointSecret)

    async def deliveries(self, endpoint_id: str, state: str = "") -> tuple[Delivery, ...]:
        """What was, is or will be sent to it, newest first."""
        params = {"state": state} if state else {}
        return (await self._http.get(f"/api/webhooks/{endpoint_id}/deliveries", Deliveries, params=params)).items

    async def replay(self, endpoint_id: str, event_id: str | None = None) -> int:
        """Send one event, or every dead letter, again; how many."""
        body = Replay(event_id=event_id)
        return (await self._http.post(f"/api/webhooks/{endpoint_id}/replay", Replayed, body)).count

    async def secrets(self) -> tuple[str, ...]:
        """The names of the tenant's secrets."""
        return (await self._http.get("/api/secrets", SecretNames)).items

    async def put_secret(self, name: str, value: str) -> None:
        """Keep a secret, or replace it."""
        about = SecretValue(value=value).model_dump()
        await self._http.request("PUT", f"/api/secrets/{name}", json=about, repeat=True)

    async def delete_secret(self, name: str) -> None:
        """Forget it."""
        await self._http.request("DELETE", f"/api/secrets/{name}")
