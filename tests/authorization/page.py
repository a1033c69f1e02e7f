"""docs/authorization.md: the matrix as a page.

PYTHONPATH=.:tests python -P -m tests.authorization.page > docs/authorization.md        (make authorization)
"""

from .rows import KNOWN, PLANES, UNKNOWN, Row

HEAD = """# Who gets which answer

Generated from `tests/authorization/rows.py` by `make authorization`, which also asks every operation of both OpenAPI documents as
every caller; the suite asks each as five of them, taking turns, and fails for an operation that has no row. Over a real city, login and
PostgreSQL; only Temporal is away, so what would reach it answers 503 once it has passed the door.

Whoever is **unknown** ({unknown})
gets 401 from every operation that is not public, whatever else is asked. **own**: a member whose thing it is.
**key +**: an administrator's API key with all of the account's roles; **key -**: one that was given the role
`member` alone. **other**: another tenant's administrator: what is named is not found, exactly like what is not there (another
test), and where nothing is named they see what is their own.
"""
SHORT = {
    "administrator": "admin", "owner": "own", "no role": "none", "key with scope": "key +", "key without scope": "key -",
    "other tenant": "other",
}  # fmt: skip


def page() -> str:
    """The whole page."""
    parts = [HEAD.format(unknown=", ".join(UNKNOWN))]
    for plane, rows in PLANES.items():
        names = " | ".join(SHORT.get(caller, caller) for caller in KNOWN)
        parts.append(
            f"\n## {plane.title()} plane\n\n| operation | unknown | {names} |\n|---|{'---|' * (len(KNOWN) + 1)}"
        )
        parts += [_line(operation, row) for operation, row in rows.items()]
    return "\n".join(parts) + "\n"


def _line(operation: str, row: Row) -> str:
    cells = " | ".join(str(row.expected(caller)) for caller in ("nobody", *KNOWN))
    return f"| `{operation}` | {cells} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
