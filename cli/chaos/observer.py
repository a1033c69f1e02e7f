"""The outside observer: a process with its own SQLite that writes down every delivery, and each first delivery per key.

``python observer.py PORT FILE [--ignore-keys]``. POST /deliver {"key", "kind", "amount", "receiver"} with receiver ``key``
(deduplicates by key), ``lookup`` or ``none`` (do not). GET /ledger gives both tables, /times when each delivery came;
GET /lookup?key= what is known of a key. POST /plan {"moments": {…}} names moments at which it kills: ``received`` (before it
commits) and ``committed`` (before it replies), with the pid to kill. POST /drop {"count": n}: the next n deliveries are committed
and never answered. POST /silent {"refuse": s, "swallow": s}: for so many seconds it hangs up on deliveries, then for so many it
takes them, writes nothing and says nothing. ``--ignore-keys`` is the negative control: a receiver that cannot tell a second
delivery from a first.

Nothing of the platform is imported: whoever watches must not rest on what is watched.
"""

import json
import os
import signal
import sqlite3
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

PAUSE = 0.02
"""Seconds between commit and reply, so that kills land in the worst moment."""


class Ledger:
    """Both tables, on disk before anybody is answered."""

    def __init__(self, file: str) -> None:
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS attempts(n INTEGER PRIMARY KEY, key TEXT, kind TEXT, at REAL);"
            "CREATE TABLE IF NOT EXISTS effects(n INTEGER PRIMARY KEY, key TEXT, kind TEXT, amount INTEGER, account INTEGER,"
            " noted INTEGER);"
            "CREATE INDEX IF NOT EXISTS effect_of ON effects(key);"
        )
        self._lock = threading.Lock()
        self.plan: dict[str, list[int]] = {}
        self.drop = 0
        self.refuses = self.swallows = 0.0
        """Until when."""
        self.ignore_keys = False

    def deliver(self, body: dict[str, Any]) -> dict[str, int] | None:
        """Write a delivery down, and its effect if it is the first; None when the answer shall be lost."""
        if (now := time.time()) < self.swallows:
            time.sleep(max(0.0, self.swallows - now) if now >= self.refuses else 0.0)
            return None
        with self._lock:
            self._db.execute(
                "INSERT INTO attempts(key, kind, at) VALUES (?,?,?)", (body["key"], body["kind"], time.time())
            )
        self._kill("received")
        with self._lock:
            known = self._db.execute("SELECT n FROM effects WHERE key = ?", (body["key"],)).fetchone()
            if known is None or body["receiver"] != "key" or self.ignore_keys:
                self._db.execute(
                    "INSERT INTO effects(key, kind, amount, account, noted) VALUES (?,?,?,?,?)",
                    (body["key"], body["kind"], body["amount"], body.get("account"), body.get("noted", 0)),
                )
                known = self._db.execute("SELECT last_insert_rowid()").fetchone()
        self._kill("committed")
        time.sleep(PAUSE)
        with self._lock:
            self.drop, dropped = max(0, self.drop - 1), self.drop > 0
        return None if dropped else {"id": known[0]}

    def times(self) -> list[Any]:
        """Key, kind and second of each delivery."""
        with self._lock:
            return self._db.execute("SELECT key, kind, at FROM attempts ORDER BY n").fetchall()

    def lookup(self, key: str) -> dict[str, int] | None:
        """What is known of a key."""
        with self._lock:
            known = self._db.execute("SELECT n FROM effects WHERE key = ?", (key,)).fetchone()
        return {"id": known[0]} if known else None

    def all(self) -> dict[str, Any]:
        """Deliveries and effects, in their order."""
        with self._lock:
            return {
                "attempts": self._db.execute("SELECT key, kind FROM attempts ORDER BY n").fetchall(),
                "effects": self._db.execute(
                    "SELECT key, kind, amount, account, noted FROM effects ORDER BY n"
                ).fetchall(),
            }

    def _kill(self, moment: str) -> None:
        with self._lock:
            pids = self.plan.pop(moment, [])
        for pid in pids:
            with suppress(ProcessLookupError):  # something else was quicker
                os.kill(pid, signal.SIGKILL)
        if pids:
            time.sleep(0.2)


class Handler(BaseHTTPRequestHandler):
    """The observer's HTTP door."""

    ledger: Ledger

    def do_POST(self) -> None:
        """A delivery, or an instruction."""
        told = self.rfile.read(length := int(self.headers["Content-Length"]))
        if len(told) < length:  # whoever spoke has died in the middle of it
            self.close_connection = True
            return
        body = json.loads(told)
        if self.path == "/plan":
            self.ledger.plan.update(body["moments"])
            self._answer({})
        elif self.path == "/silent":
            self.ledger.refuses = time.time() + body["refuse"]
            self.ledger.swallows = self.ledger.refuses + body["swallow"]
            self._answer({})
        elif self.path == "/drop":
            self.ledger.drop += body["count"]
            self._answer({})
        elif (found := self.ledger.deliver(body)) is not None:
            self._answer(found)
        else:
            self.close_connection = True

    def do_GET(self) -> None:
        """What was seen."""
        url = urlparse(self.path)
        if url.path == "/lookup":
            self._answer(self.ledger.lookup(parse_qs(url.query)["key"][0]))
        else:
            self._answer(self.ledger.times() if url.path == "/times" else self.ledger.all())

    def _answer(self, value: object) -> None:
        data = json.dumps(value).encode()
        try:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, *_: object) -> None:
        """Nothing: the tables are the log."""


if __name__ == "__main__":
    Handler.ledger = Ledger(sys.argv[2])
    Handler.ledger.ignore_keys = "--ignore-keys" in sys.argv
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()
