import os
import socket
from pathlib import Path

import pytest

from symphainy.cli.checks import check_disk, check_ports, free_port_base, port_is_free
from symphainy.cli.layout import PORTS, Layout
from symphainy.foundations.language.errors import Conflict, Unavailable


def test_a_taken_port_is_named_with_its_holder(tmp_path: Path) -> None:
    layout = Layout(tmp_path, free_port_base())
    with socket.create_server((layout.host, layout.port("redis"))):
        with pytest.raises(Conflict) as caught:
            check_ports(layout, ("temporal", "redis"))
        detail = caught.value.detail
        assert f"port {layout.port('redis')} (redis) is in use by pid {os.getpid()}" in detail
        assert "--port-base" in detail
        assert "temporal" not in detail
    check_ports(layout, ("temporal", "redis"))


def test_a_free_base_has_all_its_ports_free() -> None:
    base = free_port_base()
    assert all(port_is_free("127.0.0.1", base + offset) for offset in range(len(PORTS)))


def test_a_folder_that_is_there_and_writable_is_fine(tmp_path: Path) -> None:
    assert check_disk(tmp_path / "new" / "deep") > 0
    assert (tmp_path / "new" / "deep").is_dir()
    assert list((tmp_path / "new" / "deep").iterdir()) == []


def test_a_full_disk_says_how_much_it_has_and_needs(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"has \d+ MiB free and an instance needs .* --data-dir"):
        check_disk(tmp_path, minimum=2**60)


def test_a_file_in_the_way_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Unavailable, match="is not a folder"):
        check_disk(tmp_path / "data")


def test_a_read_only_place_says_so() -> None:
    """/proc refuses root as well, which a mode of 0500 does not."""
    with pytest.raises(Unavailable, match=r"/proc/symphainy.* (cannot be written|cannot be used).*--data-dir"):
        check_disk(Path("/proc/symphainy"))


def test_a_disk_without_a_single_block_left() -> None:
    """/dev/full accepts a file's opening and refuses its bytes: what a full disk does."""
    from symphainy.cli.checks import _disk_message

    with pytest.raises(OSError, match="No space") as caught, open("/dev/full", "wb", buffering=0) as full:
        full.write(b"x")
    assert "is full" in _disk_message(Path("/data"), caught.value)
