"""``run: script`` and ``run: shell`` as capabilities: there only where an operator admits them, each in the sandbox."""

import re
import shlex
import sys
from typing import Literal

from pydantic import Field

from symphainy.activities.protocols.filled import with_secrets
from symphainy.activities.protocols.request import text
from symphainy.activities.protocols.resource import read_text
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Failed, Invalid
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import Outside
from symphainy.foundations.public_works.abstractions.sandbox import Ended, Program

Return = Literal["stdout", "stderr", "code", "all", "none"]
LANGUAGES = {"js": ("node",), "javascript": ("node",), "python": ("python3.13", "python3")}
"""What a script may be written in, and what runs it: the specification's two."""
TOLD = 2000
"""Characters of a failed script's own words that its error carries."""


class ProcessCall(Message):
    """What every process takes."""

    arguments: Json = None
    environment: dict[str, Json] = {}
    stdin: Json = None
    returns: Return = Field(default="stdout", alias="return")
    waits: bool = Field(default=True, alias="await")
    secrets: dict[str, tuple[str | int, ...]] = {}


class ScriptCall(ProcessCall):
    """``run.script``."""

    language: str
    code: str | None = None
    source: Json = None


class ShellCall(ProcessCall):
    """``run.shell``."""

    command: str


class ProcessOutput(Message):
    """What the task asks back of the process."""

    value: Json = None


def register(registry: Registry, outside: Outside) -> None:
    """The contracts that are admitted. A process is an effect that nobody can tell from its repetition: run at most once."""

    @capability(
        "core.script", input=ScriptCall, output=ProcessOutput, determinism="effectful", effects=Effects(dedupe="none"),
        interruptible=True, admission="script", title="Run a script",
    )  # fmt: skip
    async def script(step: Step[ScriptCall]) -> ProcessOutput:
        """Run JavaScript or Python in the sandbox. A script that ends with another code than 0 has failed."""
        given = await with_secrets(step, ScriptCall, outside)
        name, command = _interpreter(outside, given.language)
        code = given.code if given.code is not None else await read_text(outside.http, given.source)
        argv = (*command, name, *listed(given.arguments))
        program = Program(argv, {name: code.encode()}, fed(given.stdin), named(given.environment))
        return await finished(outside, program, given, fails=True)

    @capability(
        "core.shell", input=ShellCall, output=ProcessOutput, determinism="effectful", effects=Effects(dedupe="none"),
        interruptible=True, admission="shell", title="Run a shell command",
    )  # fmt: skip
    async def shell(step: Step[ShellCall]) -> ProcessOutput:
        """Run a command by the shell in the sandbox. Its exit code is an answer, not a failure: ``return: code`` gives it."""
        given = await with_secrets(step, ShellCall, outside)
        arguments = listed(given.arguments)
        argv = ("sh", "-c", line(given.command, arguments), "sh", *arguments)
        return await finished(
            outside, Program(argv, stdin=fed(given.stdin), environment=named(given.environment)), given, fails=False
        )

    for kind, function in (("script", script), ("shell", shell)):
        if kind in outside.admitted.run:
            registry.register(function)


async def finished(outside: Outside, program: Program, given: ProcessCall, *, fails: bool) -> ProcessOutput:
    """Run it, or only start it; what the task asks back."""
    assert outside.sandbox is not None
    if not given.waits:
        await outside.sandbox.start(program)
        return ProcessOutput()
    ended = await outside.sandbox.run(program)
    if fails and ended.code != 0:
        raise Failed(f"the script ended with code {ended.code}: {tail(ended)}", code="process_failed")
    return ProcessOutput(value=shaped(ended, given.returns))


def shaped(ended: Ended, returns: Return) -> Json:
    """What is asked back of how a process ended.

    >>> shaped(Ended(1, b"a", b"b"), "all"), shaped(Ended(1), "none")
    ({'code': 1, 'stdout': 'a', 'stderr': 'b'}, None)
    """
    out, err = ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace")
    whole: dict[str, Json] = {"code": ended.code, "stdout": out, "stderr": err}
    return whole if returns == "all" else whole.get(returns)


def line(command: str, arguments: list[str]) -> str:
    """A command as the shell gets it: its arguments are positional; a plain command that reads none of them gets them appended.

    >>> line("echo", ["a"]), line('echo "$2"', ["a"]), line("cat; ls", ["a"])
    ('echo "$@"', 'echo "$2"', 'cat; ls')
    """
    if not arguments or re.search(r"\$(?:[0-9@*#]|\{[0-9@*#!])|\b(?:shift|set|getopts)\b", command):
        return command
    plain = command.strip()
    try:
        words = list(shlex.shlex(plain, posix=True, punctuation_chars=True))
    except ValueError:
        return command
    single = plain and "\n" not in plain and not any(set(word) <= set("();<>|&") for word in words)
    return f'{plain} "$@"' if single else command


def listed(arguments: Json) -> list[str]:
    """Arguments as a program gets them; Invalid when they are no list."""
    if not isinstance(arguments, list | None):
        raise Invalid("arguments must be a list of texts", code="arguments")
    return [text(one) for one in arguments or ()]


def named(environment: dict[str, Json]) -> dict[str, str]:
    """Variables as a program gets them.

    >>> named({"A": 1})
    {'A': '1'}
    """
    for name in environment:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name.startswith("LD_"):
            raise Invalid(f"'{name}' cannot be the name of an environment variable", code="arguments")
    return {name: text(value) for name, value in environment.items()}


def fed(stdin: Json) -> bytes:
    """What a program reads: a text as it is, anything else as JSON."""
    return b"" if stdin is None else text(stdin).encode()


def tail(ended: Ended) -> str:
    """The last of what a program said when it failed."""
    return (ended.stderr or ended.stdout).decode(errors="replace").strip()[-TOLD:]


def _interpreter(outside: Outside, language: str) -> tuple[str, tuple[str, ...]]:
    programs = LANGUAGES.get(language.lower())
    if programs is None:
        raise Invalid(f"a script is written in js or python, not in '{language}'", code="script_language")
    assert outside.sandbox is not None
    found = outside.sandbox.find(*programs)
    if programs == LANGUAGES["python"]:
        found = found or getattr(sys, "_base_executable", sys.executable)
        return "script.py", (str(found), "-B", "-I")
    if found is None:
        raise Failed(
            "a script in JavaScript needs Node.js, and there is no node on the path of this worker",
            code="interpreter_missing", remedy="install Node.js 20 or newer on the workers",
        )  # fmt: skip
    return "script.js", (found, "--no-warnings", "--experimental-detect-module")
