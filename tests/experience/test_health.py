"""Health: the process, what it rests on, whether it may be sent work."""

import httpx2
from experience_fakes import FakePing


async def test_ping_health_and_ready(start):
    sql, streams = FakePing(), FakePing()
    plane = await start(pings={"sql": sql, "streams": streams})
    async with httpx2.AsyncClient(base_url=plane.url) as http:
        assert (await http.get("/ping")).status_code == 204
        assert (await http.get("/ready")).json() == {"status": "ok", "parts": {"sql": "ok", "streams": "ok"}}
        streams.away = True
        assert (await http.get("/health")).json() == {"status": "degraded", "parts": {"sql": "ok", "streams": "away"}}
        assert (await http.get("/ready")).status_code == 503
        assert (await http.get("/health")).status_code == 200


async def test_the_app_carries_its_parts(plane):
    app = plane.server.config.app
    assert app.title == "Symphainy Experience Plane" and app.state.security_guard_sdk is plane.parts.guard
