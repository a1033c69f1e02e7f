"""The syntax tree of a jq expression: small frozen nodes, one per construct."""

from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = (
    "Dot | Everything | Literal | Text | Format | Var | Field | Index | Slice | Each | Array | Object | Call | Negate | Binary | Pipe | "
    "Comma | Bind | Reduce | Foreach | If | Try | Define | Label | Break"
)


@dataclass(frozen=True)
class Dot:
    """``.``"""


@dataclass(frozen=True)
class Everything:
    """``..``"""


@dataclass(frozen=True)
class Literal:
    """A number, a string without interpolation, or true, false, null."""

    value: object


@dataclass(frozen=True)
class Text:
    """A string with interpolations; ``format`` is ``@base64`` and the like, or empty."""

    parts: tuple["str | Node", ...]
    format: str = ""


@dataclass(frozen=True)
class Format:
    """``@base64`` as a filter."""

    name: str


@dataclass(frozen=True)
class Var:
    """``$name`` (without the dollar)."""

    name: str


@dataclass(frozen=True)
class Field:
    """``target.name``."""

    target: "Node"
    name: str


@dataclass(frozen=True)
class Index:
    """``target[key]``; the key is evaluated on the outer input."""

    target: "Node"
    key: "Node"


@dataclass(frozen=True)
class Slice:
    """``target[low:high]``."""

    target: "Node"
    low: "Node | None"
    high: "Node | None"


@dataclass(frozen=True)
class Each:
    """``target[]``."""

    target: "Node"


@dataclass(frozen=True)
class Array:
    """``[body]``."""

    body: "Node | None"


@dataclass(frozen=True)
class Object:
    """``{key: value, …}``."""

    entries: tuple[tuple["Node", "Node"], ...]


@dataclass(frozen=True)
class Call:
    """``name(arg; …)``."""

    name: str
    args: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Negate:
    """``-body``."""

    body: "Node"


@dataclass(frozen=True)
class Binary:
    """Arithmetic, comparison, logic, ``//`` and assignments."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Pipe:
    """``left | right``."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Comma:
    """``left, right``."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Bind:
    """``source as $names | body``; ``keys`` are the expressions inside destructuring patterns."""

    source: "Node"
    names: tuple[str, ...]
    keys: tuple["Node", ...]
    body: "Node"


@dataclass(frozen=True)
class Reduce:
    """``reduce source as $names (start; update)``."""

    source: "Node"
    names: tuple[str, ...]
    start: "Node"
    update: "Node"


@dataclass(frozen=True)
class Foreach:
    """``foreach source as $names (start; update; extract)``."""

    source: "Node"
    names: tuple[str, ...]
    start: "Node"
    update: "Node"
    extract: "Node | None"


@dataclass(frozen=True)
class If:
    """``if … then … elif … else … end``."""

    branches: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node | None"


@dataclass(frozen=True)
class Try:
    """``try body catch handler``, and ``body?``."""

    body: "Node"
    handler: "Node | None" = None


@dataclass(frozen=True)
class Define:
    """``def name(params): body; rest``."""

    name: str
    params: tuple[str, ...]
    body: "Node"
    rest: "Node"


@dataclass(frozen=True)
class Label:
    """``label $name | body``."""

    name: str
    body: "Node"


@dataclass(frozen=True)
class Break:
    """``break $name``."""

    name: str
