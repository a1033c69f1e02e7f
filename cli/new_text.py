"""What ``symphainy new capability`` writes: a function that does something small, and its test. Change both to what you need."""

from string import Template

PURE = Template('''\
"""$title: a text comes in, what is known of it goes out. Replace this by what the capability is for."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.step import Step


class ${camel}Input(Message):
    """What $name is asked."""

    text: str


class ${camel}Output(Message):
    """What $name finds out."""

    text: str
    length: int


@capability("$realm.$name", input=${camel}Input, output=${camel}Output, duration="short", title="$title")
def $name(step: Step[${camel}Input]) -> ${camel}Output:
    """Give the text back with its length in characters; the same text gives the same answer."""
    given = step.input.text
    return ${camel}Output(text=given, length=len(given))
''')

PURE_TEST = Template('''\
"""$realm.$name: what it answers, and that a saga can call it."""

from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.language.step import Step
from symphainy.realms.$realm.manager import Manager
from symphainy.realms.$realm.services.$name import ${camel}Input, ${camel}Output, $name

SAGA = {
    "document": {"dsl": "1.0.3", "namespace": "test", "name": "calls-$dashed", "version": "1.0.0"},
    "do": [{"ask": {"call": "$realm.$name", "with": {"text": "$${ .text }"}}}],
}


def test_it_gives_the_text_back_with_its_length():
    for text, length in (("", 0), ("abc", 3), ("größer", 6)):
        found = $name(Step(input=${camel}Input(text=text), context=None, tools=None))
        assert found == ${camel}Output(text=text, length=length)


def test_the_realm_registers_it_and_a_saga_can_call_it():
    registry = Registry()
    Manager().register(registry)
    assert registry.capability("$realm.$name").contract.mode == "local"
    compiled = compile_document(SAGA, file="saga.yaml", catalog=registry.catalog(), saga=True)
    assert compiled.plan is not None, [str(d) for d in compiled.diagnostics]
''')

EFFECTFUL = Template('''\
"""$title: something is announced, and that can be taken back. Replace the event by the effect that the capability is for."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.step import Outcome, Step


class ${camel}Input(Message):
    """What $name is asked to announce."""

    subject: str


class ${camel}Output(Message):
    """What was announced, and under which key: a second delivery of the same step has the same one."""

    subject: str
    key: str


class Undo${camel}Input(Message):
    """What an undo is always given: what the step took, and what came out of it."""

    input: ${camel}Input
    output: ${camel}Output


@capability(
    "$realm.$name", input=${camel}Input, output=${camel}Output, determinism="effectful", effects=Effects(dedupe="key"),
    undo="$realm.undo_$name", title="$title",
)  # fmt: skip
def $name(step: Step[${camel}Input]) -> Outcome[${camel}Output]:
    """Say ``$realm.$name.done``: the event goes out with the record of this very step, or not at all.

    An effect of another kind hands ``step.context.effect_key`` to its receiver, which then knows a second delivery from a first.
    """
    done = ${camel}Output(subject=step.input.subject, key=step.context.effect_key)
    return Outcome(done, events=(EventDraft(type="$realm.$name.done", subject=done.subject),))


@capability(
    "$realm.undo_$name", input=Undo${camel}Input, output=${camel}Output, determinism="effectful",
    effects=Effects(dedupe="key", irreversible=True), title="Undo: $title",
)  # fmt: skip
def undo_$name(step: Step[Undo${camel}Input]) -> Outcome[${camel}Output]:
    """Say ``$realm.$name.undone``: the platform asks for it when a later step of the saga has failed."""
    done = step.input.output
    return Outcome(done, events=(EventDraft(type="$realm.$name.undone", subject=done.subject),))
''')

EFFECTFUL_TEST = Template('''\
"""$realm.$name: what it announces, what its undo takes back, and that a saga can call it."""

from types import SimpleNamespace

from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.language.step import Step
from symphainy.realms.$realm.manager import Manager
from symphainy.realms.$realm.services.$name import ${camel}Input, Undo${camel}Input, $name, undo_$name

SAGA = {
    "document": {"dsl": "1.0.3", "namespace": "test", "name": "calls-$dashed", "version": "1.0.0"},
    "do": [{"act": {"call": "$realm.$name", "with": {"subject": "claim-7"}}}],
}
KEY = SimpleNamespace(effect_key="t/exe_1/0")


def test_it_announces_once_and_its_undo_takes_that_back():
    given = ${camel}Input(subject="claim-7")
    done = $name(Step(input=given, context=KEY, tools=None))
    assert (done.output.subject, done.output.key) == ("claim-7", "t/exe_1/0")
    assert [(e.type, e.subject) for e in done.events] == [("$realm.$name.done", "claim-7")]
    undone = undo_$name(Step(input=Undo${camel}Input(input=given, output=done.output), context=KEY, tools=None))
    assert [(e.type, e.subject) for e in undone.events] == [("$realm.$name.undone", "claim-7")]


def test_the_realm_registers_both_and_a_saga_can_call_it():
    registry = Registry()
    Manager().register(registry)
    registry.check()
    assert registry.capability("$realm.$name").contract.undo == "$realm.undo_$name"
    compiled = compile_document(SAGA, file="saga.yaml", catalog=registry.catalog(), saga=True)
    assert compiled.plan is not None and not compiled.diagnostics, [str(d) for d in compiled.diagnostics]
''')


def texts(realm: str, name: str, *, effectful: bool) -> tuple[str, str]:
    """The function's file and its test's.

    >>> texts("content", "word_count", effectful=False)[0].splitlines()[7]
    'class WordCountInput(Message):'
    """
    words = name.split("_")
    given = {
        "realm": realm, "name": name, "camel": "".join(word.capitalize() for word in words),
        "title": " ".join(words).capitalize(), "dashed": name.replace("_", "-"),
    }  # fmt: skip
    function, test = (EFFECTFUL, EFFECTFUL_TEST) if effectful else (PURE, PURE_TEST)
    return function.substitute(given), test.substitute(given)
