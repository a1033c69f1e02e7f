import re

from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.graph import mermaid

from .catalog import CATALOG, HEAD
from .test_compile import plan


def test_it_draws_branches_loops_forks_tries_and_undo():
    drawn = mermaid(plan())
    assert drawn.startswith("flowchart TD\n")
    for part in (
        '"each: for each word"',
        '"both: all of"',
        '"parse: try, retry"',
        '["catch"]',
        '-. "undo" .->',
        '"pay.release@1"',
        '-- "yes" -->',
        '-. "next word" .->',
        "function loud",
    ):
        assert part in drawn, drawn
    assert drawn.count("subgraph") == len(re.findall(r"^\s*end$", drawn, re.MULTILINE))


def test_every_arrow_ends_at_a_node():
    drawn = mermaid(plan())
    nodes = {"start", "finish"} | set(re.findall(r"^\s*(?:subgraph )?(\w+)(?=[\[({>])", drawn, re.MULTILINE))
    arrows = [re.split(r"\s+(?:-->|--.*-->|-\..*\.->)\s+", line.strip()) for line in drawn.splitlines() if "->" in line]
    assert len(arrows) > 8
    assert {end for arrow in arrows for end in arrow} <= nodes


def test_text_cannot_leave_its_label():
    text = HEAD + "do:\n- 'a\"] --> b; click x':\n    set: {x: 1}\n    if: '.a == \"<b>\"'"
    drawn = mermaid(compile_text(text, catalog=CATALOG).plan)
    assert "click x" in drawn
    assert not re.search(r'\["[^"]*"[^\]\n]', drawn)
    assert "<b>" not in drawn


def test_an_empty_plan_is_drawn():
    assert "start --> finish" in mermaid(compile_text(HEAD + "do: []", catalog=CATALOG).plan)
