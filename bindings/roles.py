"""What each role is made of: the relay and the two planes' applications."""

from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from temporalio.client import Client

from symphainy.bindings import works
from symphainy.bindings.platform import Platform
from symphainy.governance.bundle import load_bundle
from symphainy.governance.data_steward.codec import SealingCodec
from symphainy.governance.data_steward.endpoint import CodecEndpoint
from symphainy.governance.hook_door import HookDoor
from symphainy.governance.library_desk import LibraryDesk
from symphainy.governance.oversight import CityOversight
from symphainy.governance.solution_policies import PolicyCheck
from symphainy.governance.status import PlatformStatus
from symphainy.governance.webhook_desk import WebhookDesk
from symphainy.runtime.client import RuntimeClient
from symphainy.runtime.correlation import Waker
from symphainy.runtime.dispatch import Dispatcher
from symphainy.runtime.event_starts import EventStarts
from symphainy.runtime.healing import Healer
from symphainy.runtime.overseer import Overseer
from symphainy.runtime.prepared import PreparedReconciler
from symphainy.runtime.publisher import Publisher
from symphainy.runtime.reading import Reading
from symphainy.runtime.relay import Relay
from symphainy.runtime.retention import Retention
from symphainy.runtime.schedules import Schedules
from symphainy.runtime.sealing import Sealing
from symphainy.runtime.settle import Settler
from symphainy.runtime.uploads import UploadLedger


def relay(parts: Platform, temporal: Client) -> Relay:
    """Publisher, seals, exports, reconciler, wake-ups, webhooks."""
    prepare, archive = parts.city.keys.prepare, parts.archive(temporal)
    settler = Settler(temporal, parts.store, parts.surface, archive)
    runtime = parts.runtime(temporal)
    oversight = CityOversight(parts.city)
    healer = Healer(temporal, parts.store, parts.surface, runtime.starter, oversight)
    return Relay(
        sql=parts.sql, store=parts.store, clock=parts.clock,
        publisher=Publisher(parts.store, parts.streams, parts.clock, parts.settings.stream_length) if parts.streams else None,
        sealing=Sealing(parts.store, parts.objects, parts.signatures.sign, parts.clock), archive=archive,
        reconciler=PreparedReconciler(temporal, parts.store, parts.surface, runtime.starter, settler, parts.clock, prepare, healer),
        overseer=Overseer(temporal, parts.store, parts.surface, runtime, oversight, parts.clock, prepare),
        schedules=Schedules(temporal, parts.store, parts.clock),
        starts=EventStarts(temporal, parts.store, parts.city.keys, prepare, parts.clock), seal_every=parts.settings.seal_interval,
        reconcile_every=parts.settings.reconcile_interval, waker=Waker(temporal, parts.store, parts.clock),
        dispatcher=Dispatcher(parts.store, runtime.submit, parts.guard().people.service, parts.clock),
        retention=Retention(parts.store, parts.objects, oversight, parts.clock), forget_every=parts.settings.retention_interval,
    )  # fmt: skip


def experience(parts: Platform, runtime: RuntimeClient) -> FastAPI:
    """The Experience plane."""
    from symphainy.experience_api.app import create_app
    from symphainy.experience_api.parts import ExperienceParts, Limits

    settings, guard = parts.settings, parts.guard()
    app = create_app(
        ExperienceParts(
            runtime=runtime, sessions=parts.sessions, guard=guard, objects=parts.objects, solutions=runtime.solutions,
            uploads=UploadLedger(parts.store, parts.clock, settings.upload_quota),
            plans=runtime.definitions, doors=runtime.doors, catalog=parts.catalogs,
            documents=Reading(parts.store, parts.objects, runtime.doors, parts.clock), clock=parts.clock,
            tasks=runtime.tasks, settings=settings,
            hooks=HookDoor(runtime.solutions, works.secrets(settings), guard.people.service, runtime.submit, parts.clock),
            limits=Limits(json=settings.request_body_max, upload=settings.upload_max), origins=settings.cors_origins,
            pings=parts.pings,
        )
    )  # fmt: skip
    FastAPIInstrumentor.instrument_app(app, tracer_provider=parts.telemetry.tracers, excluded_urls="ping,health,ready")
    return app


def solution(parts: Platform, runtime: RuntimeClient) -> FastAPI:
    """The Solution plane."""
    from symphainy.solution_api.app import create_app
    from symphainy.solution_api.console.mount import mount  # loads NiceGUI, which no other role needs
    from symphainy.solution_api.console.places import Places
    from symphainy.solution_api.parts import Links, SolutionParts

    settings, ports, guard = parts.settings, parts.settings.ports, parts.guard()
    host, kept = settings.host, works.secrets(settings)
    app = create_app(
        SolutionParts(
            runtime=runtime, guard=guard, records=runtime.records, work=runtime.work, people=guard.people, keys=guard.keys,
            desk=parts.desk(), erasure=parts.erasure(runtime), library=LibraryDesk(parts.store, parts.clock), tasks=runtime.tasks,
            secrets=kept, doors=runtime.doors,
            webhooks=WebhookDesk(parts.store, parts.clock, kept),
            definitions=runtime.definitions, solutions=runtime.solutions, catalog=parts.catalogs,
            codec=CodecEndpoint(parts.city.keys, SealingCodec(parts.city.keys, parts.objects)),
            status=PlatformStatus(parts.city, parts.catalogs, runtime.solutions), clock=parts.clock, settings=parts.settings,
            links=Links(f"http://{host}:{ports.experience_api}", f"http://{host}:{ports.temporal_ui}"),
            codec_origins=(f"http://{host}:{ports.temporal_ui}", f"http://localhost:{ports.temporal_ui}"),
            namespace=parts.settings.temporal_namespace, pings=parts.pings, checks=(PolicyCheck(load_bundle().vocabulary),),
        )
    )  # fmt: skip
    # The planes as this process reaches them; the console asks them over HTTP like anybody else.
    experience_url, solution_url = f"http://{host}:{ports.experience_api}", f"http://{host}:{ports.solution_api}"
    temporal_ui = f"http://{host}:{ports.temporal_ui}"
    mount(app, Places(experience_url, solution_url, temporal_ui, settings.temporal_namespace, settings.upload_max))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=parts.telemetry.tracers, excluded_urls="ping,health,ready")
    return app
