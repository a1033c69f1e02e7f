"""What must be true of the machine before anything starts. Each refusal names the way out."""

import errno
import os
import shutil
import socket
import tempfile
from pathlib import Path

import psutil

from symphainy.cli.layout import PORTS, Layout
from symphainy.foundations.language.errors import Conflict, Unavailable

MINIMUM_FREE = 256 * 1024 * 1024
"""Bytes. A fresh PostgreSQL cluster and its write-ahead log take 60 to 120 MB; less room than this ends mid-run."""


def check_disk(folder: Path, *, minimum: int = MINIMUM_FREE) -> int:
    """Free bytes under ``folder``, which must be writable; it is created when missing.

    Raises:
        Unavailable: read-only, full, or not a folder; the message says which and what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".write-test-") as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise Unavailable(_disk_message(folder, error), code="disk") from error
    free = shutil.disk_usage(folder).free
    if free < minimum:
        raise Unavailable(
            f"The disk under {folder} has {free // 2**20} MiB free and an instance needs {minimum // 2**20} MiB. "
            "Free some space, or choose another place with --data-dir.",
            code="disk",
        )
    return free


def _disk_message(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk under {folder} is full. Free some space, or choose another place with --data-dir."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return (
            f"The data folder {folder} cannot be written ({os.strerror(error.errno)}). "
            "Make it writable for this user, or choose another place with --data-dir."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{folder} is not a folder. Choose another place with --data-dir."
    return f"The data folder {folder} cannot be used: {error}. Choose another place with --data-dir."


def check_ports(layout: Layout, names: tuple[str, ...]) -> None:
    """Every port of ``names`` must be free.

    Raises:
        Conflict: naming each taken port, what it is for and, where the system tells, who holds it.
    """
    taken = [(name, layout.port(name)) for name in names if not port_is_free(layout.host, layout.port(name))]
    if not taken:
        return
    lines = [f"port {port} ({name}) is in use{_holder(port)}" for name, port in taken]
    raise Conflict(
        "; ".join(lines) + ". Stop what holds it, or choose other ports with --port-base.",
        code="port_in_use",
        ports=[port for _, port in taken],
    )


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. A socket in TIME_WAIT does not count as taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port_base(host: str = "127.0.0.1") -> int:
    """A base whose whole range of ports is free at this moment: for throw-away instances and tests.

    The ephemeral range is avoided, so that an outgoing connection cannot take one of them meanwhile.
    """
    start = 10_000 + (os.getpid() * 16) % 20_000
    for step in range(0, 20_000, 16):
        base = 10_000 + (start - 10_000 + step) % 20_000
        if all(port_is_free(host, base + offset) for offset in range(len(PORTS))):
            return base
    raise Unavailable("No range of free ports was found between 10000 and 30000.", code="port_in_use")


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" by pid {connection.pid} ({psutil.Process(connection.pid).name()})"
    except (psutil.Error, OSError):  # not every user may look at other users' sockets
        pass
    return ""
