"""The one layout: values and comments stay, a second time changes nothing, the given samples all pass."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphainy.cli.fmt import fmt
from symphainy.foundations.definitions.layout import Unformattable, formatted
from symphainy.foundations.definitions.yaml12 import load

from .examples import documents, needs_examples

UNTIDY = """\
# head
do:
# first
- a:
    set: {x: 1,
          y: 2} # both
    # below a

# second
- b:
    call: x
    with:
       - 1
       # one and a half
       - 2


       -   {k: v, # inside
            l: w}
    text: |
          a
            b

          c
    if: >-
      ${ .a
         == 1 }
    q: "line
      two"
document: # about
    name:   x   # n
    dsl: 1.0.3
# end
"""
TIDY = """\
document:  # about
  dsl: 1.0.3
  name: x  # n
# head
do:
  # first
  - a:
      set: {x: 1, y: 2}  # both
      # below a

  # second
  - b:
      call: x
      with:
        - 1
        # one and a half
        - 2

        - k: v  # inside
          l: w
      text: |
        a
          b

        c
      if: >-
        ${ .a
           == 1 }
      q: "line
        two"
# end
"""


def test_a_definition_is_laid_out_and_keeps_every_comment() -> None:
    assert formatted(UNTIDY) == TIDY
    assert formatted(TIDY) == TIDY


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a:   1\r\nb: 'x'\r\n", "a: 1\nb: 'x'\n"),
        ("a: &x {b: 1}\nc: *x\n", "a: &x {b: 1}\nc: *x\n"),
        ("a: []\nb: {}\nc:\n", "a: []\nb: {}\nc:\n"),
        ("a: 'it # is'   # one\n", "a: 'it # is'  # one\n"),
        ("- 1\n", None),
        ("a: [1, 2\n", None),
        ("a: 1\na: 2\n", None),
        ("a: |2\n    x\n  y\n", 'a: "  x\\ny\\n"\n'),
        ("a:\n- - 1\n  - 2\n- {}\n", "a:\n  -\n    - 1\n    - 2\n  - {}\n"),
        ("name: s\ninput: {a: 1}\n", "name: s\ninput: {a: 1}\n"),
    ],
)
def test_forms(text: str, made: str | None) -> None:
    if made is None:
        with pytest.raises(Unformattable):
            formatted(text, file="x.yaml")
    else:
        assert formatted(text) == made


def test_a_map_in_braces_that_is_too_long_is_opened() -> None:
    long = ", ".join(f"key{n}: value number {n}" for n in range(8))
    made = formatted(f"a: {{{long}}}\n")
    assert made.startswith("a:\n  key0: value number 0\n") and formatted(made) == made


def _tree() -> st.SearchStrategy[object]:
    words = st.sampled_from(["a", "b-c", "${ .x }", "two words", "# no", "1", "null", "x: y", ""])
    leaf = st.one_of(words, st.integers(-5, 5), st.booleans(), st.none())
    return st.recursive(
        leaf, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3))
    )


@given(
    st.dictionaries(st.sampled_from(["document", "do", "x", "y"]), _tree(), min_size=1),
    st.booleans(),
    st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_any_value_survives(value: dict[str, object], flow: bool, indent: int) -> None:
    import yaml

    text = yaml.safe_dump(value, default_flow_style=flow, indent=indent, allow_unicode=True)
    made = formatted(text)
    assert load(made).value == load(text).value and formatted(made) == made


@needs_examples
def test_every_given_sample_is_laid_out() -> None:
    for name, text in documents().items():
        made = formatted(text, file=name)
        assert formatted(made) == made


def test_what_the_repository_ships_is_laid_out(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt([root / "docs" / "examples", root / "solutions"], check=True) == 0, capsys.readouterr().out


def test_the_command_changes_in_place_or_only_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, broken = tmp_path / "a.yaml", tmp_path / "sub" / "b.yaml"
    file.write_text("a:   1\n")
    assert fmt([tmp_path], check=True) == 1 and file.read_text() == "a:   1\n"
    assert fmt([tmp_path], check=False) == 0 and file.read_text() == "a: 1\n"
    assert fmt([tmp_path], check=True) == 0
    broken.parent.mkdir()
    broken.write_text("a: [\n")
    assert fmt([tmp_path], check=False) == 2 and "YAML001" in capsys.readouterr().err
