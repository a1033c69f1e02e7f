"""What Journey is given and what it tells."""

from symphainy.foundations.language.model import Json, Message


class ToDescribe(Message):
    """A saga as its OWS document."""

    document: dict[str, Json]


class Described(Message):
    """The same saga for people: numbered steps, and a diagram in Mermaid's language."""

    title: str
    steps: tuple[str, ...]
    mermaid: str
