"""The outside observer: a process with its own SQLite that writes down every delivery, and each first delivery per key.

``python observer.py PORT FILE``. POST /deliver {"key", "kind", "amount", "receiver"} with receiver ``key`` (deduplicates by key),
``lookup`` or ``none`` (do not). GET /ledger gives both tables; GET /lookup?key= what is known of a key. POST /plan {"moments": {…}}
names moments at which it kills: ``received`` (before it commits) and ``committed`` (before it replies), with the pid to kill.
"""

import json
import os
import signal
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

PAUSE = 0.02
"""Seconds between commit and reply, so that kills land in the worst moment."""


class Ledger:
    def __init__(self, file: str) -> None:
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS attempts(n INTEGER PRIMARY KEY, key TEXT, kind TEXT, at REAL);"
            "CREATE TABLE IF NOT EXISTS effects(n INTEGER PRIMARY KEY, key TEXT, kind TEXT, amount INTEGER);"
        )
        self._lock = threading.Lock()
        self.plan: dict[str, list[int]] = {}

    def deliver(self, body: dict) -> dict:
        with self._lock:
            self._db.execute(
                "INSERT INTO attempts(key, kind, at) VALUES (?,?,?)", (body["key"], body["kind"], time.time())
            )
        self._kill("received")
        with self._lock:
            known = self._db.execute("SELECT n FROM effects WHERE key = ?", (body["key"],)).fetchone()
            if known is None or body["receiver"] != "key":
                self._db.execute(
                    "INSERT INTO effects(key, kind, amount) VALUES (?,?,?)", (body["key"], body["kind"], body["amount"])
                )
                known = self._db.execute("SELECT last_insert_rowid()").fetchone()
        self._kill("committed")
        time.sleep(PAUSE)
        return {"id": known[0]}

    def lookup(self, key: str) -> dict | None:
        with self._lock:
            known = self._db.execute("SELECT n FROM effects WHERE key = ?", (key,)).fetchone()
        return {"id": known[0]} if known else None

    def all(self) -> dict:
        with self._lock:
            return {
                "attempts": self._db.execute("SELECT key, kind FROM attempts ORDER BY n").fetchall(),
                "effects": self._db.execute("SELECT key, kind, amount FROM effects ORDER BY n").fetchall(),
            }

    def _kill(self, moment: str) -> None:
        with self._lock:
            pids = self.plan.pop(moment, [])
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        if pids:
            time.sleep(0.2)


class Handler(BaseHTTPRequestHandler):
    ledger: Ledger

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/plan":
            self.ledger.plan.update(body["moments"])
            self._answer({})
        else:
            self._answer(self.ledger.deliver(body))

    def do_GET(self) -> None:
        url = urlparse(self.path)
        found = self.ledger.all() if url.path == "/ledger" else self.ledger.lookup(parse_qs(url.query)["key"][0])
        self._answer(found)

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
        pass


if __name__ == "__main__":
    Handler.ledger = Ledger(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()
