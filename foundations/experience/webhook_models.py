"""What goes over the Solution plane's wire about webhooks out and the tenant's secrets."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from symphainy.foundations.experience.models import Answer, Asked, Slug

Url = Annotated[str, StringConstraints(min_length=8, max_length=2_000, pattern=r"^https?://[\x21-\x7e]+$")]
EventType = Annotated[str, StringConstraints(max_length=128, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$")]
"""A type of event, or a noun with ``.*``."""
Types = Annotated[list[EventType], Field(min_length=1, max_length=50)]
Title = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
SecretName = Annotated[str, StringConstraints(max_length=48, pattern=r"^[a-z](_?[a-z0-9]){0,47}$")]
State = Literal["active", "disabled"]


class EndpointWanted(Asked):
    """An endpoint to be told of events. ``subject``, ``solution`` and ``intent`` narrow them down."""

    url: Url
    types: Types = ["execution.completed", "execution.faulted", "execution.cancelled", "execution.terminated"]
    title: Title = ""
    subject: Annotated[str, StringConstraints(max_length=256)] = ""
    solution: Slug | None = None
    intent: Annotated[str, StringConstraints(max_length=128)] = ""
    result: bool = False
    """Whether a run's output goes along with the event of its end, if it fits into 20 KiB."""


class EndpointChange(Asked):
    """What is to be otherwise; what is left out stays."""

    state: State | None = None
    url: Url | None = None
    types: Types | None = None
    title: Title | None = None


class Endpoint(Answer):
    """An endpoint, without its secret. ``binding``: the solution's binding that it stands for."""

    endpoint_id: str
    url: str
    types: tuple[str, ...]
    title: str = ""
    subject: str = ""
    solution: str = ""
    binding: str = ""
    intent: str = ""
    result: bool = False
    state: State
    reason: str = ""
    rotated_at: datetime | None = None
    created_by: str = ""
    created_at: datetime


class EndpointSecret(Answer):
    """An endpoint with its new secret, shown this once."""

    endpoint: Endpoint
    secret: str


class Endpoints(Answer):
    """All of a tenant's."""

    items: tuple[Endpoint, ...]


class Delivery(Answer):
    """One event on its way to one endpoint. ``execution_id``: the saga that delivers it."""

    event_id: str
    type: str
    source_execution: str
    state: Literal["due", "started", "delivered", "dead"]
    round: int
    attempts: int
    answer: int
    """The receiver's last status; 0: there was none."""
    reason: str = ""
    execution_id: str = ""
    created_at: datetime
    noted_at: datetime | None = None


class Deliveries(Answer):
    """A page of them, newest first."""

    items: tuple[Delivery, ...]


class Replay(Asked):
    """One ended delivery again, by its event; without one, every dead letter."""

    event_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class Replayed(Answer):
    """How many were made due again, under the ids that they had."""

    count: int


class SecretValue(Asked):
    """A secret's value. It is never shown again."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=8_192)]


class SecretNames(Answer):
    """The names; never a value."""

    items: tuple[str, ...]
