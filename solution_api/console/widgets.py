"""The small parts that pages are made of: words, facts, states, tables. All text is set as text, never as HTML."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

TONES = {
    "ok": "ok", "alive": "ok", "completed": "ok", "deployed": "ok", "allow": "ok", "ready": "ok", "succeeded": "ok",
    "running": "busy", "waiting": "wait", "pending": "wait", "suspended": "wait", "stored": "still", "would_deny": "wait",
    "faulted": "bad", "cancelled": "still", "away": "bad", "failed": "bad", "deny": "bad", "refused": "bad", "error": "bad",
    "warning": "wait", "degraded": "wait", "compensated": "still", "partial": "bad", "unavailable": "bad",
}  # fmt: skip


class Words(TextElement):
    """Text in any tag."""

    def __init__(self, text: object, tag: str = "span", classes: str = "") -> None:
        super().__init__(tag=tag, text=str(text))
        if classes:
            self.classes(classes)


def box(tag: str = "div", classes: str = "") -> Element:
    """An element to put others in."""
    return ui.element(tag).classes(classes)


@contextmanager
def card(title: str = "", note: str = "", *, level: int = 2, classes: str = "") -> Iterator[Element]:
    """A section with a heading."""
    with box("section", f"card {classes}") as made:
        if title:
            with box("header", "card-head"):
                Words(title, f"h{level}")
                if note:
                    Words(note, "span", "dim")
        yield made


def state(word: str, text: str = "") -> Words:
    """A state, told by word and colour."""
    return Words(text or word.replace("_", " "), "span", f"state {TONES.get(word, 'still')}")


def facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Name and value, as a list of terms."""
    with box("dl", "facts"):
        for name, value in pairs:
            if value not in (None, ""):
                Words(name, "dt")
                Words(value, "dd")


def link(text: str, to: str, classes: str = "") -> ui.link:
    """A link within the console."""
    return ui.link(text, to).classes(classes)


def away(text: str, to: str, classes: str = "") -> ui.link:
    """A link to another page of the platform, in a tab of its own."""
    return ui.link(text, to, new_tab=True).props('rel="noopener noreferrer"').classes(f"away-link {classes}")


def button(text: str, on_click: object, *, icon: str = "", kind: str = "") -> ui.button:
    """A button; ``kind``: ``plain`` for a quiet one, ``danger`` for one that ends something."""
    made = ui.button(text, on_click=on_click, icon=icon or None, color=None)  # type: ignore[arg-type]
    return made.props("no-caps unelevated dense").classes(f"act {kind}")


def share(value: float, label: str) -> None:
    """A bar that is full at 1."""
    bar = ui.element("meter").classes("share")
    bar.props(f'min="0" max="1" value="{min(max(value, 0.0), 1.0):.4f}"').props["aria-label"] = label


def nothing(text: str) -> None:
    """What stands where there is nothing yet, and what to do about it."""
    Words(text, "p", "nothing")


def table(head: Sequence[str], label: str) -> "Rows":
    """A table whose rows are added one by one."""
    return Rows(head, label)


class Rows:
    """A plain table; cells are filled by the caller, in the order of the head."""

    def __init__(self, head: Sequence[str], label: str) -> None:
        with box("div", "scroll"), ui.element("table").classes("rows").props(f'aria-label="{label}"'):
            with box("thead"), box("tr"):
                for word in head:
                    with ui.element("th").props('scope="col"'):
                        Words(word)
            self.body = ui.element("tbody")

    @contextmanager
    def row(self) -> Iterator[None]:
        """One row."""
        with self.body, box("tr"):
            yield

    def clear(self) -> None:
        """No rows."""
        self.body.clear()


@contextmanager
def cell(classes: str = "") -> Iterator[None]:
    """One cell."""
    with box("td", classes):
        yield


def when(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, in words.

    >>> when(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 5, tzinfo=UTC))
    '5 min ago'
    """
    if moment is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {word} ago"
    return "just now" if seconds < 5 else f"{seconds:.0f} s ago"


def moment(at: datetime | None) -> Words:
    """A moment: how long ago, with the exact time on hover and for machines."""
    made = Words(when(at), "time", "dim")
    if at is not None:
        made.props(f'datetime="{at.isoformat()}" title="{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"')
    return made


def took(start: datetime | None, end: datetime | None) -> str:
    """How long something took.

    >>> took(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC))
    '250 ms'
    """
    if start is None or end is None:
        return ""
    seconds = (end - start).total_seconds()
    return (
        f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
    )
