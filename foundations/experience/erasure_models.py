"""What goes over the Solution plane's wire about erasing a data subject."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from symphainy.foundations.experience.models import Answer, Asked


class Erase(Asked):
    """Whom to erase: the value of the field that the schema marks with ``x-subject``, exactly as it was submitted."""

    subject: Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00-\x1f]+$")]


class Erasure(Answer):
    """A certificate. ``signature`` (Ed25519, base64) is over ``body``, a JSON text, and ``digest`` (its SHA-256) stands in the chain
    of decisions. ``subject`` is a keyed digest: the certificate names nobody.
    """

    erasure_id: str
    subject: str
    runs: int
    documents: int
    body: str
    digest: str
    signature: str
    erased_by: str
    erased_at: datetime


class Erasures(Answer):
    """All of a tenant's, newest first."""

    items: tuple[Erasure, ...]
