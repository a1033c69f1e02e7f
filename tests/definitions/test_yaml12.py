import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphainy.foundations.definitions.yaml12 import load


def value(text):
    source = load(text)
    assert not source.faults, source.faults
    return source.value


def fault(text):
    (found,) = load(text, file="x.yaml").faults
    return found


def test_core_schema_of_yaml_1_2():
    text = (
        "on: yes\noff: No\ndate: 2024-01-01\noct: 0o17\nold: 017\nhex: 0xff\nf: 1e3\nn: ~\nt: TRUE\ntime: 12:30:45\nempty:\nq: "
        "'1'\nu: 1_000\n"
    )
    assert value(text) == {
        "on": "yes", "off": "No", "date": "2024-01-01", "oct": 15, "old": 17, "hex": 255, "f": 1000.0, "n": None, "t": True,
        "time": "12:30:45", "empty": None, "q": "1", "u": "1_000",
    }  # fmt: skip


def test_keys_are_strings_and_places_are_kept():
    source = load("a:\n  404: x\n  b/c:\n    - 1\n    - d: 2\n")
    assert source.value == {"a": {"404": "x", "b/c": [1, {"d": 2}]}}
    assert source.place("/a/404") == (2, 3)
    assert source.place("/a/404", value=True) == (2, 8)
    assert source.place("/a/b~1c/1/d") == (5, 7)
    assert source.place("/a/nothing/here") == (1, 1)


def test_json_is_accepted_tabs_and_halves_included():
    assert value('{\n\t"a": [1, 2.5, null, true],\n\t"b": "\\ud83d\\ude00 \\u00e9 \\/"\n}') == {
        "a": [1, 2.5, None, True],
        "b": "😀 é /",
    }


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: b: c", "YAML001", (1, 5)),
        ("a: [1, 2", "YAML001", (2, 1)),
        ("a: *b", "YAML001", (1, 4)),
        ("a: 1\nb: 2\na: 3", "YAML002", (3, 1)),
        ("x:\n  - {k: 1, k: 2}", "YAML002", (2, 12)),
        ("a: .nan", "YAML004", (1, 4)),
        ('{"a": NaN}', "YAML004", (1, 7)),
        ("a: 1e400", "YAML004", (1, 4)),
        ("a: 123456789012345678901234567890", "YAML004", (1, 4)),
        ("a: " + "9" * 5000, "YAML004", (1, 4)),
        ("a: \ud800", "YAML004", (1, 1)),
        ("", "YAML005", (1, 1)),
        ("a: 1\n---\nb: 2", "YAML005", (2, 1)),
        ("a: !!python/object/apply:os.system [id]", "YAML006", (1, 4)),
        ("a: !!binary aGk=", "YAML006", (1, 4)),
        ("? [a]\n: 1", "YAML006", (1, 3)),
        ("a: &x {b: 1}\nc:\n  <<: *x", "YAML006", (3, 3)),
        ("a: " + "[" * 70 + "]" * 70, "YAML003", (1, 68)),
        ("- 1\n" * 10_001, "YAML003", (10_000, 3)),
    ],
)
def test_what_is_refused_is_refused_at_its_place(text, code, place):
    found = fault(text)
    assert (found.code, (found.line, found.column)) == (code, place)
    assert found.message
    assert found.fix


def test_size_is_bounded():
    assert fault("a: " + "x" * (1 << 20)).code == "YAML003"


def test_a_bomb_of_aliases_does_not_go_off():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"] + [
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)
    ]
    assert fault("\n".join(lines)).code == "YAML003"
    deep = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 70)]
    assert fault("\n".join(deep)).code == "YAML003"
    assert fault("a: &a [*a]").code == "YAML001"


def test_aliases_are_copies():
    got = value("x-base: &b {k: [1]}\na: *b\nc: *b")
    assert got["a"] == got["c"] == {"k": [1]}
    assert got["a"] is not got["c"]


SIMPLE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn")), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | SIMPLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SIMPLE, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JSON, st.booleans())
def test_json_comes_back_as_it_was(data, ascii_only):
    assert load(json.dumps(data, indent=1, ensure_ascii=ascii_only)).value == data


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_fault(text):
    source = load(text)
    assert source.faults or json.dumps(source.value) is not None
