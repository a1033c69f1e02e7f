"""Readable labels for the Temporal Web UI: a ``str`` that the codec leaves in clear (DECISIONS.md 22).

Built from a definition's own names and from status words, never from data.
"""


class Label(str):
    """A summary or detail that operators may read.

    >>> Label("parse · normalise").upper()
    'PARSE · NORMALISE'
    """

    __slots__ = ()
