"""Doctor on the platform: does the database answer, is its schema at the newest form, do the clocks agree."""

import asyncio
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from symphainy.cli.finding import Finding
from symphainy.cli.instance import Instance
from symphainy.foundations.settings import Settings

SKEW = timedelta(seconds=3)
"""A new token is valid from its issue on: with more than this between two machines it is refused as not yet valid.

A server's ``Date`` has whole seconds, so one of the three is not skew."""


async def database(settings: Settings) -> list[Finding]:
    """Through the same adapter that every process uses."""
    if settings.sql_url == "embedded":
        instance = Instance.load(settings.data_dir.resolve())
        if instance is None or not instance.alive:
            return [Finding("database", "note", "not running; start it with `symphainy up`")]
        settings = settings.model_copy(update={"sql_url": instance.environment["SYMPHAINY_SQL_URL"]})
    from symphainy.bindings.works import sql
    from symphainy.runtime.store.migrate import current, newest

    found = sql(settings)
    try:
        await found.ping()
        at = await current(found)
    finally:
        await found.close()
    verdict = Finding(
        "schema", "ok" if at == newest() else "wrong", f"at {at or 'nothing'}, newest is {newest()}",
        "A start with `symphainy up` migrates it.",
    )  # fmt: skip
    return [Finding("database", "ok", "answers"), verdict]


async def clock(settings: Settings) -> list[Finding]:
    """This machine's clock against that of the machine that serves."""
    instance = Instance.load(settings.data_dir.resolve())
    if instance is None or not instance.alive:
        return [Finding("clock", "note", "nothing runs to compare it with")]
    told = await asyncio.to_thread(_date, instance.layout.url("experience_api") + "/health")
    if told is None:
        return [Finding("clock", "note", "the Experience API did not tell the time")]
    skew = abs(datetime.now(UTC) - told)
    remedy = "Let both machines follow the same time server (NTP)."
    return [Finding("clock", "ok" if skew <= SKEW else "wrong", f"within {skew.total_seconds():.0f} s", remedy)]


def _date(url: str) -> datetime | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            said = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        said = error.headers.get("Date")
    except OSError:
        return None
    return parsedate_to_datetime(said) if said else None
