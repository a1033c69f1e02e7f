"""Identity and sessions at the door."""

from datetime import timedelta

import httpx2
import pytest

from symphainy.foundations.language.errors import Conflict, NotFound, Unauthenticated


async def test_register_login_refresh_logout(plane):
    client = await plane.client()
    session = await client.session()
    assert session.tenant == "acme" and session.principal.roles == ("member",)
    old = client.tokens.refresh
    login = await client.refresh()
    assert login.token_type == "Bearer" and client.token == login.access_token
    client.tokens.refresh = old
    with pytest.raises(Unauthenticated):
        await client.refresh()
    await client.logout()
    assert client.token is None
    with pytest.raises(Unauthenticated, match="Authorization"):
        await client.session()


async def test_wrong_password_and_known_address(plane):
    client = await plane.client()
    with pytest.raises(Unauthenticated):
        await client.login("acme", "ann@acme.example", "wrong")
    with pytest.raises(Conflict):
        await client.register("acme", "ann@acme.example", "whatever it is")


@pytest.mark.parametrize("extra", [{"roles": ["admin"]}, {"tenant_id": "b"}, {"id": "usr_1"}, {"status": "active"}])
async def test_mass_assignment_is_refused(plane, extra):
    body = {"tenant": "acme", "email": "a@b.example", "password": "long enough now", **extra}
    async with httpx2.AsyncClient(base_url=plane.url) as http:
        answer = await http.post("/api/auth/register", json=body)
    assert answer.status_code == 422 and answer.json()["errors"][0]["where"] == f"body.{next(iter(extra))}"
    assert "long enough now" not in answer.text
    assert not plane.parts.guard.users


async def test_clients_cannot_say_who_they_are_by_header(plane, client):
    lies = {
        "X-Tenant": "umbrella",
        "X-User-ID": "usr_1",
        "X-Forwarded-For": "10.9.9.9",
        "Authorization": f"Bearer {client.token}",
    }
    async with httpx2.AsyncClient(base_url=plane.url, headers=lies) as http:
        assert (await http.get("/api/session")).json()["tenant"] == "acme"
        await http.post("/api/auth/login", json={"tenant": "acme", "email": "ann@acme.example", "password": "x"})
    assert set(plane.parts.guard.addresses) == {"127.0.0.1"}


@pytest.mark.parametrize("value", ["", "Bearer", "Basic abc", "Bearer a b", "Bearer " + "x" * 9000, "Bearer nobody"])
async def test_bad_tokens_are_401_with_a_challenge(plane, value):
    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": value} if value else {}) as http:
        answer = await http.get("/api/session")
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")


async def test_two_authorization_headers_are_none(plane, client):
    twice = [("Authorization", f"Bearer {client.token}"), ("Authorization", f"Bearer {client.token}")]
    async with httpx2.AsyncClient(base_url=plane.url) as http:
        assert (await http.get("/api/session", headers=twice)).status_code == 401


async def test_sessions_are_ones_own(plane, client):
    other, foreign = await plane.client("bob@acme.example"), await plane.client("ann@umbrella.example", "umbrella")
    mine = await client.new_session()
    assert (await client.renew_session(mine.session_id)).expires_at > mine.expires_at
    for stranger in (other, foreign):
        for verb in (stranger.session, stranger.renew_session, stranger.end_session):
            with pytest.raises(NotFound):
                await verb(mine.session_id)
    await client.end_session(mine.session_id)
    with pytest.raises(NotFound):
        await client.session(mine.session_id)


async def test_an_ended_session_shuts_the_door(plane, client):
    plane.parts.clock.time += timedelta(hours=3)
    with pytest.raises(Unauthenticated, match="ended"):
        await client.executions()
