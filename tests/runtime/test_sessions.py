"""Sessions: tenant-isolated, true in SQL, revoked at the next door within five seconds even when the cache is away."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import NotFound, RateLimited, Unauthenticated
from symphainy.foundations.public_works.adapters.redis import RedisHotState
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.store.unit import Store

from .fakes import FakeClock
from .servers import Server


@dataclass(frozen=True)
class Terms:
    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=1)
    count: int = 3


@pytest.fixture
def sessions(store: Store, hot: RedisHotState, clock: FakeClock) -> Sessions:
    return Sessions(store, hot, lambda tenant: Terms(), clock)


def ada(tenant: str) -> Principal:
    return Principal(id="usr_ada", tenant=tenant, roles=("member",))


async def test_a_session_is_found_again_also_after_a_restart(
    sessions: Sessions, store: Store, clock: FakeClock, tenant: str
) -> None:
    made = await sessions.create(ada(tenant))
    assert made.principal == ada(tenant)
    assert await sessions.get(tenant, made.session_id) == made
    restarted = Sessions(store, None, lambda tenant: Terms(), clock)
    assert await restarted.get(tenant, made.session_id) == made


async def test_another_tenants_session_is_not_found(sessions: Sessions, tenant: str) -> None:
    made = await sessions.create(ada(tenant))
    for verb in (sessions.get, sessions.renew):
        with pytest.raises(NotFound):
            await verb("t-other", made.session_id)
        with pytest.raises(NotFound):
            await verb(tenant, "../../etc/passwd\r\n")
    assert not await sessions.revoke("t-other", made.session_id)
    assert await sessions.get(tenant, made.session_id) == made


async def test_renewing_moves_the_idle_end_but_never_past_the_absolute_one(
    sessions: Sessions, clock: FakeClock, tenant: str
) -> None:
    made = await sessions.create(ada(tenant))
    assert made.expires_at == clock.now() + timedelta(minutes=30)
    clock.move(timedelta(minutes=20))
    assert (await sessions.renew(tenant, made.session_id)).expires_at == made.created_at + timedelta(minutes=50)
    clock.move(timedelta(minutes=20))
    assert (await sessions.renew(tenant, made.session_id)).expires_at == made.created_at + timedelta(hours=1)
    clock.move(timedelta(minutes=20))
    for verb in (sessions.get, sessions.renew):
        with pytest.raises(Unauthenticated, match="time is over"):
            await verb(tenant, made.session_id)


async def test_a_revoked_session_is_refused_at_once(sessions: Sessions, tenant: str) -> None:
    made = await sessions.create(ada(tenant))
    await sessions.get(tenant, made.session_id)
    assert await sessions.revoke(tenant, made.session_id)
    with pytest.raises(Unauthenticated, match="revoked"):
        await sessions.get(tenant, made.session_id)
    assert not await sessions.revoke(tenant, made.session_id)


async def test_a_cache_that_was_not_told_forgets_within_five_seconds(
    sessions: Sessions, store: Store, hot: RedisHotState, clock: FakeClock, tenant: str
) -> None:
    made = await sessions.create(ada(tenant))
    await sessions.get(tenant, made.session_id)
    key = f"{tenant}/session/{made.session_id}"
    assert await hot.get(key)
    ttl = await hot._redis.pttl(key)
    assert 0 < ttl <= 5000
    elsewhere = Sessions(store, None, lambda tenant: Terms(), clock)
    await elsewhere.revoke(tenant, made.session_id)
    assert await sessions.get(tenant, made.session_id) == made  # not told yet
    await hot._redis.pexpire(key, 1)
    await asyncio.sleep(0.05)
    with pytest.raises(Unauthenticated):
        await sessions.get(tenant, made.session_id)


async def test_without_redis_sessions_go_on(sessions: Sessions, redis: Server, tenant: str) -> None:
    made = await sessions.create(ada(tenant))
    redis.kill()
    assert await sessions.get(tenant, made.session_id) == made
    assert await sessions.revoke(tenant, made.session_id)
    with pytest.raises(Unauthenticated):
        await sessions.get(tenant, made.session_id)


async def test_nobody_holds_more_than_the_terms_allow(sessions: Sessions, tenant: str) -> None:
    made = [await sessions.create(ada(tenant)) for _ in range(3)]
    with pytest.raises(RateLimited) as refused:
        await sessions.create(ada(tenant))
    assert refused.value.extra["retry_after"] == 1800
    assert await sessions.revoke_all(tenant, "usr_ada", "password changed", keep=made[0].session_id) == 2
    assert await sessions.get(tenant, made[0].session_id)
    await sessions.create(ada(tenant))


async def test_who_brings_no_session_keeps_the_one_it_was_given(sessions: Sessions, tenant: str) -> None:
    first = await sessions.implicit(ada(tenant))
    assert (await sessions.implicit(ada(tenant))).session_id == first.session_id
    await sessions.revoke(tenant, first.session_id)
    assert (await sessions.implicit(ada(tenant))).session_id != first.session_id
