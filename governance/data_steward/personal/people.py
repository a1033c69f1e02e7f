"""Names of people in prose: capitalised words that the lists know, or that stand where a name stands ("Dear …", "my name is …").

A run of capitalised words is judged as one. Words of companies and places around it speak against; a title, an introduction or
a known given name speak for. Companies and titles come out of the same look, for who asks for them.
"""

import re
from collections.abc import Iterator

from symphainy.governance.data_steward.personal.finding import Span
from symphainy.governance.data_steward.personal.words import is_common, is_family, is_given, is_name, is_place, words

__all__ = ["nationalities", "organizations", "people", "titles"]

_UP = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽÐÞȘȚΑ-ΩА-ЯΆ-Ώ"
_WORD = rf"[{_UP}](?:[^\W\d_]|['’´-](?=[^\W\d_])){{0,24}}"
_LINK = r"(?:(?:van|von|der|den|de|da|di|dos|del|la|le|bin|ibn|al|el|ter|zu|af|av) ){1,2}"
_RUN = re.compile(rf"(?<![\w@./#-]){_WORD}(?:(?:(?<=[\s>(][{_UP}])\.)? (?:{_LINK})?{_WORD}){{0,5}}")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Rev|Herr|Frau|Mme|Monsieur|Señora?)\b\.?", re.IGNORECASE)
_TITLE_WORDS = frozenset("mr mrs ms miss mx dr prof sir madam rev herr frau mme monsieur señor señora".split())
_INTRODUCED = frozenset(
    "name named called dear hi hello i'm says said signed regards by with attn user kid son daughter wife husband brother sister mother father partner friend patient"
    " beneficiary add remove under contact client tenant employee songwriter singer producer starring asked ask told heard visit novel novelist mr mrs ms miss dr prof".split()
) | frozenset({"name is", "names is", "names was", "name was", "i am", "this is", "to it to", "it to", "directed by", "written by", "performed by", "tribute to", "assistant to",
    "had given", "sung by", "gender of", "shouted at", "partner's name", "last name", "wife of"})  # fmt: skip
_TITLED = frozenset("mr mrs ms miss dr prof".split())
_AFTER = re.compile(
    r"^(?:'s\b|’s\b|,? (?:says?|said|lives?|lived|is from|is very|wrote|writes|began|had|has|was born|was influenced|called|calls|flew|told|asked|shouted|spent"
    r"|will be talking|listed|just|speak|concert|novel|version|can I)\b|: ?\"| ?\(|: [A-Z])"
)
_LIST = re.compile(r"(?:: |\? |, |\band )$")
_OTHERS = re.compile(r"^(?: and|,) [A-Z]")
_PLACED = frozenset(
    "in at near to from of visit visited visiting southern northern toward through across around".split()
)
_DIRECTIONS = frozenset("north south east west northern southern eastern western central upper lower".split())
_COMPANY = frozenset(
    "inc llc ltd corp corporation company co group gmbh ag sa plc bank university college school institute orchestra association foundation partners"
    " consulting solutions systems technologies software media services agency records club lines insurance capital holdings associates labs industries"
    " communications international council committee ministry department office hospital church museum party federation union times press magazine".split()
)  # fmt: skip
_WORKS_FOR = re.compile(
    r"\b(?:work(?:s|ed|ing)? (?:for|at)|employed (?:by|at)|resigned from|(?:job|year|years|position|career) (?:at|with)|offices? of|ceo of|founder of"
    r"|hired by|acquired by|owned by)\s$",
    re.IGNORECASE,
)
_NAMED_COMPANY = re.compile(
    rf"(?<!\w){_WORD}(?:, {_WORD})? (?:and|&) {_WORD}(?: {_WORD})?|(?<!\w){_WORD}-{_WORD}(?!\w)"
)
_SIGNED = re.compile(
    rf"^(?P<mark>[ >?*|]{{0,4}})(?P<name>{_WORD}(?:\.? {_WORD}){{1,3}})\n(?P=mark)(?P<firm>{_WORD}(?:[ ,&-]{{1,2}}(?:and )?{_WORD}){{0,4}})\n"
    rf"(?=(?P=mark)(?:\d|(?P=name)|[Tt]he corner|(?i:psc|unit|p\.? ?o\.?) ))",
    re.MULTILINE,
)
"""The lines of who signs: a person, a company, and then an address, or the person again."""
_PLACE_BEHIND = re.compile(rf", [{_UP}]|,? \d| (?:and|or) \d")
_IS_COMPANY = re.compile(
    r" (?:offices?|headquarters|website|shares|stock|employees|customers) |,? (?:is|was) (?:an?|the|one of the) (?:[\w-]{1,20} ){0,5}"
    r"(?:agency|company|start-?up|firm|bank|non-?profit|charity|corporation|manufacturer|retailer|supplier|brand|employer)\b"
)
_FOUNDERS = re.compile(r"(?:: |\? )$")
_STREET = frozenset(
    "street st road rd avenue ave lane drive square boulevard blvd court place way terrace suite apt county valley lake river island park city".split()
)


def people(text: str) -> Iterator[Span]:
    """Names of people; a word of a full name is one again wherever it stands alone."""
    known: set[str] = set()
    alone: list[tuple[int, int]] = []
    for start, end in _runs(text):
        run = text[start:end]
        if (" " not in run and _idle(run, first=True)) or _is_company(run):
            continue
        offset, parts = _stripped(run)
        if not parts:
            continue
        first, last = start + offset, start + parts[-1][1]
        said = [run[a:b] for a, b in parts]
        if _is_person(text, first, last, said):
            yield "person", first, last
            if len(said) > 1:
                known.update(word for word in said if len(word) > 2)
        elif len(said) == 1:
            alone.append((first, last))
    if known:
        yield from (("person", first, last) for first, last in alone if text[first:last] in known)


def organizations(text: str) -> Iterator[Span]:
    """Companies, by their last word, by two names joined, or behind "works for"."""
    for m in _NAMED_COMPANY.finditer(text):
        pieces = re.split(r"(?:, | and | & |-)", m.group())
        apart = "-" in m.group() or "," in m.group() or "Sons" in m.group()
        if (
            apart
            and all(is_family(p.split()[-1]) for p in pieces)
            and not _FOUNDERS.search(text[max(0, m.start() - 16) : m.start()])
        ):
            yield "firm", *m.span()
    for m in _SIGNED.finditer(text):
        if is_given(m.group("name").split(" ")[0]):
            yield "firm", *m.span("firm")
    for start, end in _runs(text):
        run = text[start:end]
        offset, parts = _stripped(run)
        if not parts:
            continue
        said = [run[a:b].lower().strip(".") for a, b in parts]
        behind = _BEHIND.match(text, end)
        last = run.rpartition(" ")[2].lower()
        if (len(run) > offset + len(last) and last in _COMPANY) or behind or _IS_COMPANY.match(text, end):
            yield "organization", start + offset, behind.end() if behind else end
        elif (
            _WORKS_FOR.search(text[max(0, start - 24) : start + offset])
            and not is_place(run[offset:])
            and not is_name(said[0])
        ):
            yield "organization", start + offset, start + parts[-1][1]


def nationalities(text: str) -> Iterator[Span]:
    """Adjectives of nationality."""
    known = words("nationalities")
    for m in re.finditer(r"(?<![\w-])[A-Za-z]{4,16}(?![\w-])", text):
        if m.group().lower() in known:
            yield "nationality", *m.span()


def titles(text: str) -> Iterator[Span]:
    """Forms of address."""
    return (("title", *m.span()) for m in _TITLE.finditer(text) if m.group()[0].isupper())


def _runs(text: str) -> Iterator[tuple[int, int]]:
    for m in _RUN.finditer(text):
        at = m.start()
        for owned in _OWNED.finditer(m.group()):
            yield at, m.start() + owned.start()
            at = m.start() + owned.end() + 1
        if at < m.end():
            yield at, m.end()


_BEHIND = re.compile(r",? (?:Inc|LLC|Ltd|PLC|GmbH|Corp)\b\.?")
_OWNED = re.compile(r"['’]s\b")
_COMPANY_BEHIND = re.compile(r",? (?:Inc|LLC|Ltd|Group|Bank|and Sons)\b")
_PART = re.compile(r"[^\W\d_](?:[^\W\d_]|['’´.-](?=[^\W\d_]))*")


def _stripped(run: str) -> tuple[int, list[tuple[int, int]]]:
    """Without common words and titles in front and behind: where the rest begins, and the places of its words."""
    parts = [m.span() for m in _PART.finditer(run)]
    while parts and _idle(run[slice(*parts[0])], first=True):
        parts.pop(0)
    while parts and _idle(run[slice(*parts[-1])], first=False):
        parts.pop()
    return (parts[0][0] if parts else 0), parts


def _idle(word: str, *, first: bool) -> bool:
    low = word.lower().removesuffix("'s").removesuffix("’s")
    return (
        low in _TITLE_WORDS
        or (is_common(low) and not (is_given(low) and not first))
        or len(low) < 2
        or (word.isupper() and len(word) > 3 and not is_name(low))
    )


def _is_person(text: str, start: int, end: int, said: list[str]) -> bool:
    low = [w.lower().strip(".") for w in said]
    if low[-1] in _COMPANY or low[-1] in _STREET or not words("nationalities").isdisjoint(low):
        return False
    if _COMPANY_BEHIND.match(text, end):
        return False
    told = text[max(0, start - 24) : start].lower().split()[-3:]
    told = [w.strip(' .,:;?!()>"') for w in told]
    last = told[-1] if told else ""
    if last in _TITLED:
        return True
    cue = last in _INTRODUCED or " ".join(told[-2:]) in _INTRODUCED
    if low[0] in _DIRECTIONS:
        return False
    place = not cue and is_place(" ".join(low))
    placed = last in _PLACED and not cue
    given = is_given(low[0]) or (len(low) > 1 and is_given(low[-1]))
    if place and (placed or not given or (len(low) == 1 and _stands_as_place(text, start, end))):
        return False
    if len(low) > 1:
        return _is_full_name(low, given=given, cue=cue, placed=placed)
    if placed or is_common(low[0]):
        return False
    return cue or given or _AFTER.match(text[end : end + 24]) is not None or _listed(text, start, end, low[0])


def _is_company(run: str) -> bool:
    """By its last word, unless people are called so as well."""
    last = run.rpartition(" ")[2].lower()
    return last in _COMPANY and len(last) < len(run) and not is_family(last)


def _stands_as_place(text: str, start: int, end: int) -> bool:
    """A name of both a person and a town: the town where another place or a number follows, or nothing else is in its line."""
    alone = (start == 0 or text[start - 1] in "\n>") and (end == len(text) or text[end] in "\n,")
    return alone or _PLACE_BEHIND.match(text, end) is not None


def _is_full_name(low: list[str], *, given: bool, cue: bool, placed: bool) -> bool:
    strange = [not is_common(w) for w in low]
    if (given and sum(strange) > 1) or cue or all(is_name(w) for w in low):
        return True
    return not placed and all(strange) and not any(is_place(w) for w in low)


def _listed(text: str, start: int, end: int, word: str) -> bool:
    """A family name beside others: "…: Kovač, Reed and Monjeau"."""
    return is_name(word) and (
        _LIST.search(text[max(0, start - 8) : start]) is not None or _OTHERS.match(text[end : end + 8]) is not None
    )
