"""Verifying an exported record of decisions, by nothing but the file and the public key: for an auditor without the platform.

Found are an altered, missing, added or exchanged decision, a lost tail, a lost stream, and an anchor that is altered, lost or not
signed by the key. What is younger than the last anchor is chained, and not vouched for by a signature: it is counted.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.hashing import hash_of
from symphainy.foundations.language.model import Json

__all__ = ["Verified", "verify_export"]

_MOST = 200
Line = dict[str, Json]


@dataclass
class Verified:
    """What was looked at and what is wrong; ``key`` is the public key that the anchors were checked with."""

    tenant: str = ""
    key: str = ""
    decisions: int = 0
    anchors: int = 0
    streams: int = 0
    unsealed: int = 0
    wrong: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong == 0


def verify_export(lines: Iterable[str], key: str | None = None) -> Verified:
    """Verify the lines of an export. Without ``key`` the file's own is used, which says that it is whole, not whose it is.

    Raises:
        Invalid: it is no export, or of a format that this version does not read.
    """
    return _Check(key).run(lines)


class _Check:
    def __init__(self, key: str | None) -> None:
        self.told, self.given = Verified(), key
        self.ends: dict[str, tuple[int, str]] = {}
        self.sealed: dict[str, dict[int, str]] = {}
        self.longest: dict[str, int] = {}
        self.heads: set[str] = set()
        self.last_anchor = ""
        self.closed = False
        self.public: Ed25519PublicKey | None = None

    def run(self, lines: Iterable[str]) -> Verified:
        for number, text in enumerate(lines):
            try:
                line = json.loads(text)
                if number == 0:
                    self._begin(line)
                elif self.closed:
                    self._wrong("something stands behind the end")
                else:
                    getattr(self, f"_{line['kind']}")(line)
            except (ValueError, KeyError, TypeError, AttributeError):
                self._wrong(f"line {number + 1} is not one of an export")
        if self.public is None:
            raise Invalid("The file is empty.", remedy="Write one with `symphainy audit export FILE`.")
        self._missing()
        return self.told

    def _begin(self, line: Line) -> None:
        if line.get("kind") != "export" or line.get("format") != 1:
            raise Invalid(
                "This is no exported record of decisions.", remedy="Write one with `symphainy audit export FILE`."
            )
        self.told.tenant, self.told.key = str(line["tenant"]), self.given or str(line["key"])
        try:
            self.public = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.told.key, validate=True))
        except (ValueError, binascii.Error) as error:
            raise Invalid("The key is not an Ed25519 public key in base64.") from error

    def _anchor(self, line: Line) -> None:
        self.told.anchors += 1
        seq, body, digest = line["seq"], str(line["body"]), str(line["hash"])
        about = json.loads(body)
        for stream, length, head in about["streams"]:
            self.sealed.setdefault(stream, {})[length] = head
            self.longest[stream] = max(length, self.longest.get(stream, 0))
        if seq != self.told.anchors:
            self._wrong(f"anchor {self.told.anchors} is missing")
        elif digest != hash_of(self.last_anchor, body) or about["tenant"] != self.told.tenant:
            self._wrong(f"anchor {seq} does not follow from its body and the one before")
        elif not self._signed(digest, str(line["signature"])):
            self._wrong(f"anchor {seq} is not signed by this key")
        elif about["opened"] != len(self.sealed):
            self._wrong(f"anchor {seq} counts {about['opened']} streams, and {len(self.sealed)} have been sealed")
        self.last_anchor = digest

    def _signed(self, digest: str, signature: str) -> bool:
        try:
            assert self.public is not None
            self.public.verify(base64.b64decode(signature, validate=True), bytes.fromhex(digest))
        except (InvalidSignature, binascii.Error):
            return False
        return True

    def _decision(self, line: Line) -> None:
        self.told.decisions += 1
        stream, seq, digest = str(line["stream"]), line["seq"], str(line["hash"])
        length, previous = self.ends.get(stream, (0, ""))
        body = json.loads(str(line["body"]))
        if seq != length + 1:
            self._wrong(f"{stream}/{length + 1} is missing")
        elif digest != hash_of(previous, str(seq), str(line["body"]), str(line["evidence"])):
            self._wrong(f"{stream}/{seq} does not follow from its content and the one before")
        elif body.get("decision_id", line["decision_id"]) != line["decision_id"]:
            self._wrong(f"{stream}/{seq} has another id than its body")
        if self.sealed.get(stream, {}).pop(length + 1, digest) != digest:
            self._wrong(f"{stream}/{length + 1} is not the one that an anchor has sealed")
        self.ends[stream] = length + 1, digest

    def _head(self, line: Line) -> None:
        stream, end = str(line["stream"]), (line["length"], line["head"])
        self.told.streams += 1
        self.heads.add(stream)
        if self.ends.get(stream, (0, "")) != end:
            self._wrong(f"{stream} does not end as its head says")
        self.told.unsealed += max(0, self.ends.get(stream, (0, ""))[0] - self.longest.get(stream, 0))

    def _end(self, line: Line) -> None:
        self.closed = True
        counted = (self.told.decisions, self.told.anchors, self.told.streams)
        if counted != (line["decisions"], line["anchors"], line["streams"]):
            self._wrong("the file does not hold as much as its end says")

    def _missing(self) -> None:
        for stream in sorted(stream for stream, points in self.sealed.items() if points):
            self._wrong(f"{stream}/{min(self.sealed[stream])} was sealed by an anchor, and is gone")
        for stream in sorted(set(self.ends) - self.heads):
            self._wrong(f"{stream} has decisions and no head")
        if not self.closed:
            self._wrong("the file breaks off before its end")

    def _wrong(self, problem: str) -> None:
        self.told.wrong += 1
        if len(self.told.findings) < _MOST:
            self.told.findings.append(problem)
