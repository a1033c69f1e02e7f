"""The log-in pages: where they lead, what they leave in a browser, whom they create."""

PASSWORD = "a long enough sentence"


async def test_a_log_in_leads_on_within_this_host_only(plane):
    await plane.token()
    http = await plane.http(Origin=plane.url)
    form = {"tenant": "acme", "email": "ann@acme.example", "password": PASSWORD}
    for asked, led in (
        ("/console/runs?a=1", "/console/runs?a=1"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
    ):
        answer = await http.post("/login", data={**form, "next": asked})
        assert answer.status_code == 303 and answer.headers["location"] == led
    kept = answer.headers.get_list("set-cookie")
    assert all("HttpOnly" in c and "SameSite=strict" in c for c in kept) and len(kept) == 2
    assert any(c.startswith("symphainy-refresh=") and "Path=/console/renew" in c for c in kept)
    wrong = await http.post("/login", data={**form, "password": "x", "next": "/console/runs"})
    assert wrong.headers["location"] == "/login?failed=true&next=/console/runs"
    page = await http.get("/login", params={"next": '/"><script>'})
    assert "<script" not in page.text and page.headers["referrer-policy"] == "same-origin"


async def test_somebody_new_is_created_and_logged_in_once(plane):
    http = await plane.http(Origin=plane.url)
    form = {"tenant": "fresh", "email": "eve@fresh.example", "password": PASSWORD, "next": "/console/"}
    answer = await http.post("/register", data=form)
    assert (
        answer.status_code == 303
        and answer.headers["location"] == "/console/"
        and "symphainy=" in answer.headers["set-cookie"]
    )
    again = await http.post("/register", data=form)
    assert again.status_code == 409 and "registered already" in again.text and "set-cookie" not in again.headers
    assert (await http.post("/register", data=form, headers={"Origin": "http://evil.example"})).status_code == 403


async def test_logging_out_forgets_both_cookies(plane):
    http = await plane.http(Origin=plane.url)
    http.cookies.set("symphainy", await plane.token())
    gone = (await http.post("/logout")).headers.get_list("set-cookie")
    assert {c.partition("=")[0] for c in gone} == {"symphainy", "symphainy-refresh"} and all(
        "Max-Age=0" in c for c in gone
    )
