"""docs/security.md names tests that there are, for every row of the contract."""

from pathlib import Path

from support.checklist import ELSEWHERE, ROWS, missing, page

LETTERED = (
    {f"A{n}" for n in range(1, 11)} | {f"B{n}" for n in range(11, 18)} | {f"E{n}" for n in range(18, 28)} | {"F28"}
)


def test_every_row_of_the_contract_is_there() -> None:
    assert LETTERED <= ROWS.keys() | ELSEWHERE.keys()
    assert {"C", "D"} <= {row[0] for row in ROWS}


def test_every_named_test_is_there() -> None:
    assert missing() == []


def test_the_page_is_the_one_that_would_be_generated(root: Path) -> None:
    assert (root / "docs" / "security.md").read_text("utf-8") == page(), "run `make security-page`"
