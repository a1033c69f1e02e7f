"""Adds a capability to a realm's ``manager.py``: its import in order, its name where the others are registered. Pure: text in, text out.

Found by syntax tree, changed by position: everything else in the file stays as it was written.
"""

import ast
from collections.abc import Iterator, Sequence

from symphainy.foundations.language.errors import Invalid

WIDTH = 120


def names(source: str) -> set[str]:
    """Every name that means something in the file already."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                found.update(alias.asname or alias.name for alias in aliases)
    return found


def with_capability(source: str, module: str, functions: Sequence[str]) -> str:
    r"""The manager's text with ``from <module> import <functions>`` and their registration.

    Raises:
        Invalid: no ``Manager.register(self, registry)`` is in it.

    >>> print(with_capability("from a.services.b import b\n\nclass Manager:\n    def register(self, registry):\n        "
    ... "registry.register(b)\n", "a.services.c", ["c"]))
    from a.services.b import b
    from a.services.c import c
    <BLANKLINE>
    class Manager:
        def register(self, registry):
            registry.register(b)
            registry.register(c)
    <BLANKLINE>
    """
    return _imported(_registered(source, functions), module, functions)


def _imported(source: str, module: str, functions: Sequence[str]) -> str:
    lines = source.splitlines(keepends=True)
    froms = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    earlier = [node for node in froms if (node.module or "") < module]
    at = (earlier[-1].end_lineno or 0) if earlier else (froms[0].lineno - 1 if froms else len(lines))
    lines.insert(at, f"from {module} import {', '.join(sorted(functions))}\n")
    return "".join(lines)


def _registered(source: str, functions: Sequence[str]) -> str:
    body = _register(ast.parse(source)).body
    for node in body:
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple) and any(_calls(node)):
            return _in_tuple(source, node, node.iter, functions)
    after = [node for node in body if isinstance(node, ast.Expr) and any(_calls(node))]
    first = body[0]
    line = (after[-1] if after else first).end_lineno or 0
    if not after and not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        line = first.lineno - 1  # no docstring: before the first statement
    lines = source.splitlines(keepends=True)
    lines[line:line] = [f"{' ' * first.col_offset}registry.register({name})\n" for name in functions]
    return "".join(lines)


def _register(tree: ast.Module) -> ast.FunctionDef:
    for manager in tree.body:
        if isinstance(manager, ast.ClassDef) and manager.name == "Manager":
            for method in manager.body:
                if isinstance(method, ast.FunctionDef) and method.name == "register":
                    return method
    raise Invalid("manager.py has no Manager.register(self, registry), so nothing can be added to it")


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """``registry.register(…)`` in it."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "registry.register":
            yield each


def _in_tuple(source: str, loop: ast.For, given: ast.Tuple, functions: Sequence[str]) -> str:
    """Behind the last one; a line that becomes too long is broken as the formatter breaks it."""
    lines, last = source.splitlines(keepends=True), given.elts[-1]
    row, column = (last.end_lineno or 0) - 1, last.end_col_offset or 0
    text = lines[row].encode()  # columns count bytes
    grown = (text[:column] + "".join(f", {name}" for name in functions).encode() + text[column:]).decode()
    if len(grown.rstrip("\n")) <= WIDTH:
        lines[row] = grown
        return "".join(lines)
    indent = " " * loop.col_offset
    if loop.lineno != given.end_lineno:  # over several lines already: one more
        inner = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        added = f",\n{inner}" + ", ".join(functions)
        lines[row] = (text[:column] + added.encode() + text[column:]).decode()
        return "".join(lines)
    each = [ast.get_source_segment(source, item) or "" for item in given.elts] + list(functions)
    inside = "".join(f"{indent}    {item},\n" for item in each)
    lines[row] = f"{indent}for {ast.unparse(loop.target)} in (\n{inside}{indent}):\n"
    return "".join(lines)
