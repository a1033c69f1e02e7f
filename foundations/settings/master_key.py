"""The master key: 32 bytes from which every other key of an installation is derived. Losing it loses what it sealed."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings.contract import Settings

SIZE = 32


def read_master_key(settings: Settings) -> bytes:
    """The 32 bytes, from ``SYMPHAINY_MASTER_KEY`` or the key file; Invalid when there are none or they have another size."""
    if settings.master_key is not None:
        return _decode(settings.master_key.get_secret_value(), "SYMPHAINY_MASTER_KEY")
    path = settings.master_key_file
    try:
        text = path.read_text("ascii")
    except FileNotFoundError:
        raise Invalid(
            f"SYMPHAINY_MASTER_KEY is missing and {path} does not exist",
            remedy="set it to 32 random bytes in base64 (openssl rand -base64 32), or start with `symphainy up` once",
        ) from None
    return _decode(text, str(path))


def ensure_master_key(settings: Settings) -> bytes:
    """The master key; development creates the file (mode 0600) when there is none, production never does.

    Two processes that ask at once get the same key: the file appears whole or not at all, and the first one stays.
    """
    path = settings.master_key_file
    if settings.master_key is None and settings.environment == "development" and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(SIZE)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its key is the key
        finally:
            draft.unlink()
    return read_master_key(settings)


def derive_key(master: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose; knowing them tells nothing of the master key or of another purpose's.

    >>> derive_key(b"m" * 32, "sql/app") == derive_key(b"m" * 32, "sql/relay")
    False
    """
    return hmac.new(master, b"symphainy/1/" + purpose.encode(), hashlib.sha256).digest()


def _decode(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise Invalid(f"{where} is not {SIZE} bytes in base64", remedy="make one with: openssl rand -base64 32")
    return key
