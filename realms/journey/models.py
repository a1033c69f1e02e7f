"""What Journey is given and what it tells."""

from symphainy.foundations.language.model import Json, Message


class ToDescribe(Message):
    """A saga: as its OWS document, or by the name under which it is registered, deployed or packaged, or by an intent it answers."""

    document: dict[str, Json] | None = None
    definition: str | None = None


class Described(Message):
    """The same saga for people: numbered steps, and a diagram in Mermaid's language. ``definition``: what was found by name."""

    title: str
    steps: tuple[str, ...]
    mermaid: str
    summary: str = ""
    definition: str = ""
    digest: str = ""
