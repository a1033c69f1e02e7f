"""USAGE: how an item's value is stored, and in how many bytes."""

from symphainy.realms.content.services.decode.cobol.picture import Picture

USAGES = {
    "DISPLAY": "DISPLAY", "COMP": "COMP", "COMPUTATIONAL": "COMP", "BINARY": "COMP", "COMP-0": "COMP", "COMP-4": "COMP",
    "COMPUTATIONAL-4": "COMP", "COMP-5": "COMP", "COMPUTATIONAL-5": "COMP", "COMP-9": "COMP-9", "COMPUTATIONAL-9": "COMP-9",
    "COMP-1": "COMP-1", "COMPUTATIONAL-1": "COMP-1", "COMP-2": "COMP-2", "COMPUTATIONAL-2": "COMP-2", "COMP-3": "COMP-3",
    "COMPUTATIONAL-3": "COMP-3", "PACKED-DECIMAL": "COMP-3", "COMP-6": "COMP-6", "COMPUTATIONAL-6": "COMP-6", "INDEX": "INDEX",
    "NATIONAL": "NATIONAL", "DISPLAY-1": "DISPLAY",
}  # fmt: skip
"""The words of a copybook, and what we call the same thing. COMP-9 is binary with its lowest byte first."""


def size_of(picture: Picture | None, usage: str, separate: bool = False) -> int:
    """Bytes of one occurrence.

    >>> from symphainy.realms.content.services.decode.cobol.picture import picture_of
    >>> size_of(picture_of("S9(7)V99"), "COMP-3"), size_of(picture_of("9(9)"), "COMP"), size_of(None, "COMP-2")
    (5, 4, 8)
    """
    if usage in ("COMP-1", "INDEX"):
        return 4
    if usage == "COMP-2" or picture is None:
        return 8
    if not picture.numeric or usage in ("DISPLAY", "NATIONAL"):
        return picture.length + separate
    if usage == "COMP-3":
        return picture.digits // 2 + 1
    if usage == "COMP-6":
        return (picture.digits + 1) // 2
    for most, size in ((4, 2), (9, 4), (18, 8)):
        if picture.digits <= most:
            return size
    most_bits = int(10**picture.digits).bit_length()
    return (most_bits + 1 + 7) // 8
