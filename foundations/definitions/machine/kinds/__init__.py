"""Task kinds, one file each. To add one: a file with a ``Kind``, a word in the table below, a word in ``program.KINDS``."""

from symphainy.foundations.definitions.machine.kinds.approval import Approval
from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.kinds.call import CallKind
from symphainy.foundations.definitions.machine.kinds.compensate import Compensate
from symphainy.foundations.definitions.machine.kinds.do import Do, TaskList
from symphainy.foundations.definitions.machine.kinds.emit import Emit
from symphainy.foundations.definitions.machine.kinds.fork import Fork
from symphainy.foundations.definitions.machine.kinds.inbox import Inbox
from symphainy.foundations.definitions.machine.kinds.listen import Listen
from symphainy.foundations.definitions.machine.kinds.loop import For
from symphainy.foundations.definitions.machine.kinds.raises import Raise
from symphainy.foundations.definitions.machine.kinds.run import Run
from symphainy.foundations.definitions.machine.kinds.set import Set
from symphainy.foundations.definitions.machine.kinds.switch import Switch
from symphainy.foundations.definitions.machine.kinds.tries import Try
from symphainy.foundations.definitions.machine.kinds.wait import Wait
from symphainy.foundations.definitions.machine.kinds.withdraw import Withdraw

__all__ = ["Done", "Kind", "kind_for"]


_TABLE: dict[str, Kind] = {
    "list": TaskList(), "do": Do(), "set": Set(), "call": CallKind(), "switch": Switch(), "for": For(), "fork": Fork(),
    "try": Try(), "raise": Raise(), "wait": Wait(), "emit": Emit(), "listen": Listen(), "inbox": Inbox(), "run": Run(),
    "approval": Approval(), "withdraw": Withdraw(), "compensate": Compensate(),
}  # fmt: skip


def kind_for(name: str) -> Kind:
    """The one instance of a kind; kinds hold no state of their own."""
    return _TABLE[name]
