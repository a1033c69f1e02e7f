"""Signing keys by generation: derived from the master key, so that every process has them and none is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import OKPKey

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import derive_key


@dataclass(frozen=True)
class KeyRing:
    """The key that signs, and all that still verify. Rotation makes a new ring; a running process takes it with ``use``."""

    current: str
    keys: Mapping[str, OKPKey] = field(repr=False)

    @classmethod
    def derived(cls, master_key: bytes, *, current: int = 1, oldest: int = 1) -> "KeyRing":
        """Ed25519 keys of the generations ``oldest`` to ``current``; the newest signs."""
        if not 1 <= oldest <= current:
            raise Invalid("the oldest signing key may not be newer than the current one")
        made = [_key(master_key, generation) for generation in range(oldest, current + 1)]
        return cls(str(made[-1].kid), {str(key.kid): key for key in made})

    def public(self) -> dict[str, Any]:
        """The public halves as a JWK set."""
        about = {"use": "sig", "alg": "Ed25519"}
        return {"keys": [{**key.as_dict(private=False), **about} for key in self.keys.values()]}


def _key(master_key: bytes, generation: int) -> OKPKey:
    import base64

    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = derive_key(master_key, f"tokens/{generation}")
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def text(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    bare = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": text(raw), "d": text(seed)})
    # Named by generation for people, by thumbprint for machines: another installation's k1 is another key.
    return OKPKey.import_key({**bare.as_dict(private=True), "kid": f"k{generation}-{bare.thumbprint()[:12]}"})
