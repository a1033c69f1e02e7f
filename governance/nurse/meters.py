"""RED metrics: rate, errors, duration, per capability and tenant, through the OpenTelemetry API.

Rule ``pulse`` (door, step): every call is counted and timed by outcome, and one log line says so, with ids and no payload.
"""

from opentelemetry.metrics import MeterProvider

__all__ = ["Meters"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600)
"""Bucket bounds: a local step takes about 2 ms, an agent seconds, a long parse minutes. The SDK's own are for milliseconds."""


class Meters:
    """The city's instruments; a provider without readers makes them free."""

    def __init__(self, provider: MeterProvider) -> None:
        meter = provider.get_meter("symphainy.city")
        self._steps = meter.create_counter("symphainy.steps", unit="1", description="Governed steps by outcome")
        self._seconds = meter.create_histogram(
            "symphainy.step.duration",
            unit="s",
            description="Governed steps, wall time",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._active = meter.create_up_down_counter(
            "symphainy.steps.active", unit="1", description="Governed steps under way, by realm"
        )
        self._doors = meter.create_counter("symphainy.doors", unit="1", description="Calls at the door by outcome")
        self._dropped = meter.create_counter(
            "symphainy.telemetry.dropped", unit="1", description="Telemetry that could not be recorded"
        )

    def active(self, realm: str, change: int) -> None:
        """One step of a realm begins (1) or ends (-1)."""
        self._active.add(change, {"realm": realm})

    def step(self, tenant: str, capability: str, kind: str, outcome: str, seconds: float) -> None:
        """Count one step."""
        self._steps.add(1, {"tenant": tenant, "capability": capability, "kind": kind, "outcome": outcome})
        self._seconds.record(seconds, {"tenant": tenant, "capability": capability})

    def door(self, tenant: str, action: str, outcome: str) -> None:
        """Count one call at the door."""
        self._doors.add(1, {"tenant": tenant, "action": action, "outcome": outcome})

    def drop(self) -> None:
        """Count what was lost."""
        self._dropped.add(1)
