"""The hash of a chain's link: what the database, the verifier, and whoever checks an export compute alike."""

import hashlib

__all__ = ["hash_of"]


def hash_of(*parts: str) -> str:
    """SHA-256 over the parts, each behind its length in bytes, so that no two lists of parts are one text.

    >>> hash_of("ab", "c") == hash_of("a", "bc")
    False
    """
    told = hashlib.sha256()
    for part in parts:
        data = part.encode()
        told.update(f"{len(data)}:".encode())
        told.update(data)
    return told.hexdigest()
