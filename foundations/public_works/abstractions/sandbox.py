"""A sandbox for programs that a definition brings along: started only where an operator admits them, bounded, and always killable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class Program:
    """What is to be run. ``files`` are laid into the empty folder in which it starts; nothing of the worker's environment is seen."""

    command: Sequence[str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: timedelta | None = None
    """Shorter than the sandbox' own, or none."""
    confined: bool = True
    """False for a client of an engine that confines by itself, which needs the engine's socket."""


@dataclass(frozen=True)
class Ended:
    """How a program has ended."""

    code: int
    stdout: bytes = b""
    stderr: bytes = b""


class Conversation(Protocol):
    """A program that is talked to line by line, over its standard input and output."""

    async def say(self, line: bytes) -> None:
        """Write a line."""
        ...

    async def hear(self) -> bytes:
        """The next line; empty when the program has closed its output. TooLarge over the sandbox' limit."""
        ...

    async def close(self) -> None:
        """End it, with everything it has started."""
        ...


class Sandbox(Protocol):
    """Runs programs."""

    async def run(self, program: Program) -> Ended:
        """Run to the end. Overdue: it took too long and was killed. TooLarge: it wrote too much and was killed.

        Invalid: there is no such program here.
        """
        ...

    async def start(self, program: Program) -> None:
        """Start it and do not wait; it is killed like any other when it takes too long, and ends with the worker at the latest."""
        ...

    async def talk(self, program: Program) -> Conversation:
        """Start it and talk to it."""
        ...

    def find(self, *names: str) -> str | None:
        """The first of these programs that is installed."""
        ...

    async def close(self) -> None:
        """Kill what still runs."""
        ...
