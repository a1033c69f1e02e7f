"""Rule ``verified_in`` (door): a message from outside counts only when its signature fits, its time is near, and it is new.

Five ways in which senders sign (their documentation is the source of each): ``standard-webhooks`` (``webhook-id``,
``webhook-timestamp``, ``webhook-signature``), ``stripe`` (``stripe-signature: t=…,v1=…``), ``github``
(``x-hub-signature-256: sha256=…``), ``slack`` (``x-slack-request-timestamp``, ``x-slack-signature: v0=…``), and plain ``hmac``
(``x-signature: [sha256=]…``, HMAC-SHA256 of the body in hexadecimal).
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from symphainy.foundations.language.errors import Invalid
from symphainy.governance.post_office import signing

__all__ = ["SCHEMES", "TOLERANCE", "verified"]

TOLERANCE = timedelta(minutes=5)
"""How far a message's time may lie from ours: Stripe's, Slack's and Standard Webhooks' own advice."""
_HEX = re.compile(r"^[0-9a-f]{64}$")
_TIME = re.compile(r"^[0-9]{1,12}$")
Headers = Mapping[str, str]


def verified(scheme: str, secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> str | None:
    """What names the message (its signed id, else the digest of its body), or None when it is not to be believed.

    ``headers``: names in lower case. ``secrets``: any of them may have signed, so that a sender's secret can be rotated.

    >>> from datetime import UTC
    >>> body, sign = b"{}", hmac.digest(b"It's a Secret", b"{}", "sha256").hex()
    >>> verified("github", ["It's a Secret"], {"x-hub-signature-256": "sha256=" + sign}, body, datetime.now(UTC))[:8]
    '44136fa3'
    >>> verified("github", ["Another"], {"x-hub-signature-256": "sha256=" + sign}, body, datetime.now(UTC))
    """
    return SCHEMES[scheme](secrets, headers, body, now)


def _standard(secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> str | None:
    name, time = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")[:10]
    if not name or len(name) > 256 or not _near(time, now):
        return None
    return _digest(name.encode()) if _any(given, (_by(secret, name, time, body) for secret in secrets)) else None


def _by(secret: str, name: str, time: str, body: bytes) -> str:
    try:
        return signing.signature(secret, name, time, body)
    except Invalid:
        return ""  # not a whsec_ secret: it has signed nothing


def _stripe(secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> str | None:
    parts = [part.strip().partition("=")[::2] for part in headers.get("stripe-signature", "").split(",")[:20]]
    time = next((value for key, value in parts if key == "t"), "")
    given = [value for key, value in parts if key == "v1"]
    if not _near(time, now) or not _any(given, _hmacs(secrets, f"{time}.".encode() + body)):
        return None
    return _digest(body)


def _slack(secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> str | None:
    time, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    wanted = (f"v0={each}" for each in _hmacs(secrets, f"v0:{time}:".encode() + body))
    return _digest(body) if _near(time, now) and _any([given], wanted) else None


def _github(secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> str | None:
    wanted = (f"sha256={each}" for each in _hmacs(secrets, body))
    return _digest(body) if _any([headers.get("x-hub-signature-256", "")], wanted) else None


def _plain(secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> str | None:
    given = headers.get("x-signature", "").lower().removeprefix("sha256=")
    return _digest(body) if _HEX.match(given) and _any([given], _hmacs(secrets, body)) else None


SCHEMES: dict[str, Callable[[Sequence[str], Headers, bytes, datetime], str | None]] = {
    "standard-webhooks": _standard, "stripe": _stripe, "github": _github, "slack": _slack, "hmac": _plain,
}  # fmt: skip


def _hmacs(secrets: Sequence[str], signed: bytes) -> Iterable[str]:
    return (hmac.digest(secret.encode(), signed, "sha256").hex() for secret in secrets if secret)


def _any(given: Sequence[str], wanted: Iterable[str]) -> bool:
    """Whether one fits; compared in constant time, all of them, so that no answer comes sooner than another."""
    fits = False
    for one in wanted:
        for each in given:
            fits |= bool(one) and hmac.compare_digest(each.encode(), one.encode())
    return fits


def _near(time: str, now: datetime) -> bool:
    return bool(_TIME.match(time)) and abs(now.timestamp() - int(time)) <= TOLERANCE.total_seconds()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
