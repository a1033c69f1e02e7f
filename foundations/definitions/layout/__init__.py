"""The one layout of a definition: ``symphainy fmt``. Comments stay with what they are about; the value never changes."""

from symphainy.foundations.definitions.layout.form import Unformattable, formatted

__all__ = ["Unformattable", "formatted"]
