"""Who may speak from a browser: the page's own origin, and those listed."""

from urllib.parse import urlsplit


def admitted(origin: str, host: str, listed: tuple[str, ...] = ()) -> bool:
    """Whether ``origin`` is this host or one of ``listed``; no origin is never admitted.

    >>> admitted("http://a:1", "a:1"), admitted("http://b", "a:1"), admitted("", "a:1"), admitted("null", "a:1")
    (True, False, False, False)
    """
    if not origin or origin == "null":
        return False
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        return False
    return parts.netloc.lower() == host.lower() or origin.lower().rstrip("/") in {
        item.lower().rstrip("/") for item in listed
    }
