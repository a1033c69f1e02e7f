"""Rule ``signed_out`` (step): a webhook leaves signed, as ``id.timestamp.body`` by HMAC-SHA256 with every secret in force, or not at all.

https://www.standardwebhooks.com, specification 1.0.0: header names, ``v1,`` signatures parted by a space, ``whsec_`` secrets.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from symphainy.foundations.language.errors import Invalid

__all__ = ["PREFIX", "headers", "key_of", "new_secret", "signature"]

PREFIX = "whsec_"
_BYTES = range(24, 65)
"""A secret has 24 to 64 random bytes (the specification's bounds)."""


def new_secret() -> str:
    """A secret to be shared once with the receiver.

    >>> new_secret().startswith("whsec_"), len(key_of(new_secret()))
    (True, 32)
    """
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a ``whsec_`` secret; Invalid for anything else, which is not quoted."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) not in _BYTES:
        raise Invalid(
            "a webhook secret is whsec_ and 24 to 64 bytes in base64", code="webhook_secret", remedy="rotate it"
        )
    return key


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()


def headers(message_id: str, at: datetime, body: bytes, in_force: Sequence[str]) -> dict[str, str]:
    """What a message carries: during a rotation the list holds a signature by either secret."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id, "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in in_force),
        "content-type": "application/json",
    }  # fmt: skip
