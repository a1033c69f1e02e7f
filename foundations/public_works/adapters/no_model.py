"""No language model: the platform's offline default."""

from collections.abc import Sequence

from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.model import Completion, Turn


class NoModel:
    """``Model`` that says so: agents answer by their offline engine, or that they cannot."""

    name = ""
    available = False

    async def complete(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        schema: dict[str, Json] | None = None,
    ) -> Completion:
        """Always a DomainError: a retry would not help, a setting would."""
        raise DomainError(
            "no language model is configured",
            code="no_model",
            remedy="set SYMPHAINY_MODEL_URL and SYMPHAINY_MODEL_NAME",
        )
