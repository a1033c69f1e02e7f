"""Telemetry through the real OpenTelemetry SDK, read back from memory."""

from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracerProvider
from structlog.testing import capture_logs

from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.incoming import Incoming, incoming
from symphainy.governance.nurse.exposition import Exposition
from symphainy.governance.nurse.role import Nurse

from .parts import Scene, Text

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CANARY = "canary-4471"


class Ward:
    """A scene with instruments that can be read."""

    def __init__(self) -> None:
        self.spans, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.scene = Scene(tracers=tracers, metrics=MeterProvider([self.reader]))

    def points(self, name: str) -> list[tuple[dict[str, Any], float]]:
        data = self.reader.get_metrics_data()
        assert data is not None
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics if m.name == name]
        return [
            (dict(p.attributes or {}), getattr(p, "value", getattr(p, "count", 0)))
            for m in metrics
            for p in m.data.data_points
        ]


@pytest.fixture
async def ward() -> Ward:
    ward = Ward()
    await ward.scene.start()
    return ward


@pytest.mark.rule("nurse.trace", shows="bites")
async def test_a_step_is_a_span_of_the_callers_trace(ward: Ward) -> None:
    token = incoming.set(Incoming(trace=TRACE))
    await ward.scene.step()
    incoming.reset(token)
    [span] = ward.spans.get_finished_spans()
    assert span.name == "step content.parse"
    assert format(span.context.trace_id, "032x") == "0af7651916cd43dd8448eb211c80319c"
    assert span.parent is not None
    assert format(span.parent.span_id, "016x") == "b7ad6b7169203331"
    assert span.attributes is not None
    assert span.attributes["symphainy.effect_key"] == "acme/exe_1/do/0/parse"
    assert span.status.is_ok


async def test_without_a_trace_a_step_begins_one(ward: Ward) -> None:
    await ward.scene.step()
    [span] = ward.spans.get_finished_spans()
    assert span.parent is None


@pytest.mark.rule("nurse.pulse", shows="bites")
async def test_rate_errors_and_duration_are_counted_by_tenant_and_capability(ward: Ward) -> None:
    await ward.scene.step()
    with pytest.raises(Refused):
        await ward.scene.step(tenant="bolt")
    await ward.scene.door()
    about = {"capability": "content.parse", "kind": "do"}
    assert ward.points("symphainy.steps") == [
        ({"tenant": "acme", **about, "outcome": "completed"}, 1),
        ({"tenant": "bolt", **about, "outcome": "Unauthenticated"}, 1),
    ]
    assert ward.points("symphainy.step.duration")[0][1] == 1
    assert ward.points("symphainy.doors") == [({"tenant": "acme", "action": "submit", "outcome": "admitted"}, 1)]


async def test_one_log_line_per_step_with_ids_and_no_payload(ward: Ward) -> None:
    with capture_logs() as lines:
        await ward.scene.step(arguments={"secret": CANARY}, outcome=Outcome(output=Text(text=CANARY)))
    [line] = [entry for entry in lines if entry["event"] == "step"]
    assert line["execution_id"] == "exe_1"
    assert line["actor"] == "ann"
    assert line["outcome"] == "completed"
    assert line["verdict"] == "allow"
    [span] = ward.spans.get_finished_spans()
    assert CANARY not in str(lines) + span.to_json()


@pytest.mark.rule("nurse.cost", shows="bites")
async def test_cost_goes_into_the_record(scene: Scene) -> None:
    record = await scene.step(outcome=Outcome(output=Text(), cost={"tokens": 12, "money": float("nan"), "debt": -1}))
    assert record.cost.keys() == {"tokens", "seconds"}
    assert record.cost["tokens"] == 12


@pytest.mark.rule("nurse.cost", shows="off")
async def test_a_refusal_costs_nothing_and_is_seen(ward: Ward) -> None:
    record = Record()
    with pytest.raises(Refused):
        await ward.scene.step(execution_id="exe_2", record=record)
    assert record.cost == {}
    [span] = ward.spans.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["symphainy.outcome"] == "Unauthenticated"
    assert not span.status.is_ok


@pytest.mark.rule("nurse.trace", shows="off")
@pytest.mark.rule("nurse.pulse", shows="off")
async def test_broken_telemetry_is_dropped_and_counted_and_the_step_runs() -> None:
    class Broken(NoOpTracerProvider):
        def get_tracer(self, *args: Any, **kwargs: Any) -> Any:
            class Tracer:
                def start_span(self, *args: Any, **kwargs: Any) -> Any:
                    raise OSError("collector away")

            return Tracer()

    scene = await Scene(tracers=Broken()).start()
    await scene.step()
    nurse = scene.city.roles[0]
    assert isinstance(nurse, Nurse)
    assert nurse.dropped == 1
    assert scene.runs == 1


async def test_metrics_read_as_prometheus_text() -> None:
    page = Exposition()
    scene = await Scene(metrics=MeterProvider([page.reader])).start()
    await scene.step()
    await scene.step()
    lines = page.text().splitlines()
    assert 'symphainy_steps_total{capability="content.parse",kind="do",outcome="completed",tenant="acme"} 2' in lines
    assert "# TYPE symphainy_step_duration histogram" in lines
    assert 'symphainy_step_duration_count{capability="content.parse",tenant="acme"} 2' in lines
    assert 'symphainy_step_duration_bucket{capability="content.parse",le="+Inf",tenant="acme"} 2' in lines


async def test_what_is_under_way_is_counted_by_realm_until_it_ends(ward: Ward) -> None:
    seen: list[list[tuple[dict[str, Any], float]]] = []

    async def look() -> Outcome[Text]:
        seen.append(ward.points("symphainy.steps.active"))
        raise Refused("no")

    with pytest.raises(Refused):
        await ward.scene.step(run=look)
    assert seen == [[({"realm": "content"}, 1)]]
    assert ward.points("symphainy.steps.active") == [({"realm": "content"}, 0)]
