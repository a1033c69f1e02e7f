"""A payload that was refused: it decodes to an error, at the moment somebody wants its value.

The codec cannot raise for a payload in clear or of another tenant: an exception there fails the *workflow task*, which
Temporal repeats for ever, so that one forged signal would hold a good run still. Instead the payload is replaced by this one;
a run started with it fails, an activity refuses it, a signal carrying it is dropped.
"""

from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import EncodingPayloadConverter
from temporalio.exceptions import ApplicationError

from symphainy.foundations.language.errors import Problem, Refused

__all__ = ["RefusedPayloads", "refused_payload"]

_ENCODING = "symphainy/refused"


def refused_payload(error: Refused) -> Payload:
    """What stands in for a payload that must not be read."""
    return Payload(metadata={"encoding": _ENCODING.encode()}, data=error.problem().model_dump_json().encode())


class RefusedPayloads(EncodingPayloadConverter):
    """Raises what the codec could not."""

    @property
    def encoding(self) -> str:
        """The mark of a refused payload."""
        return _ENCODING

    def to_payload(self, value: Any) -> Payload | None:
        """Nothing is ever written so."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Raise a non-retryable ApplicationError with the problem."""
        problem = Problem.model_validate_json(payload.data)
        raise ApplicationError(problem.detail, problem.model_dump(mode="json"), type=problem.type, non_retryable=True)
