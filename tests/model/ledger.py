"""What receives the effects, outside every worker that may be killed: one thread, a line of JSON in and one out.

As receivers that deduplicate do, it answers a key that it knows with what it answered before; a delivery that comes again is counted.
"""

import json
import socket
import socketserver
import threading
import time
from collections import Counter, defaultdict
from typing import Any

from support.machine_driver import Fault

from model.capabilities import Ledger

REPLY = 0.02
"""Seconds between making an effect and saying so: the worst moment to be killed in."""


class Receiver:
    """Ledgers by execution."""

    def __init__(self) -> None:
        self.ledgers: dict[str, Ledger] = defaultdict(Ledger)
        self.answers: dict[str, str] = {}
        self.again: Counter[str] = Counter()
        self._lock = threading.Lock()

    def deliver(self, line: bytes) -> str:
        """One delivery: execution, key, capability, arguments."""
        execution, key, name, arguments = json.loads(line)
        with self._lock:
            known = f"{execution}{key}"
            if known in self.answers:
                self.again[execution] += 1
            else:
                try:
                    found: dict[str, Any] = {"output": self.ledgers[execution].functions[name](arguments)}
                except Fault as fault:
                    found = {"problem": fault.problem.model_dump(mode="json")}
                self.answers[known] = json.dumps(found)
            return self.answers[known]

    def serve(self) -> tuple[socketserver.ThreadingTCPServer, int]:
        """Listen on a free port of loopback, in threads of its own."""
        receiver = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    answer = receiver.deliver(line).encode() + b"\n"
                    time.sleep(REPLY)
                    self.wfile.write(answer)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = allow_reuse_address = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A worker was killed in the middle of a line."""

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server, int(server.server_address[1])


class Remote:
    """The receiver as a worker sees it."""

    def __init__(self, port: int) -> None:
        self._file = socket.create_connection(("127.0.0.1", port)).makefile("rwb")

    def call(self, execution: str, key: str, name: str, arguments: Any) -> Any:
        """Deliver; the output, or the declared fault."""
        self._file.write(json.dumps([execution, key, name, arguments]).encode() + b"\n")
        self._file.flush()
        found = json.loads(self._file.readline())
        if "problem" in found:
            fault = Fault()
            fault.problem = fault.problem.model_validate(found["problem"])
            raise fault
        return found["output"]
