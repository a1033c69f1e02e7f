"""The page that says how to add a service, done: its code, in a chain of nine."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Record
from symphainy.governance.assembly import Needs, build_city

from .parts import CONTRACT, MASTER, START, Scene


def the_page(root: Path) -> dict[str, Any]:
    """What the page's first two blocks define, as one module would."""
    blocks = re.findall(r"^```python\n(.*?)^```$", (root / "docs" / "adding-a-rule.md").read_text(), re.M | re.S)
    module: dict[str, Any] = {"__name__": "almoner"}
    for block in blocks[:2]:
        exec(compile(block, "adding-a-rule.md", "exec"), module)
    return module


async def test_one_file_and_one_word_make_a_ninth_service(root: Path) -> None:
    page = the_page(root)
    scene = Scene()
    needs = Needs(MASTER, scene.rows, scene.directory, scene.grants, scene.catalogue, clock=scene.clock)
    scene.city = build_city(needs, page["CITY"])
    await scene.start()
    assert [e["service"] for e in scene.city.status()["roll"]][-1] == "almoner"  # type: ignore[index]
    asked, night = CONTRACT.model_copy(update={"name": "insights.ask"}), START - timedelta(hours=7)
    assert "almoner" in {r.service for r in (await scene.step(asked)).rulings}
    record = Record()
    with pytest.raises(Refused, match="before six"):
        await scene.step(asked, record=record, now=night)
    assert record.verdict == "deny"
    page["Almoner"].mode = "off"
    await scene.step(asked, now=night)
