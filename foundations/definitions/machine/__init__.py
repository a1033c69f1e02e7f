"""The saga interpreter as a pure state machine: plan + state + what came back → commands. No clock, no I/O, no coroutine.

Its state is data (a tree of frames), so continue-as-new works at any depth, and the workflow and a segment of local steps run
the very same code (docs/decisions/0005). One file per task kind in ``kinds``; ``machine.py`` is the loop around them.
"""

from symphainy.foundations.definitions.machine import pace, parcel
from symphainy.foundations.definitions.machine.calls import is_local, local, step_call
from symphainy.foundations.definitions.machine.ending import closing_of
from symphainy.foundations.definitions.machine.machine import Machine
from symphainy.foundations.definitions.machine.program import Program
from symphainy.foundations.definitions.machine.state import Call, Cancel, Command, Ending, Frame, State, Timer

__all__ = [
    "Call",
    "Cancel",
    "Command",
    "Ending",
    "Frame",
    "Machine",
    "Program",
    "State",
    "Timer",
    "closing_of",
    "is_local",
    "local",
    "pace",
    "parcel",
    "step_call",
]
