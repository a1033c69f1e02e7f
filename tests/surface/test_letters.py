"""What is due to an endpoint is written with the event, in its transaction; a delivery's own events are due to nobody."""

from symphainy.runtime.ids import mint
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.webhooks import Due, Webhooks
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.webhooks import EndpointDraft, Postbox, WebhookRegister

from ..store.database import MemorySealer, Moving
from .making import opening, passport


async def test_an_event_is_due_to_who_wants_its_type_and_to_nobody_else(
    surface: StateSurface, store: Store, sealer: MemorySealer, clock: Moving, tenant: str
) -> None:
    register, rows = WebhookRegister(store, clock), Webhooks(store)
    wanted = await register.add(tenant, EndpointDraft("https://a.example", ("execution.*",)), "whe_one", "usr_ann")
    await register.add(tenant, EndpointDraft("https://b.example", ("content.*",)), "whe_two", "usr_ann")
    await register.add(f"{tenant}x", EndpointDraft("https://c.example", ("execution.*",)), "whe_one", "usr_eve")
    execution = mint("execution")
    await surface.open(opening(tenant, execution), passport(tenant, execution))
    [due] = [each for each in await rows.due(10_000) if each.tenant.startswith(tenant)]
    assert (due.tenant, due.endpoint_id, due.round) == (tenant, wanted.endpoint_id, 1)
    box = Postbox(store, sealer, clock)
    letter = await box.letter(tenant, due.endpoint_id, due.event_id)
    assert letter is not None and (letter.url, letter.secrets, letter.id) == (
        "https://a.example",
        ("whe_one",),
        due.event_id,
    )
    assert letter.event["type"] == "execution.started" and letter.event["data"]["intent"] == "content.upload"
    await register.rotated(tenant, due.endpoint_id)
    both = await box.letter(tenant, due.endpoint_id, due.event_id)
    assert both is not None and both.secrets == ("whe_one", "whe_one_before")
    await rows.started(due, "exe_delivering")
    await box.note(
        tenant, due.endpoint_id, due.event_id, state="dead", attempts=10, answer=500, reason="it answered 500"
    )
    assert await register.again(tenant, due.endpoint_id) == 1
    again = Due(tenant=tenant, endpoint_id=due.endpoint_id, event_id=due.event_id, round=2)
    assert again in await rows.due(10_000)
    await box.disable(tenant, due.endpoint_id, "410")
    assert await box.letter(tenant, due.endpoint_id, due.event_id) is None
