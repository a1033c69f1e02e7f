"""The tools of Insights in a browser: a table measured, mapped onto a model, joined to another, and what is made of it read in Content."""

import asyncio

import pytest
from selenium.webdriver.common.keys import Keys
from support.browser import CONTROLS, Browser
from support.instance import Running

pytestmark = pytest.mark.timeout(300)
HOLDERS = "Policy No,holder,city\n000451,Ada Byron,Dresden\n000977,Alan Moss,Hamburg\n009999,Nobody Else,Bonn\n"


@pytest.fixture(scope="module")
def holders(running: Running, ann, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A second table of Ann's."""
    path = tmp_path_factory.mktemp("tables") / "holders.csv"
    path.write_text(HOLDERS)

    async def sent() -> str:
        async with await ann.client(running) as program:
            taken = await program.upload(path)
            return (await program.result(taken.execution_id, wait=60)).output["document"]

    return asyncio.run(sent())


def chosen(page: Browser, label: str, option: str) -> None:
    """Choose in a select, as with a mouse."""
    page.wait(
        lambda: next((e for e in page.all(".q-select") if e.text.split("\n")[0] == label), None), f"a select {label}"
    ).click()
    page.wait(lambda: [e for e in page.all("[role=option]") if e.text == option], f"the option {option}")[0].click()
    page.wait(lambda: not page.all("[role=option]"), "the choice")


def cells(page: Browser, table: str) -> list[list[str]]:
    """The cells of a table, once it is there."""
    page.one(f"table[aria-label='{table}'] tbody tr")
    rows = page.all(f"table[aria-label='{table}'] tbody tr")
    return [[cell.text for cell in row.find_elements("tag name", "td")] for row in rows]


def nameless(page: Browser) -> list[str]:
    return [
        e.get_attribute("outerHTML")[:200]
        for e in page.all(CONTROLS)
        if e.is_displayed() and not e.accessible_name.strip()
    ]


def test_the_quality_of_a_table_is_measured(page: Browser, ann) -> None:
    page.open(f"/console/content/{ann.documents['claims.csv']}")
    page.one("table[aria-label=Tables] a").click()
    number = next(row for row in cells(page, "Columns of the table") if row[0] == "claim_number")
    assert number[1:4] == ["identifier", "100.0%", "12"]
    assert "27600.00" in page.one("table[aria-label='Columns of the table']").text
    verdict = page.one("[aria-label=Verdict]")
    assert all(part in verdict.text for part in ("score", "completeness", "validity", "uniqueness", "consistency"))
    assert len(page.all(".score meter")) == 5 and not nameless(page) and page.complaints() == []
    verdict.find_element("link text", "How this came about").click()
    page.says("insights.quality")


def test_a_table_is_mapped_onto_a_model_and_made(page: Browser, ann) -> None:
    page.open("/console/insights")
    page.named("Mapping").click()
    chosen(page, "From", "claims.csv")
    page.named("… or onto these fields").send_keys(
        "claim number", Keys.ENTER, "claim amount: what is paid, in euro", Keys.ENTER, "adjuster"
    )
    page.wait(lambda: page.named("Propose a mapping").is_enabled(), "both sides")
    page.named("Propose a mapping").click()
    proposed = cells(page, "Target columns")
    assert {"claims.claim_number", "claims.amount"} <= {row[2] for row in proposed}, proposed
    assert "adjuster" in page.one("[aria-label=Proposal]").text.partition("Not reached")[2]
    assert not nameless(page)
    page.named("Create the data set").click()
    assert [row[:2] for row in cells(page, "Lineage of columns")][0] == ["claim number", "claims.claim_number"]
    assert "Rows\n12" in page.one("[aria-label='Data set'] dl").text and page.complaints() == []


def test_two_tables_are_joined_and_the_data_set_is_read_in_content(page: Browser, holders: str) -> None:
    page.open("/console/insights/mash")
    chosen(page, "Table", "claims.csv")
    page.named("Join another table").click()
    chosen(page, "Joined table", "holders.csv")
    page.wait(lambda: "holders.holder" in page.one("table[aria-label='Target columns']").text, "the columns of both")
    assert "holders.Policy No" not in page.one("table[aria-label='Target columns']").text, "the key is there once"
    page.named("Create the data set").click()
    assert cells(page, "Joins") == [["holders", "9", "1", "0", "1"]]
    page.named("Put it into Content").click()
    page.named("Open it in Content").click()
    page.wait(lambda: page.one("h1").text == "Document", "the document")
    page.says("Ada Byron")
    assert "holder, city" in page.one("table[aria-label=Tables]").text and page.complaints() == []
