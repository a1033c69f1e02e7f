"""Signatures over what the platform publishes to itself: catalogs and anchors. Ed25519, from a key that the master key gives."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["Signatures"]


class Signatures:
    """Signs and verifies; ``seed`` has 32 bytes.

    >>> ours = Signatures(bytes(32))
    >>> ours.verify(b"anchor", ours.sign(b"anchor")), ours.verify(b"other", ours.sign(b"anchor"))
    (True, False)
    """

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public: Ed25519PublicKey = self._private.public_key()

    @property
    def public(self) -> str:
        """The public key in base64: who has it can verify without us."""
        return base64.b64encode(self._public.public_bytes_raw()).decode()

    def sign(self, data: bytes) -> str:
        """The signature in base64."""
        return base64.b64encode(self._private.sign(data)).decode()

    def verify(self, data: bytes, signature: str) -> bool:
        """Whether it is ours."""
        try:
            self._public.verify(base64.b64decode(signature, validate=True), data)
        except (InvalidSignature, binascii.Error):
            return False
        return True
