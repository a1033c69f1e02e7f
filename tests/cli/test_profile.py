"""The local profile: flags, a file, and both; what is wrong is named."""

import json
from pathlib import Path

import pytest

from symphainy.cli.profile import profile
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings


def test_flags_become_settings_of_the_throw_away_platform(tmp_path: Path) -> None:
    made = profile(
        allow_host=["localhost:9876"], map_host=["petstore.swagger.io=127.0.0.1:81"], secret=['s={"a": 1}'], timeout=5
    )
    assert (made.secret, made.timeout, made.is_special) == ({"s": {"a": 1}}, 5.0, True)
    settings = Settings(data_dir=tmp_path, **made.settings)
    assert (settings.outbound_allow, settings.outbound_places) == (
        ("localhost:9876",),
        {"petstore.swagger.io": "127.0.0.1:81"},
    )


def test_a_file_and_flags_add_up(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text(json.dumps([{"type": "b"}]))
    file = tmp_path / "p.yaml"
    file.write_text("allow_host: [a.org]\nwith: [other.yaml]\nevent: [{type: a}]\ntimeout: 9\nsecret: {k: v}\n")
    made = profile(file, allow_host=["b.org"], event=[tmp_path / "e.json"])
    assert made.allow_host == ("a.org", "b.org")
    assert (made.with_, made.timeout, made.secret) == ((tmp_path / "other.yaml",), 9.0, {"k": "v"})
    assert [event["type"] for event in made.event] == ["a", "b"]


def test_an_empty_profile_needs_no_platform_of_its_own() -> None:
    assert not profile().is_special


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ({"allow_host": ["http://x"]}, "--allow-host"),
        ({"map_host": ["x.org"]}, "--map-host"),
        ({"map_host": ["x.org=other.org:80"]}, "--map-host"),
        ({"secret": ["k=plain"]}, "--secret k"),
        ({"timeout": 0.0}, "--timeout"),
    ],
)
def test_what_is_wrong_is_named(flags: dict[str, object], word: str) -> None:
    with pytest.raises(Invalid, match=word):
        profile(**flags)  # type: ignore[arg-type]


def test_production_maps_no_hosts(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="development only"):
        Settings(data_dir=tmp_path, environment="production", outbound_map=("x.org=127.0.0.1:80",))
