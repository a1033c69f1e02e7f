"""The token of a request: from the Authorization header and from nowhere else, above all from no URL."""

from symphainy.foundations.language.errors import Unauthenticated

MAX_TOKEN = 8_192
REMEDY = "Log in at /api/auth/login and send the token as 'Authorization: Bearer <token>'."


def token(authorization: list[str]) -> str:
    """The one bearer token in the values of the Authorization header; Unauthenticated otherwise.

    >>> token(["Bearer abc"])
    'abc'
    """
    if len(authorization) != 1:
        raise Unauthenticated("one Authorization header is needed", remedy=REMEDY)
    scheme, _, value = authorization[0].strip().partition(" ")
    value = value.strip()
    if scheme.lower() != "bearer" or not value or " " in value or not value.isascii() or len(value) > MAX_TOKEN:
        raise Unauthenticated("the Authorization header holds no bearer token", remedy=REMEDY)
    return value
