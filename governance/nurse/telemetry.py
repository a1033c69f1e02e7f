"""Traces and metrics of a process: providers for the OTel SDK, exported over OTLP where an endpoint is set, scraped otherwise.

Rule ``trace`` (step): every step is a span of its caller's trace, with ids and no value.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from symphainy.governance.nurse.exposition import CONTENT_TYPE, Exposition

__all__ = ["Telemetry"]


@dataclass
class Telemetry:
    """Providers for one process; ``close`` sends what waits. Without an endpoint traces only number log lines."""

    service: str
    endpoint: str | None = None
    page: Exposition = field(default_factory=Exposition)

    def __post_init__(self) -> None:
        about = Resource.create({"service.name": f"symphainy-{self.service}"})
        self.tracers = TracerProvider(resource=about)
        readers: list[MetricReader] = [self.page.reader]
        if self.endpoint:
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            base = self.endpoint.rstrip("/")
            self.tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
            readers.append(PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics")))
        self.metrics = MeterProvider(readers, resource=about)

    def close(self) -> None:
        """Send what waits, at most for the exporters' own timeouts."""
        self.tracers.shutdown()
        self.metrics.shutdown()

    @asynccontextmanager
    async def scraped(self, host: str, port: int) -> AsyncIterator[str]:
        """Answer ``GET /metrics`` in Prometheus' text form, for the block; gives ``host:port`` (0: any port that is free)."""
        import asyncio

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = (await reader.readline()).split()
            known = len(request) > 1 and request[1].split(b"?")[0] == b"/metrics"
            body = self.page.text().encode() if known else b"metrics are at /metrics\n"
            status = "200 OK" if known else "404 Not Found"
            head = f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, host, port)
        async with server:
            yield "{}:{}".format(*server.sockets[0].getsockname())
