"""docs/diagnostics.md: every code has its place, and the page is the one that would be generated."""

import re
from pathlib import Path

from support.diagnostics_page import page

from symphainy.foundations.definitions.codes import CODES
from symphainy.foundations.definitions.diagnostics import DOCS, diagnostic


def test_the_page_is_the_one_that_would_be_generated(root: Path) -> None:
    assert (root / "docs" / "diagnostics.md").read_text("utf-8") == page(), "run `make diagnostics`"


def test_every_code_has_sentence_fix_example_and_address(root: Path) -> None:
    text = (root / DOCS.removesuffix("#")).read_text("utf-8")
    places = dict(re.findall(r'^### <a id="(\w+)"></a>\w+\n(.*?)(?=^##|\Z)', text, re.MULTILINE | re.DOTALL))
    assert set(places) == set(CODES)
    for code, row in CODES.items():
        assert diagnostic(code).doc == f"docs/diagnostics.md#{code}"
        assert row.sentence in places[code] and row.fix in places[code]
        assert "```yaml\n" in places[code] and "says at `" in places[code]
