"""Rule ``passport`` (step): no activity runs without a passport that one of our keys signed, for this very run.

Passports: signed once at the door, verified in every activity, with a key set that rotates.

A passport has no short expiry, so an old signing key stays in the set for as long as an open run may name it; only new
passports are signed with the newest. Verification is cached by token: a run's later steps cost a dictionary look-up.
"""

import json
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from joserfc import jwk, jws
from joserfc.errors import JoseError
from pydantic import ValidationError

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.errors import Unauthenticated, Unavailable
from symphainy.governance.vault import PLATFORM, KeyRows, Vault, renew

__all__ = ["PassportKeys", "UnknownKey"]

ALGORITHM = "Ed25519"
TYPE = "symphainy-passport"
LONGEST = 16_384
"""Characters. A passport with long attributes is under 2,000; more than this is nobody's passport."""
CACHED = 8_192
"""Tokens remembered: more open runs than one worker advances at a time, about 10 MB."""
RELOAD = timedelta(seconds=1)
"""At most one look for new keys per second, so that a flood of invented key ids costs one query."""


class UnknownKey(Unauthenticated):
    """The passport names a key that this process does not hold (yet)."""


class PassportKeys:
    """The key set: ``load`` at start, ``rotate`` at will, ``sign`` and ``verify`` without waiting."""

    def __init__(self, rows: KeyRows, vault: Vault, clock: Clock) -> None:
        self._rows, self._vault, self._clock = rows, vault, clock
        self._keys: dict[str, jwk.OKPKey] = {}
        self._current = ""
        self._loaded_at: datetime | None = None
        self._verified: dict[str, Passport] = {}

    async def load(self) -> None:
        """Read the key set, and create the first key if there is none."""
        rows = await self._rows.keys(PLATFORM, "signing")
        if not any(row.retired_at is None for row in rows):
            await self._rows.add_key(self._vault.wrap(PLATFORM, "signing", *_generate(), self._clock.now()))
            rows = await self._rows.keys(PLATFORM, "signing")
        keys = {row.key_id: _key(self._vault.unwrap(row)) for row in rows if row.wrapped is not None}
        if self._keys.keys() - keys.keys():
            self._verified.clear()  # a key was destroyed: nothing it signed holds any more
        self._keys, self._current = keys, next(row.key_id for row in reversed(rows) if row.retired_at is None)
        self._loaded_at = self._clock.now()

    async def rotate(self) -> str:
        """Sign with a new key from now on; passports of the old ones stay valid. Returns the new key's id."""
        await renew(self._rows, self._vault, PLATFORM, "signing", *_generate(), self._clock.now())
        await self.load()
        return self._current

    async def ready(self) -> None:
        """Hold the key set: reads it once."""
        if not self._current:
            await self.load()

    async def refresh(self) -> None:
        """Look for keys that other processes have added, at most once a second."""
        if self._loaded_at is None or self._clock.now() - self._loaded_at >= RELOAD:
            await self.load()

    def sign(self, passport: Passport) -> Passport:
        """The passport with key id and token."""
        if not self._current:
            raise Unavailable("No passport key is loaded yet.", remedy="Wait until the city has started.")
        claims = passport.model_copy(update={"key_id": self._current, "token": ""})
        body = claims.model_dump_json(exclude={"token"}).encode()
        header = {"alg": ALGORITHM, "kid": self._current, "typ": TYPE}
        token = jws.serialize_compact(header, body, self._keys[self._current], algorithms=[ALGORITHM])
        signed = claims.model_copy(update={"token": token})
        self._remember(signed)
        return signed

    def verify(self, token: str) -> Passport:
        """The passport of a token; Unauthenticated if it was not signed by one of our keys, in exactly our form."""
        if (known := self._verified.get(token)) is not None:
            return known
        if not token or len(token) > LONGEST:
            raise Unauthenticated(
                "There is no passport, or it is too long to be one.", remedy="Submit through the platform."
            )
        key = self._key_of(token)
        try:
            signed = jws.deserialize_compact(token, key, algorithms=[ALGORITHM])
            claims = Passport.model_validate_json(signed.payload)
        except (JoseError, ValidationError, ValueError) as error:
            raise Unauthenticated(
                "The passport's signature does not hold.", remedy="Submit through the platform."
            ) from error
        passport = claims.model_copy(update={"token": token})
        self._remember(passport)
        return passport

    def _key_of(self, token: str) -> jwk.OKPKey:
        try:
            header: dict[str, Any] = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError) as error:
            raise Unauthenticated(
                "The passport is not a signed token.", remedy="Submit through the platform."
            ) from error
        if header.keys() != {"alg", "kid", "typ"} or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise Unauthenticated("The passport's header is not one of ours.", remedy="Submit through the platform.")
        if (key := self._keys.get(header["kid"])) is None:
            raise UnknownKey("The passport names a signing key that is not in the key set.", remedy="Submit again.")
        return key

    def _remember(self, passport: Passport) -> None:
        if len(self._verified) >= CACHED:
            self._verified.pop(next(iter(self._verified)))
        self._verified[passport.token] = passport


def _generate() -> tuple[str, bytes]:
    private = jwk.OKPKey.generate_key("Ed25519").as_dict(private=True)
    return f"pass-{token_hex(8)}", json.dumps(private).encode()


def _key(material: bytes) -> jwk.OKPKey:
    return jwk.OKPKey.import_key(json.loads(material))
