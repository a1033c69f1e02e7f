"""The shipped lists: names, places, nationalities, and the words that are none of these. Read when first asked for."""

from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["is_common", "is_family", "is_given", "is_name", "is_place", "words"]


@cache
def words(name: str) -> frozenset[str]:
    """The words of ``lists/<name>.txt``; its first line says where they come from."""
    text = (files(__package__) / "lists" / f"{name}.txt").read_text("utf-8")
    return frozenset(text.split("\n", 1)[1].split())


@lru_cache(maxsize=16_384)
def is_given(word: str) -> bool:
    """Whether it is a given name somewhere.

    >>> is_given("Zuzana"), is_given("Invoice")
    (True, False)
    """
    return word.lower() in words("given")


@lru_cache(maxsize=16_384)
def is_family(word: str) -> bool:
    """Whether it is a family name somewhere."""
    return word.lower() in words("family")


def is_name(word: str) -> bool:
    """Either; of a double name both halves."""
    return all(is_given(part) or is_family(part) for part in word.split("-"))


@lru_cache(maxsize=16_384)
def is_common(word: str) -> bool:
    """Whether text uses it in lower case as well."""
    word = word.lower().removesuffix("'s")
    return word in words("common") or (word.endswith("s") and word[:-1] in words("common"))


@lru_cache(maxsize=16_384)
def is_place(name: str) -> bool:
    """Whether it is a country, a state or a larger city.

    >>> is_place("New Zealand"), is_place("Invoice")
    (True, False)
    """
    return name.lower().replace(" ", "_") in words("places")
