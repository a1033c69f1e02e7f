"""What people have decided about the fields of a target model: remembered per tenant, and used before any score the next time."""

from symphainy.foundations.language.model import Message

__all__ = ["Ruling"]


class Ruling(Message):
    """In the target model ``model`` the field ``source`` of a source is the field ``target``, or it is not (``accepted``)."""

    model: str
    source: str
    target: str
    accepted: bool
