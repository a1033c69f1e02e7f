"""Becomes the sandboxed program: bounds itself, leaves the worker's namespaces where the kernel allows it, then executes.

Started as a file with ``python -I -S``, so that nothing of the worker's packages is loaded; standard library only. Arguments: one JSON
object (limits, hidden paths, whether the network is left), then the command.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
PRIVATE, NOSUID, NODEV, NOEXEC, BIND, REC = 1 << 18, 2, 4, 8, 4096, 16384
NOBODY = 65534
PDEATHSIG = 1
NO_NEW_PRIVS = 38


def main() -> None:
    """Bound, isolate, execute; 126 and 127 as a shell has them when it cannot."""
    given, command = json.loads(sys.argv[1]), sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    bound(given)
    if given["confined"] and isolate(libc, network=given["network"]):
        below(libc, given["hidden"])
    try:
        os.execvpe(command[0], command, os.environ)
    except FileNotFoundError:
        os._exit(127)
    except OSError:
        os._exit(126)


def bound(given: dict) -> None:  # type: ignore[type-arg]
    """Limits of the kernel: memory, processor time, file size, open files, no core."""
    limits = {
        resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: given["cpu"], resource.RLIMIT_DATA: given["memory"],
        resource.RLIMIT_FSIZE: given["file"], resource.RLIMIT_NOFILE: 256,
    }  # fmt: skip
    for what, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def isolate(libc: ctypes.CDLL, *, network: bool) -> bool:
    """Leave the namespaces of the worker: users, mounts, processes, and the network unless it is admitted."""
    uid, gid = os.getuid(), os.getgid()
    wanted = NEWUSER | NEWNS | NEWPID | NEWIPC | (0 if network else NEWNET)
    if libc.unshare(wanted) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with contextlib.suppress(OSError), open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (256, 256))  # counted within the new user namespace
    return True


def below(libc: ctypes.CDLL, hidden: list[str]) -> None:
    """Go on as the second process of the new process namespace; the first one only waits, and takes all others with it at its end."""
    first = os.fork()
    if first:
        _end_as(first)
    libc.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.mount(b"none", b"/", None, PRIVATE | REC, None)
    libc.mount(b"proc", b"/proc", b"proc", NOSUID | NODEV | NOEXEC, None)
    for path in hidden:
        if os.path.isdir(path):
            libc.mount(b"none", os.fsencode(path), b"tmpfs", NOSUID | NODEV, b"size=64k,mode=0555")
        elif os.path.exists(path):
            libc.mount(b"/dev/null", os.fsencode(path), None, BIND, None)
    _as_nobody(libc)
    second = os.fork()
    if second:
        for number in (0, 1, 2):
            with contextlib.suppress(OSError):
                os.close(number)
        _end_as(second)
    libc.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _as_nobody(libc: ctypes.CDLL) -> None:
    """One more user namespace, in which the program is nobody: what was mounted cannot be undone from there."""
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare(NEWUSER) == 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1")):
            with contextlib.suppress(OSError), open(f"/proc/self/{name}", "w") as file:
                file.write(text)


def _end_as(child: int) -> None:
    """Wait for a child, reaping others, and end as it has ended."""
    while True:
        found, status = os.wait()
        if found == child:
            break
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
