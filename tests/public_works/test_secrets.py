"""Secrets: one contract, over sealed files and over the environment."""

from pathlib import Path

import pytest

from symphainy.foundations.language.errors import Defect, Invalid, NotFound, Refused
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.foundations.public_works.adapters.env_secrets import EnvSecrets
from symphainy.foundations.public_works.adapters.file_secrets import FileSecrets

MASTER = b"m" * 32
GIVEN = {
    ("acme", "erp_password"): "canary-1",
    ("acme", "api"): "canary-2",
    ("acme-eu", "api"): "canary-3",
    ("rehearsal:acme", "api"): "canary-4",
}
VARIABLES = {
    "SECRET__ACME__ERP_PASSWORD": "canary-1",
    "SECRET__ACME__API": "canary-2",
    "SECRET__ACME_EU__API": "canary-3",
    "SECRET__REHEARSAL___ACME__API": "canary-4",
    "HOME": "/",
}


@pytest.fixture(params=["files", "environment"])
async def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> Secrets:
    if request.param == "environment":
        return EnvSecrets(VARIABLES)
    files = FileSecrets(tmp_path, MASTER)
    for (tenant, name), value in GIVEN.items():
        await files.put(tenant, name, value.encode())
    return files


async def test_each_tenant_sees_its_own(secrets: Secrets) -> None:
    for (tenant, name), value in GIVEN.items():
        assert await secrets.get(tenant, name) == value.encode()
    assert list(await secrets.list("acme")) == ["api", "erp_password"]
    assert list(await secrets.list("acme-eu")) == ["api"]
    assert list(await secrets.list("nobody")) == []
    for tenant, name in (("acme", "none"), ("nobody", "api"), ("eu", "api")):
        with pytest.raises(NotFound):
            await secrets.get(tenant, name)


@pytest.mark.parametrize(
    ("tenant", "name"),
    [
        ("..", "a"),
        ("acme/../x", "a"),
        ("", "a"),
        ("acme", ".."),
        ("acme", "a/b"),
        ("acme", "A"),
        ("acme", "a__b"),
        ("acme", ""),
    ],
)
async def test_hostile_names_are_refused(secrets: Secrets, tenant: str, name: str) -> None:
    with pytest.raises(Invalid):
        await secrets.get(tenant, name)


async def test_files_are_sealed_private_and_bound_to_their_place(tmp_path: Path) -> None:
    files = FileSecrets(tmp_path, MASTER)
    await files.put("acme", "api", b"canary-4711")
    await files.put("acme", "api", b"canary-4712")
    path = tmp_path / "secrets" / "acme" / "api"
    assert b"canary" not in path.read_bytes() and path.stat().st_mode & 0o077 == 0
    assert [found.name for found in path.parent.iterdir()] == ["api"]
    for tenant, name in (("other", "api"), ("acme", "second")):
        moved = tmp_path / "secrets" / tenant / name
        moved.parent.mkdir(exist_ok=True)
        moved.write_bytes(path.read_bytes())
        with pytest.raises(Defect, match="does not open"):
            await files.get(tenant, name)
    with pytest.raises(Defect):
        await FileSecrets(tmp_path, b"x" * 32).get("acme", "api")
    sealed = bytearray(path.read_bytes())
    for place in (0, 15, len(sealed) - 1):
        flipped = sealed.copy()
        flipped[place] ^= 1
        path.write_bytes(flipped)
        with pytest.raises(Defect) as caught:
            await files.get("acme", "api")
        assert "canary" not in str(caught.value)
    path.write_bytes(b"")
    with pytest.raises(Defect):
        await files.get("acme", "api")
    await files.delete("acme", "api")
    await files.delete("acme", "api")
    with pytest.raises(NotFound):
        await files.get("acme", "api")


async def test_the_environment_is_read_only() -> None:
    secrets = EnvSecrets(VARIABLES)
    with pytest.raises(Refused):
        await secrets.put("acme", "api", b"x")
    with pytest.raises(Refused):
        await secrets.delete("acme", "api")
