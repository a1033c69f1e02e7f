"""Metrics as Prometheus text, for processes that are scraped: a reader for the OTel SDK and one function, no second library."""

from collections.abc import Iterator, Mapping

from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, Metric, NumberDataPoint, Sum

__all__ = ["CONTENT_TYPE", "Exposition"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPE = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


class Exposition:
    """Hand ``reader`` to ``MeterProvider([…])``; ``text()`` is what ``/metrics`` answers.

    >>> from opentelemetry.sdk.metrics import MeterProvider
    >>> page = Exposition()
    >>> MeterProvider([page.reader]).get_meter("m").create_counter("symphainy.steps").add(2, {"tenant": "acme"})
    >>> print(page.text().splitlines()[-1])
    symphainy_steps_total{tenant="acme"} 2
    """

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()

    def text(self) -> str:
        """Every metric collected so far."""
        data = self.reader.get_metrics_data()
        found = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics] if data else []
        return "".join(f"{line}\n" for metric in found for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    name = metric.name.replace(".", "_") + (
        "_total" if isinstance(metric.data, Sum) and metric.data.is_monotonic else ""
    )
    points = metric.data.data_points
    kind = (
        "histogram"
        if points and isinstance(points[0], HistogramDataPoint)
        else "counter"
        if name.endswith("_total")
        else "gauge"
    )
    yield f"# HELP {name} {(metric.description or metric.name).translate(_ESCAPE)}"
    yield f"# TYPE {name} {kind}"
    for point in points:
        labels = {key: str(value) for key, value in (point.attributes or {}).items()}
        if isinstance(point, HistogramDataPoint):
            yield from _buckets(name, labels, point)
        elif isinstance(point, NumberDataPoint):
            yield f"{name}{_braces(labels)} {point.value}"


def _buckets(name: str, labels: Mapping[str, str], point: HistogramDataPoint) -> Iterator[str]:
    below = 0
    for count, bound in zip(point.bucket_counts, (*point.explicit_bounds, "+Inf"), strict=True):
        below += count
        yield f"{name}_bucket{_braces({**labels, 'le': str(bound)})} {below}"
    yield f"{name}_sum{_braces(labels)} {point.sum}"
    yield f"{name}_count{_braces(labels)} {point.count}"


def _braces(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{key.replace(".", "_")}="{value.translate(_ESCAPE)}"' for key, value in sorted(labels.items()))
    return f"{{{inside}}}" if inside else ""
