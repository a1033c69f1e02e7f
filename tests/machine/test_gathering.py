"""Which events start a run: one, any, all, correlation, conditions; in order of arrival, nothing twice, nothing lost."""

from typing import Any

from symphainy.foundations.definitions.machine.gathering import gather


def event(type_: str, data: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": type_, "source": "s", "data": data, **more}


PAIR = {
    "all": [{"with": {"type": t}, "correlate": {"order": {"from": ".data.id"}}} for t in ("order.placed", "order.paid")]
}


def test_one_starts_with_each_event_that_passes_and_drops_the_others() -> None:
    on = {"one": {"with": {"type": "fever", "data": "${ .t > 38 }"}}}
    events = [
        event("fever", {"t": 37}),
        event("fever", {"t": 39}),
        event("cough", {"t": 40}),
        event("fever", {"t": 41}),
    ]
    made = gather(on, "data", events)
    assert made.complete == (((1,), [{"t": 39}]), ((3,), [{"t": 41}])) and made.dropped == (0, 2)
    assert gather(on, "envelope", events[1:2]).complete == (((0,), [events[1]]),)


def test_all_takes_one_of_each_and_orders_whose_payments_cross_are_two_sets() -> None:
    events = [event("order.placed", {"id": 1}), event("order.placed", {"id": 2}), event("order.paid", {"id": 2})]
    first = gather(PAIR, "data", events)
    assert first.complete == (((1, 2), [{"id": 2}, {"id": 2}]),), "the first order still waits for its payment"
    assert first.dropped == ()
    both = gather(PAIR, "data", [*events, event("order.paid", {"id": 1})])
    assert [places for places, _ in both.complete] == [(0, 3), (1, 2)]


def test_what_is_complete_does_not_change_with_what_comes_later() -> None:
    events = [event("order.paid", {"id": n % 3}) for n in range(6)] + [
        event("order.placed", {"id": n}) for n in (2, 0, 1, 0)
    ]
    for count in range(len(events)):
        before = {places for places, _ in gather(PAIR, "data", events[:count]).complete}
        assert before <= {places for places, _ in gather(PAIR, "data", events).complete}


def test_until_gathers_and_a_filter_that_fails_on_an_event_leaves_it_out() -> None:
    on = {"any": [{"with": {"type": "n", "data": "${ (.a / .b) > 0 }"}}], "until": "length >= 2"}
    events = [event("n", {"a": 1, "b": 1}), event("n", {"a": 1, "b": 0}), event("n", {"a": 2, "b": 1})]
    made = gather(on, "data", events)
    assert made.complete == (((0, 2), [{"a": 1, "b": 1}, {"a": 2, "b": 1}]),) and made.dropped == (1,)
    assert gather({"any": []}, "data", events[:2]).complete == (((0,), [{"a": 1, "b": 1}]), ((1,), [{"a": 1, "b": 0}]))
    stopped = gather(
        {"any": [{"with": {"type": "n"}}], "until": {"one": {"with": {"type": "stop"}}}},
        "data",
        [event("n", 1), event("stop")],
    )
    assert stopped.complete == (((0, 1), [1]),)
