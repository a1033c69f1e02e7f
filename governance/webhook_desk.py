"""The desk for webhooks out: endpoints with their secrets, made and rotated here, shown once and never again."""

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.foundations.public_works.addresses import parse_target
from symphainy.governance.post_office.signing import new_secret
from symphainy.runtime.ids import mint
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.webhooks import EndpointRow
from symphainy.runtime.webhooks import EndpointDraft, WebhookRegister, before

__all__ = ["WebhookDesk"]


class WebhookDesk(WebhookRegister):
    """The register, and with it the secrets."""

    def __init__(self, store: Store, clock: Clock, secrets: Secrets) -> None:
        super().__init__(store, clock)
        self._secrets = secrets

    async def create(self, tenant: str, draft: EndpointDraft, by: str) -> tuple[EndpointRow, str]:
        """A new endpoint and its secret; Refused for a URL that is not plain."""
        parse_target(draft.url)
        name, secret = mint("endpoint"), new_secret()
        await self._secrets.put(tenant, name, secret.encode())
        return await self.add(tenant, draft, name, by), secret

    async def rotate(self, tenant: str, endpoint_id: str) -> tuple[EndpointRow, str]:
        """A new secret; the one before signs beside it until the receiver has changed, at most ``OVERLAP``.

        The reference stays, so a deployment that names it finds the new one. At no moment does a message go out that neither
        secret has signed: the old one is kept aside first, and named, before the new one takes its place.
        """
        row, secret = await self.get(tenant, endpoint_id), new_secret()
        name = row.secrets[0]
        try:
            await self._secrets.put(tenant, before(name), await self._secrets.get(tenant, name))
        except NotFound:
            pass  # a solution named a secret that nobody has put yet: this one is the first
        row = await self.rotated(tenant, endpoint_id)
        await self._secrets.put(tenant, name, secret.encode())
        return row, secret

    async def change(self, tenant: str, endpoint_id: str, values: dict[str, object]) -> EndpointRow:
        """Another address, title or list of types; Refused for a URL that is not plain, Conflict for a bound endpoint."""
        if "url" in values:
            parse_target(str(values["url"]))
        return await super().change(tenant, endpoint_id, values)

    async def remove(self, tenant: str, endpoint_id: str) -> None:
        """Take an endpoint away with its secrets; Conflict for one that a solution has bound."""
        row = await self.get(tenant, endpoint_id)
        await super().remove(tenant, endpoint_id)
        for name in (row.secrets[0], before(row.secrets[0])):
            await self._secrets.delete(tenant, name)
