"""The judgement of an expression, as classify.py passes it and program.py needs it."""

from dataclasses import dataclass, field
from typing import Literal

from symphainy.foundations.definitions.jqlang.cost import Needs

Class = Literal["linear", "heavy", "refused"]


@dataclass(frozen=True)
class Judgement:
    """What is known of an expression. ``code`` and ``reason`` say why it is not linear; ``at`` is the character, from 0."""

    kind: Class
    code: str = ""
    reason: str = ""
    at: int = 0
    needs: Needs = field(default_factory=Needs)
    variables: tuple[str, ...] = ()
