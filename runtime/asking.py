"""What the words of a query say of where its answer stands."""

import re
from typing import Final

__all__ = ["opening"]

_DOCUMENT: Final = (
    r"agreement|contract|document|report|paper|article|study|policy|invoice|letter|statement|certificate|deed|lease|licen[cs]e|memo|memorandum"
    r"|manual|handbook|publication|prospectus|protocol"
)
_IDENTITY: Final = (
    r"title|name|dated?|parties|authors?|wr(?:ote|itten)|sign(?:ed|atories)|issued|published|effective|takes? effect"
)
_NEAR: Final = r"(?:'s)?\W+(?:\w+\W+){0,3}"
_OF_IT: Final = re.compile(
    rf"\b(?:{_IDENTITY}){_NEAR}(?:{_DOCUMENT})\b|\b(?:{_DOCUMENT}){_NEAR}(?:{_IDENTITY})\b", re.IGNORECASE
)
_YES_OR_NO: Final = re.compile(
    r"\s*(?:can|could|is|are|was|were|does|do|did|may|must|shall|should|will|has|have|had)\b", re.IGNORECASE
)
OPENING: Final = 0.25
"""What the first words of a document then count for more, of a score of at most one; set on questions to contracts and papers."""


def opening(query: str) -> float:
    """How much more the beginning of a document counts: what it is called, whose it is and of when mostly stands there alone.

    >>> opening("Who are the parties to the agreement?"), opening("What does the agreement say of liability?")
    (0.25, 0.0)
    """
    return OPENING if _OF_IT.search(query) and not _YES_OR_NO.match(query) else 0.0
