"""A process that has loaded the platform once and forks a role on request (``symphainy.cli.nursery`` asks).

Loading SQLAlchemy, Temporal's SDK, FastAPI and the platform takes 4 to 8 seconds of processor time; six roles would each pay it, and
so would each restart of a killed one. A fork shares what is loaded. It is safe here because this process never starts a thread, an
event loop or a connection: it imports, waits and forks.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

FIRST = ("symphainy.cli.prepare", "symphainy.runtime.store.migrate")
"""Loaded before it says that it is ready: what runs once, before every role, and beside what is loaded next."""
WORKER = (
    "symphainy.bindings.platform",
    "symphainy.bindings.realms",
    "symphainy.activities.boundary",
    "symphainy.worker",
)
"""In pieces: between two of them it hears what is asked."""
EVERY = ("symphainy.bindings.roles", "symphainy.foundations.experience.edge.serving")
"""What each role but the worker needs: loaded as well, unless the worker is all that is wanted. No role is forked before."""
LATER = (
    "symphainy.experience_api.app",
    "symphainy.solution_api.app",
    "symphainy.solution_api.console.mount",
    "symphainy.solution_api.console.places",
)
"""Loaded while nobody asks for anything."""
LIMIT = 1 << 18
"""Bytes of a request: arguments and environment."""
DESCRIPTORS = 2


def serve(line: socket.socket, roles: Sequence[str] = (), later: Sequence[str] = ()) -> None:
    """Fork what is asked for until the other end is closed; report each child's end with its exit code.

    Meanwhile load: ``roles`` before anything that stays is forked, so that all of them share it; ``later`` while nobody asks.
    """
    wake, told = os.pipe()
    for end in (wake, told):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    due, waiting = list(roles), list(later)
    while True:
        ready, _, _ = select.select([line.fileno(), wake], [], [], 0 if due or waiting else None)
        if wake in ready:
            os.read(wake, 4096)
            _report(line)
        if line.fileno() in ready:
            data, descriptors, _, _ = socket.recv_fds(line, LIMIT, DESCRIPTORS)
            if not data:
                return  # the supervisor is gone; its children work on
            request = json.loads(data)
            while due and not request["once"]:
                _load(due.pop(0))
            _answer(line, request, descriptors)
        elif due or waiting:
            _load((due or waiting).pop(0))


def _load(module: str) -> None:
    gc.disable()  # nothing of what is loaded is ever garbage: looking for it takes a tenth of the time
    import_module(module)
    gc.enable()


def _answer(line: socket.socket, request: dict[str, object], descriptors: list[int]) -> None:
    if threading.active_count() > 1:  # a lock that another thread holds would be held for ever in the child
        answer: dict[str, object] = {"error": f"threads: {threading.enumerate()}"}
    else:
        import_module(str(request["module"]))
        gc.collect()
        gc.freeze()  # what is loaded stays shared: the collector must not write to it in each child
        pid = os.fork()
        if pid == 0:
            _become(line, request, descriptors)
        answer = {"pid": pid}
    for descriptor in descriptors:
        os.close(descriptor)
    line.send(json.dumps(answer).encode())


def _report(line: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        line.send(json.dumps({"ended": pid, "code": os.waitstatus_to_exitcode(status)}).encode())


def _become(line: socket.socket, request: dict[str, object], descriptors: list[int]) -> None:
    """The child: as if it had been started by ``exec`` with this environment, output and arguments."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for what in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(what, signal.default_int_handler if what == signal.SIGINT else signal.SIG_DFL)
        if not request["once"]:
            line.close()  # held open by a child that stays, it would hide the nursery's own end
        os.setsid()
        log, *listener = descriptors
        for standard in (1, 2):
            os.dup2(log, standard)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        arguments, environment = request["arguments"], request["environment"]
        assert isinstance(arguments, list) and isinstance(environment, dict)
        os.environ.clear()
        os.environ.update(environment)
        given = [str(argument) for argument in arguments] + [part for fd in listener for part in ("--fd", str(fd))]
        module = str(request["module"])
        sys.argv = [module, *given]
        import_module(module).main(given)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if request["once"]:  # somebody waits for the code, and the nursery may be loading just now
            line.send(json.dumps({"ended": os.getpid(), "code": code}).encode())
        os._exit(code)


def main() -> None:
    """Load, say so, serve: ``python -P -m symphainy.cli.nursery_child FD everything|first|nothing``."""
    line, what = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
    if what != "nothing":
        for module in FIRST:
            _load(module)
    line.send(json.dumps({"ready": True}).encode())
    roles = {"everything": (*WORKER, *EVERY), "first": WORKER, "nothing": ()}[what]
    serve(line, roles, LATER if what == "everything" else ())


if __name__ == "__main__":
    main()
