"""The door for hooks in: a message that a deployed solution has asked for is verified, and becomes its intent, once.

A hook that there is not and a signature that does not fit are answered alike: whoever probes learns neither.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from symphainy.foundations.experience.edge import strict_json
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Intent, Principal
from symphainy.foundations.language.errors import Invalid, NotFound, Unauthenticated
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.governance.post_office.verifying import verified
from symphainy.governance.workflow_ids import is_tenant
from symphainy.runtime.models import Submitted
from symphainy.runtime.solutions import Binding, Deployment
from symphainy.runtime.submit import REUSED

__all__ = ["HookDoor"]

_FORM = "application/x-www-form-urlencoded"
_FIELDS = 1_000
_log = logging.getLogger("symphainy.hooks")
Submit = Callable[..., Awaitable[Submitted]]
Service = Callable[[str, str], Awaitable[Principal]]


class Solutions(Protocol):
    """The register, as far as a hook needs it."""

    async def deployment(self, tenant: str, name: str) -> Deployment:
        """What is deployed under a name; NotFound."""
        ...


class HookDoor:
    """Verifies and submits; decides nothing else."""

    def __init__(self, solutions: Solutions, secrets: Secrets, service: Service, submit: Submit, clock: Clock) -> None:
        self._solutions, self._secrets, self._service = solutions, secrets, service
        self._submit, self._clock = submit, clock

    async def take(
        self, tenant: str, solution: str, name: str, headers: Mapping[str, str], body: bytes
    ) -> Submitted | str | None:
        """Take a message in. ``headers``: names in lower case.

        Returns:
            What was started for it; None when it came before under its id, with another body; a text that is to be sent back,
            where a sender asks whether anybody is there (Slack's ``url_verification``).

        Raises:
            Unauthenticated: no such hook, or a message that is not to be believed.
            Invalid, RateLimited, …: what a submit may raise.
        """
        hook = await self._hook(tenant, solution, name)
        scheme = str(hook.about.get("verify"))
        secrets = await self._known(tenant, solution, name, str(hook.about.get("secret")))
        message = verified(scheme, secrets, headers, body, self._clock.now())
        if message is None:
            raise _refusal()
        payload = _payload(headers.get("content-type", ""), body)
        if scheme == "slack" and payload.get("type") == "url_verification":
            return str(payload.get("challenge") or "")
        principal = await self._service(tenant, "post-office")
        intent = Intent(type=hook.intent or "", payload=payload, source="webhook", solution=solution)
        try:
            return await self._submit(intent, principal=principal, key=f"hook:{solution}:{name}:{message}")
        except Invalid as error:
            if error.code == REUSED:
                return None
            raise

    async def _hook(self, tenant: str, solution: str, name: str) -> Binding:
        if not is_tenant(tenant):
            raise _refusal()
        try:
            deployed = await self._solutions.deployment(tenant, solution)
        except NotFound:
            raise _refusal() from None
        hooks = [each for each in deployed.bindings if (each.kind, each.name) == ("webhook", name)]
        if not hooks:
            raise _refusal()
        return hooks[0]

    async def _known(self, tenant: str, solution: str, name: str, secret: str) -> list[str]:
        """The values in force: one, or several parted by blanks while a sender changes from one to the next."""
        try:
            return (await self._secrets.get(tenant, secret)).decode().split()
        except NotFound:
            about = {"tenant": tenant, "solution": solution, "hook": name, "secret": secret}
            _log.warning("hook_secret_missing", extra=about)
            return []


def _payload(kind: str, body: bytes) -> dict[str, Json]:
    """The message as an intent's payload; what is no object stands under ``value``."""
    if kind.partition(";")[0].strip().lower() == _FORM:
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_FIELDS)
        except ValueError:
            raise Invalid("the body is no form", code="hook_body") from None
        return dict(fields)
    found = strict_json.loads(body) if body.strip() else {}
    return found if isinstance(found, dict) else {"value": found}


def _refusal() -> Unauthenticated:
    return Unauthenticated(
        "there is no such hook, or its message is not signed as it should be",
        code="hook_refused", remedy="check the address, the secret of both sides, and the sender's clock",
    )  # fmt: skip
