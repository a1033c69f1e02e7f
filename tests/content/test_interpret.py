"""Interpretation: what columns mean, keys, references between files, units; each with its reason, and no value quoted."""

import pytest

from symphainy.foundations.curator import Registry
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.insights.agents.interpreter import ranked
from symphainy.realms.insights.manager import Manager
from symphainy.realms.insights.services.observe import column, observe
from symphainy.realms.insights.services.observe.units import unit

POLICIES = "policy_no,holder,birth_dt,premium_usd,Weight (kg),lat,lon,rank\n" + "".join(
    f"P-{n:03},Ann{chr(97 + n % 26)} Lee,{1950 + n}-01-{n % 28 + 1:02},{100 + n}.50,{60 + n % 9}.5,"
    f"{40 + n / 999:.4f},{8 + n / 900:.4f},{n}\n"
    for n in range(1, 41)
)
CLAIMS = "claim,policy_no,mail,col4,days\n" + "".join(
    f"C{n},P-{n * 2 % 40 + 1 if n != 7 else 999:03},a{n}@example.com,{4111111111111111 if n % 2 else 5555555555554444},{n % 5 + 1}\n"
    for n in range(1, 31)
)


@pytest.fixture
async def told(run, tools):
    kept = {
        name: tools.keep(text.encode(), name=f"{name}.csv")
        for name, text in (("policies", POLICIES), ("claims", CLAIMS))
    }
    tables = [{"name": name, "data": ref.model_dump()} for name, ref in kept.items()]
    registry = Registry()
    Manager().register(registry)
    seen = await run(registry.function("insights.observe"), {"tables": tables})
    return await run(registry.function("insights.interpret"), seen)


async def test_columns_have_meanings_units_and_reasons(told):
    policies, claims = told.value["tables"]
    meanings = {line["name"]: line["meaning"] for line in policies["columns"]}
    assert meanings["birth_dt"] == "birth date" and meanings["holder"] == "person's name"
    assert (meanings["lat"], meanings["lon"]) == ("latitude", "longitude"), "what could be either is the second"
    assert meanings["premium_usd"] == "amount of money" and meanings["policy_no"] == "identifier"
    units = {line["name"]: line.get("unit") for line in policies["columns"]}
    assert (units["Weight (kg)"], units["premium_usd"], units["rank"]) == ("kg", "usd", None)
    assert {line["name"]: line["meaning"] for line in claims["columns"]}["col4"] == "payment card number", (
        "by its check digits"
    )
    assert any("claims.mail is email: 100% of the values look like it" in reason for reason in told.reasons)
    assert told.kind == "deterministic" and told.facts and policies["entity"] == "person"
    assert "Lee" not in told.model_dump_json() and "example.com" not in told.model_dump_json()


async def test_keys_and_references_are_found_with_their_orphans(told):
    assert "policy_no" in told.value["keys"]["policies"] and "claim" in told.value["keys"]["claims"]
    (reference,) = told.value["relations"]
    assert (reference["table"], reference["column"], reference["into"], reference["into_column"]) == (
        "claims", "policy_no", "policies", "policy_no",
    )  # fmt: skip
    assert 0.9 < reference["share"] < 1
    assert any("have no partner" in reason for reason in told.reasons)
    assert not any("days" in reason and "refers" in reason for reason in told.reasons), "small figures are no reference"


def test_a_header_alone_is_believed_less_than_values_and_against_them_not_at_all():
    def sure(name, values):
        return {meaning.name: sure for meaning, sure, _ in ranked(column(name, values))}

    mails = ["a@b.org", "c@d.org"]
    assert sure("email", mails)["email"] >= sure("x1", mails)["email"] > 0.9
    assert "email" not in sure("email", ["12", "15"])
    assert sure("col1", ["x", "yy"]) == {} == sure("col1", [])


@pytest.mark.parametrize(
    ("values", "meaning"),
    [
        (["4111 1111 1111 1112", "4111-1111-1111-1113"], None),
        (["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"], "iban"),
        (["GB82 WEST 1234 5698 7654 33"], None),
        (["123-45-6789", "078-05-1120"], "social security number"),
        (["2024-01-31", "2023-12-01"], "date"),
        (["01067", "20095-1234"], "postcode"),
        (["Norway", "C\u00f4te d'Ivoire", "Peru"], "country"),
        (["192.168.0.1", "10.0.0.255"], "ip address"),
        (["0.5", "1.25"], None),
    ],
)
def test_values_alone_tell_what_has_a_form(values, meaning):
    found = [one.name for one, _, _ in ranked(column("col1", values))]
    assert found[:1] == ([meaning] if meaning else [])


def test_units_stand_in_cells_or_in_brackets():
    assert unit("x", ["3 lbs", "4 lb.", "5 lbs"]) == ("lb", "cells")
    assert unit("Area (km\u00b2)", ["1,200", "7"]) == ("km2", "header")
    assert unit("checked in", ["1", "2"]) == (None, None) == unit("Name (in)", ["a"])


async def test_what_cannot_be_observed_is_refused(run, tools):
    table = {"name": "t", "data": tools.keep(b"a\n1\n").model_dump()}
    with pytest.raises(Invalid, match="a name of its own"):
        await run(observe, {"tables": [table, table]})
    with pytest.raises(TooLarge, match="limit is 20"):
        await run(observe, {"tables": [{**table, "name": f"t{n}"} for n in range(21)]})
    wide = tools.keep(",".join(f"c{n}" for n in range(601)).encode() + b"\n")
    with pytest.raises(TooLarge, match="601 columns"):
        await run(observe, {"tables": [{"name": "t", "data": wide.model_dump()}]})
