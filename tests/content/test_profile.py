"""A table, measured."""

import pytest

from symphainy.foundations.language.document import Table
from symphainy.foundations.language.errors import NotFound, TooLarge
from symphainy.realms.content.services.detect import detect
from symphainy.realms.content.services.parse import parse
from symphainy.realms.insights.services.profile import column_of, profile, profile_of


async def test_profile_of_the_claims(run, tools, knowledge):
    ref = tools.keep((knowledge / "claims.csv").read_bytes(), name="claims.csv")
    document = await run(parse, await run(detect, {"file": ref.model_dump()}))
    found = await run(profile, {"text": document.text.model_dump()})
    assert (found.rows, found.duplicates, found.completeness) == (12, 0, 1.0)
    columns = {column.name: column for column in found.columns}
    assert {name: column.type for name, column in columns.items()} == {
        "claim_number": "identifier",
        "policy_number": "identifier",
        "reported": "date",
        "peril": "text",
        "postcode": "identifier",
        "amount": "decimal",
        "status": "text",
    }
    assert columns["claim_number"].uniqueness == 1.0
    assert columns["policy_number"].distinct == 10
    assert (columns["amount"].least, columns["amount"].most) == ("75.00", "27600.00")
    assert (columns["reported"].least, columns["reported"].most) == ("2026-01-09", "2026-03-10")
    assert columns["status"].least is None, "words are not repeated: they may name people"
    with pytest.raises(NotFound, match="no table 1"):
        await run(profile, {"text": document.text.model_dump(), "table": 1})


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "-3", "1,000"], "integer"),
        (["1", "2.50"], "decimal"),
        (["007", "12"], "identifier"),
        (["yes", "No"], "boolean"),
        (["20251231", "20260101"], "date"),
        (["31.12.2025", "01.01.2026"], "date"),
        (["2026-01-01", "01.01.2026"], "text"),
        (["", "n/a", "NULL"], "empty"),
        (["12 euros"], "text"),
    ],
)
def test_types(values, kind):
    assert column_of("x", values).type == kind


def test_gaps_ragged_rows_and_duplicates():
    found = profile_of(Table(rows=(("a", "b"), ("1", ""), ("1", ""), ("2",)), header=True))
    assert (found.rows, found.duplicates, found.completeness) == (3, 1, 0.5)
    assert [(c.name, c.completeness, c.distinct) for c in found.columns] == [("a", 1.0, 2), ("b", 0.0, 0)]
    headless = profile_of(Table(rows=(("1", "2"),), header=False))
    assert [c.name for c in headless.columns] == ["column 1", "column 2"]
    assert profile_of(Table()).rows == 0


def test_a_very_wide_table_is_refused():
    with pytest.raises(TooLarge, match="limit is 300 columns"):
        profile_of(Table(rows=(tuple("x" * 301),), header=False))
