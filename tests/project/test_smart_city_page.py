"""docs/smart-city.md says what the code and the tests say, and nothing else."""

from pathlib import Path

from support.rules import marks, page, rules


def test_every_mark_names_a_rule_and_what_it_shows() -> None:
    known = rules()
    assert [m for m in marks() if m.rule not in known or m.shows not in ("bites", "off")] == []


def test_the_page_is_the_one_that_would_be_generated(root: Path) -> None:
    assert (root / "docs" / "smart-city.md").read_text("utf-8") == page(), "run `make smart-city`"


def test_every_rule_is_stated_in_a_file_of_its_service() -> None:
    assert {rule.id for rule in rules().values() if not rule.says} == set()


def test_every_rule_is_shown_at_work_and_switched_off() -> None:
    shown = {(mark.rule, mark.shows) for mark in marks()}
    assert {rule for rule in rules() for shows in ("bites", "off") if (rule, shows) not in shown} == set()
