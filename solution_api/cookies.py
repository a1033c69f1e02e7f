"""The cookies of a log-in: for this host, unreadable for scripts, not sent from foreign pages."""

from fastapi import Request, Response

from symphainy.foundations.experience.models import Login

RENEW = "/console/renew"
"""The only path that ever sees the refresh token."""


def cookie_name(request: Request) -> str:
    """The session cookie's name: bound to host and TLS where there is TLS."""
    return "__Host-symphainy" if request.url.scheme == "https" else "symphainy"


def refresh_name(request: Request) -> str:
    """The refresh cookie's name."""
    return "__Secure-symphainy-refresh" if request.url.scheme == "https" else "symphainy-refresh"


def remember(response: Response, request: Request, login: Login) -> None:
    """Keep a log-in in the browser: the access token for every path, the refresh token for the one that renews."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        cookie_name(request), login.access_token, max_age=login.expires_in, httponly=True, secure=secure, samesite="strict"
    )  # fmt: skip
    response.set_cookie(
        refresh_name(request), login.refresh_token, path=RENEW, httponly=True, secure=secure, samesite="strict"
    )  # fmt: skip


def forget(response: Response, request: Request) -> None:
    """Forget it."""
    response.delete_cookie(cookie_name(request))
    response.delete_cookie(refresh_name(request), path=RENEW)


def local(target: str, otherwise: str = "/") -> str:
    r"""``target`` if it is a path of this host, else ``otherwise``: nobody is sent elsewhere by a link to our log-in.

    >>> local("/console/runs"), local("//evil.example/x"), local("https://evil.example"), local("/\\evil.example")
    ('/console/runs', '/', '/', '/')
    """
    plain = target.isascii() and target.isprintable() and "\\" not in target
    return target if plain and target.startswith("/") and not target.startswith("//") else otherwise
