"""A small catalog for the compiler's tests: reads, effects with and without undo, an artifact, the interpreter's own."""

from symphainy.foundations.language.contract import Catalog, Contract, Effects

ARTIFACT = {
    "type": "object",
    "x-artifact": True,
    "properties": {"key": {"type": "string"}, "sha256": {"type": "string"}},
    "required": ["key", "sha256"],
}


def record(**properties):
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def capability(name, input_=None, output=None, *, version="1", **more):
    return Contract(
        name=name, version=version, owner=name.partition(".")[0], input=input_ or {}, output=output or {}, **more
    )


CATALOG = Catalog(
    contracts=(
        capability("content.parse", record(file=ARTIFACT), record(text=TEXT, pages=NUMBER, document=ARTIFACT)),
        capability(
            "content.parse", record(file=ARTIFACT), record(text=TEXT, pages=NUMBER, document=ARTIFACT), version="2"
        ),
        capability("text.shout", record(text=TEXT), record(text=TEXT), duration="short"),
        capability("pay.reserve", record(amount=NUMBER), record(id=TEXT), effects=Effects(), undo="pay.release"),
        capability("pay.release", effects=Effects(), undo=None),
        capability("pay.charge", record(amount=NUMBER), record(id=TEXT), effects=Effects()),
        capability("pay.wire", record(amount=NUMBER), record(id=TEXT), effects=Effects(irreversible=True)),
        capability("pay.orphan", effects=Effects(), undo="pay.nowhere"),
        capability("core.http.read"),
        capability("core.http", determinism="effectful", effects=Effects(dedupe="none")),
        capability("core.evaluate", duration="short"),
        capability("core.events"),
        capability("core.definition"),
        capability("event.publish", duration="short"),
        *(capability(f"people.{verb}", duration="short") for verb in ("ask", "decide", "escalate", "close")),
    )
)

HEAD = "document: {dsl: '1.0.3', namespace: test, name: sample, version: '1.0.0'}\n"
