"""A call's arguments with its secrets in their place, as the model that the capability takes."""

from typing import Any, TypeVar

from symphainy.activities.protocols import secrets
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import Outside

Call = TypeVar("Call", bound=Message)
"""A message whose ``secrets`` map a JSON pointer into it to a secret's name and the path inside it."""


async def with_secrets(step: Step[Any], model: type[Call], outside: Outside) -> Call:
    """The call with its secrets in their place. Refused where the tenant has no such secret."""
    given = step.input
    assert isinstance(given, model)
    references: secrets.References = getattr(given, "secrets", {})
    if not references:
        return given
    plain = given.model_dump(exclude={"secrets"}, by_alias=True)
    return model.model_validate(await secrets.filled(plain, references, outside.secrets, step.context.tenant))
