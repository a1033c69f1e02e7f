"""Semantic types: the meaning of columns with their headers hidden, and the class of columns of web tables.

People: a column counts where its meaning is exactly the one that its (hidden) header says; the score is of the columns whose values have
a form of their own. Web tables: the class of DBpedia, coarsely (a lake is a place, a wrestler a person), with the header as it stands.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from corpus.given import Corpus
from corpus.scored import Facts, Scored, scored, share
from symphainy.realms.insights.agents.interpreter import Interpreter
from symphainy.realms.insights.models.grid import Grid, grid
from symphainy.realms.insights.services.observe import of

NAME = "semantic-types"
TARGET = (
    "From values alone: 90 % of the columns whose values have a form pass, 100 % is strong. "
    "T2Dv2: accuracy of the class, coarse allowed, >= 0.70 passes, >= 0.90 is strong."
)
PASS = 0.7
FORMS = {
    "Gender": "gender", "Title": "salutation", "MiddleInitial": "initial", "StreetAddress": "street address", "ZipCode": "postcode",
    "Country": "country code", "CountryFull": "country", "EmailAddress": "email", "BrowserUserAgent": "user agent",
    "TelephoneNumber": "phone number", "Birthday": "date", "TropicalZodiac": "zodiac sign", "CCType": "card brand",
    "CCNumber": "payment card number", "CCExpires": "card expiry", "UPS": "tracking number", "Color": "colour", "Vehicle": "vehicle",
    "Domain": "domain", "BloodType": "blood group", "FeetInches": "height", "GUID": "uuid", "Latitude": "latitude",
    "Longitude": "longitude",
}  # fmt: skip
"""Header → meaning, of the columns whose values alone show it."""
_COARSE = {
    "person": "Person BaseballPlayer Writer Wrestler Singer Scientist Saint Monarch Mayor GolfPlayer",
    "organisation": "Company Airline University Hospital PoliticalParty SportsTeam Newspaper RadioStation Museum Agent",
    "place": "City Country Continent AdministrativeRegion PopulatedPlace Place Lake Mountain MountainRange Building Hotel Airport Hospital "
    "University Museum",
    "work": "Film VideoGame TelevisionShow Song AcademicJournal Newspaper",
    "species": "Bird Animal Mammal Plant",
    "genre": "MusicGenre Genre",
    "currency": "Currency",
    "language": "Language",
}  # fmt: skip
"""Class of ours → classes of DBpedia in it; a hospital, a university, a museum, a newspaper is two things."""


def measure(corpus: Corpus) -> list[Scored]:
    """One line for the people, one per web table."""
    home = corpus.folder / "semantic_types"
    with (home / "t2dv2_labels.csv").open(encoding="utf-8-sig", newline="") as file:
        labels = list(csv.DictReader(file))
    tables = list(dict.fromkeys(row["table"] for row in labels))
    found = [scored(home / "fakenames.csv", "semantic_types/fakenames", _people)]
    for name in tables:
        told = [(int(row["column_index"]), row["dbpedia_class"]) for row in labels if row["table"] == name]
        path = home / "t2dv2" / f"{name}.json"
        found.append(scored(path, f"semantic_types/{name}", lambda path, told=told: _web(path, told)))
    return found


def _people(path: Path) -> tuple[float, Facts]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    lines = _lines(grid("people", [f"col{n}" for n in range(len(head))], rows))
    right = {name: line["meaning"] == FORMS[name] for name, line in zip(head, lines, strict=True) if name in FORMS}
    other = [line["meaning"] is None for name, line in zip(head, lines, strict=True) if name not in FORMS]
    return share(right.values()), {"formed": len(right), "silent_elsewhere": share(other)}


def _web(path: Path, told: list[tuple[int, str]]) -> tuple[float, Facts]:
    about = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    columns = about["relation"]
    header = [column[0] for column in columns] if about.get("hasHeader") else [""] * len(columns)
    rows = list(zip(*(column[1 if about.get("hasHeader") else 0 :] for column in columns), strict=True))
    lines = _lines(grid(path.stem, header, rows))
    right = [want in _COARSE.get(str(lines[place]["class"]), "").split() for place, want in told]
    return share(right), {"web_columns": len(right), "web_right": share(right)}


def _lines(table: Grid) -> list[dict[str, object]]:
    value = Interpreter().decide(of([("t", table)])).value
    return list(_columns(value))


def _columns(value: object) -> Iterator[dict[str, object]]:
    assert isinstance(value, dict)
    for table in value["tables"]:
        yield from table["columns"]
