"""Reads a solution folder into the mapping that the compiler takes. The only file of this room that touches the disk."""

from pathlib import Path

from symphainy.foundations.language.errors import Invalid, NotFound, TooLarge

MAX_FILES = 2_000
MAX_BYTES = 8 << 20
"""All texts of one solution together; knowledge is listed by name and uploaded on its own."""


def read_solution(folder: Path) -> dict[str, str]:
    """Path inside the folder → text, for everything but hidden files; knowledge with an empty text. Links out of the folder are refused."""
    root = folder.resolve()
    if not root.is_dir():
        raise NotFound(f"{folder} is no folder: give the one that holds solution.yaml")
    files: dict[str, str] = {}
    size = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_dir() or any(part.startswith(".") for part in name.split("/")):
            continue
        if not path.resolve().is_relative_to(root):
            raise Invalid(f"{name} leads out of the folder: copy the file instead of linking it")
        if name.startswith("knowledge/"):
            files[name] = ""
        else:
            size += path.stat().st_size
            if size <= MAX_BYTES:
                try:
                    files[name] = path.read_text(encoding="utf-8")
                except UnicodeDecodeError as error:
                    raise Invalid(f"{name} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
        if len(files) > MAX_FILES or size > MAX_BYTES:
            raise TooLarge(
                f"the solution has more than {MAX_FILES} files or {MAX_BYTES} bytes of text: is this the right folder?"
            )
    return files
