"""Sessions and rates; the shared counts on a real Redis server."""

import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from symphainy.foundations.experience.edge.problems import headers
from symphainy.foundations.language.context import Intent, SessionContext
from symphainy.foundations.language.errors import RateLimited, Unauthenticated
from symphainy.foundations.language.records import Record, UndoGrant
from symphainy.governance.bundle import Bundle, SessionTerms, load_bundle
from symphainy.governance.switches import SwitchSetting
from symphainy.governance.traffic_cop.counter import Counter
from symphainy.governance.traffic_cop.sessions import judge

from .parts import ANN, CONTRACT, START, Scene


def rated(**rates: Any) -> Bundle:
    return load_bundle().model_copy(update={"rates": {"*": rates}})


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}", process
    process.kill()
    process.wait()


# --- sessions

TERMS = SessionTerms(idle=timedelta(hours=1), absolute=timedelta(hours=10))


def a_session(**ends: Any) -> SessionContext:
    about = {"created_at": START, "expires_at": START + timedelta(hours=1), **ends}
    return SessionContext(session_id="ses_1", tenant="acme", principal=ANN, **about)


def test_a_session_ends_by_idleness_and_by_age() -> None:
    minute = timedelta(minutes=1)
    assert judge(a_session(), START + timedelta(minutes=59), TERMS).verdict == "allow"
    assert judge(a_session(), START + timedelta(hours=1), TERMS).verdict == "deny"
    kept = a_session(expires_at=START + timedelta(days=9))
    assert judge(kept, START + TERMS.absolute - minute, TERMS).verdict == "allow"
    assert judge(kept, START + TERMS.absolute, TERMS).verdict == "deny"
    assert judge(None, START, TERMS).verdict == "allow"


@pytest.mark.rule("traffic_cop.sessions", shows="bites")
async def test_an_ended_session_does_not_pass_the_door(scene: Scene) -> None:
    await scene.door(session=a_session())
    scene.clock.move(hours=1)
    record = Record()
    with pytest.raises(Unauthenticated, match="idleness"):
        await scene.door(record, session=a_session())
    assert record.verdict == "deny"


@pytest.mark.rule("traffic_cop.sessions", shows="off")
async def test_an_ended_session_does_not_stop_a_step(scene: Scene) -> None:
    """Sessions are checked at doors, not at steps (DECISIONS.md 9)."""
    scene.clock.move(hours=20)
    await scene.step(session_id="ses_ended")
    assert scene.runs == 1


def test_the_terms_come_from_the_bundle() -> None:
    bundle = load_bundle().model_copy(update={"sessions": {"*": {"count": 5}, "acme": {"idle": "PT1M"}}})
    assert bundle.sessions_of("acme").idle == timedelta(minutes=1)
    assert bundle.sessions_of("acme").count == bundle.sessions_of("bolt").count == 5


# --- rates


@pytest.mark.rule("traffic_cop.rates", shows="bites")
async def test_the_door_counts_by_principal_and_by_tenant() -> None:
    scene = await Scene(bundle=rated(principal="2/minute", tenant="3/minute")).start()
    scene.directory.people["acme", "ben"] = scene.directory.people["acme", "ann"]
    scene.directory.people["bolt", "ann"] = scene.directory.people["acme", "ann"]
    await scene.door()
    await scene.door()
    record = Record()
    with pytest.raises(RateLimited) as caught:
        await scene.door(record)
    assert caught.value.retry
    assert 1 <= caught.value.extra["retry_after"] <= 60
    assert record.verdict == "deny"
    ben = ANN.model_copy(update={"id": "ben"})
    await scene.door(principal=ben)
    with pytest.raises(RateLimited):
        await scene.door(principal=ben)
    await scene.door(principal=ANN.model_copy(update={"tenant": "bolt"}))


async def test_a_limit_that_is_reached_says_which_and_how_long() -> None:
    scene = await Scene(bundle=rated(principal="1/minute")).start()
    await scene.door()
    with pytest.raises(RateLimited) as caught:
        await scene.door()
    told = headers(caught.value.problem())
    wait = int(told["Retry-After"])
    assert 1 <= wait <= 60
    assert told["RateLimit"] == f'"door";r=0;t={wait}' and told["RateLimit-Policy"] == '"door";q=1;w=60'


async def test_reading_has_a_bucket_of_its_own() -> None:
    scene = await Scene(bundle=rated(principal="1/minute", reads="2/minute")).start()
    await scene.door()
    await scene.door(action="read")
    await scene.door(action="read")
    with pytest.raises(RateLimited, match="Reading"):
        await scene.door(action="read")


@pytest.mark.rule("traffic_cop.rates", shows="off")
async def test_observed_rates_are_noted_and_rates_that_are_off_not_counted() -> None:
    scene = await Scene(bundle=rated(principal="1/minute")).start()
    await scene.door()
    scene.city.manager.switches.set(SwitchSetting(switch="rates", mode="observe"))
    record = Record()
    await scene.door(record)
    assert record.verdict == "would_deny"
    scene.city.manager.switches.set(SwitchSetting(switch="rates", mode="off"))
    record = Record()
    await scene.door(record)
    assert record.verdict == "allow"


@pytest.mark.rule("traffic_cop.rates", shows="bites")
async def test_a_capabilitys_rate_is_charged_once_per_effect_key() -> None:
    scene = await Scene(bundle=rated(capabilities={"content.*": "2/hour"})).start()
    for _ in range(5):
        await scene.step(effect_key="acme/exe_1/a")
    await scene.step(effect_key="acme/exe_1/b")
    with pytest.raises(RateLimited) as caught:
        await scene.step(effect_key="acme/exe_1/c")
    assert caught.value.retry, "inside a saga a rate is a durable wait"
    await scene.step(effect_key="acme/exe_1/a")
    other = CONTRACT.model_copy(update={"name": "insights.map"})
    await scene.step(other, effect_key="acme/exe_1/d")


async def test_a_refused_charge_is_not_remembered_as_paid() -> None:
    counter = Counter(None)
    assert (await counter.draw([("1/hour", "run/a")], once="k1")).full is None
    for _ in range(2):
        assert (await counter.draw([("1/hour", "run/a")], once="k2")).full == "run/a"


async def test_an_undo_is_never_held_up() -> None:
    scene = await Scene(bundle=rated(capabilities={"*": "1/hour"})).start()
    scene.grants.owed["acme", "k"] = UndoGrant(capability=CONTRACT.name, arguments_digest="x")
    for n in range(3):
        await scene.step(kind="undo", grant_key="k", effect_key=f"acme/exe_1/{n}/undo")


async def test_processes_share_one_count_on_redis(redis: tuple[str, Any]) -> None:
    url, _ = redis
    one, two = Counter(url), Counter(url)
    drawn = [(await counter.draw([("4/hour", "door/acme")])).full for counter in (one, two, one, two, one, two)]
    assert drawn == [None] * 4 + ["door/acme"] * 2
    assert not one.degraded
    await one.close()
    await two.close()


async def test_without_redis_each_process_has_its_share_and_says_so(redis: tuple[str, Any]) -> None:
    url, process = redis
    counter = Counter(url, processes=2)
    assert (await counter.draw([("4/hour", "b")])).full is None
    process.kill()
    process.wait()
    drawn = [(await counter.draw([("4/hour", "b")])).full for _ in range(3)]
    assert drawn == [None, None, "b"], "never unlimited, never an error"
    assert counter.degraded
    await counter.close()


async def test_degraded_counting_is_in_the_status(scene: Scene) -> None:
    assert scene.city.status()["degraded"] == ["rates are counted per process"]


async def test_people_before_programs_before_the_clock(scene: Scene) -> None:
    found = [(await scene.door(intent=Intent(type="a.b", source=source))).priority for source in ("ui", "api", "cron")]  # type: ignore[arg-type]
    assert found == [2, 3, 4]
