"""How alike two texts are."""

import re
from difflib import SequenceMatcher

_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Without the marks of Markdown and with single spaces: what remains is what was written."""
    text = re.sub(r"\\([_*#])", r"\1", text)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<!--.*?-->", " ", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[|*_`#>-]+", " ", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _SPACE.sub(" ", text).strip()


def likeness(ours: str, theirs: str) -> float:
    """From 0 to 1, by the longest common runs of words of the plain texts."""
    a, b = plain(ours).split(), plain(theirs).split()
    if not a or not b:
        return float(a == b)
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def in_order(text: str, lines: list[str]) -> list[bool]:
    """Which of ``lines`` stand in ``text``, each after the one before; spaces and line ends do not count."""
    flat, at, found = _SPACE.sub("", text), 0, []
    for line in lines:
        where = flat.find(_SPACE.sub("", line), at)
        found.append(where >= 0)
        at = max(at, where)
    return found
