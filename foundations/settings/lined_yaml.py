"""A small YAML file as texts with the line of each: keys and values are never converted, so ``on`` stays a word."""

from dataclasses import dataclass, field
from typing import Any

from symphainy.foundations.language.errors import Invalid

MAX_BYTES = 64 * 1024
"""A settings file; a solution's documents have a loader and limits of their own."""
Path = tuple[str | int, ...]


@dataclass
class Lined:
    """Maps, lists and texts; ``lines``: path → line, from 1. Keys without a value are left out."""

    file: str
    value: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)

    def at(self, path: Path) -> str:
        """``file:line`` of a path, or of the nearest thing above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, 1)}"


def load_lined(text: str, *, file: str) -> Lined:
    r"""Read it.

    Raises:
        Invalid: no YAML, no map, too large, a key twice, or an alias; the message begins with file and line.

    >>> load_lined("a: yes\nb:\n  - c", file="x").value
    {'a': 'yes', 'b': ['c']}
    """
    import yaml

    if len(text.encode()) > MAX_BYTES:
        raise Invalid(f"{file}:1: the file is larger than {MAX_BYTES} bytes")
    found = Lined(file)
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            if isinstance(event, yaml.AliasEvent):
                raise Invalid(f"{file}:{_line(event)}: aliases are not used here; write the value out")
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        raise Invalid(f"{file}:{_line(error)}: this is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise Invalid(f"{file}:1: this is no YAML: {error}") from None
    if root is None:
        return found
    if not isinstance(root, yaml.MappingNode):
        raise Invalid(f"{file}:1: the file must be a map")
    found.value = _value(root, (), found)
    return found


def _value(node: Any, path: Path, found: Lined) -> Any:
    import yaml

    found.lines.setdefault(path, _line(node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), found) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    made: dict[str, Any] = {}
    for key, value in node.value:
        here = (*path, str(key.value))
        if here in found.lines:
            raise Invalid(f"{found.file}:{_line(key)}: {key.value} stands twice; first in line {found.lines[here]}")
        found.lines[here] = _line(key)
        read = _value(value, here, found)
        if not (isinstance(value, yaml.ScalarNode) and value.value == "" and value.style is None):
            made[str(key.value)] = read
    return made


def _line(thing: Any) -> int:
    mark = getattr(thing, "start_mark", None) or getattr(thing, "problem_mark", None)
    return mark.line + 1 if mark is not None else 1
