"""The detectors of personal data, measured on labelled texts: every kind of the corpus counts, what is not attempted as wrong."""

import json
from collections import Counter
from pathlib import Path

import pytest

from symphainy.governance.data_steward.personal import CONTEXT, PERSONAL, find

KINDS = {
    "PERSON": "person", "STREET_ADDRESS": "place", "ADDRESS": "place", "GPE": "place", "LOCATION": "place", "ZIP_CODE": "place",
    "NRP": "nationality", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "national_id",
    "US_DRIVER_LICENSE": "national_id", "IP_ADDRESS": "ip", "EMAIL_ADDRESS": "email",
    "DOMAIN_NAME": "url", "DATE_TIME": "date", "AGE": "age",
    "ORGANIZATION": "organization", "TITLE": "title",
}  # fmt: skip
OURS = {"address": "place", "location": "place", "birth_date": "date"}
STRUCTURED = {"CREDIT_CARD", "IBAN_CODE", "US_SSN", "EMAIL_ADDRESS", "IP_ADDRESS", "PHONE_NUMBER"}

Spot = tuple[str, int, int]


def hits(one: Spot, others: list[Spot]) -> bool:
    """Overlap by half of both together; of an address it is enough that one holds the other: labels cut it into pieces."""
    kind, start, end = one
    for other, first, last in others:
        common = min(end, last) - max(start, first)
        if kind != other or common <= 0:
            continue
        inside = kind == "place" and ((first <= start and end <= last) or (start <= first and last <= end))
        if inside or common / (max(end, last) - min(start, first)) >= 0.5:
            return True
    return False


@pytest.mark.parametrize("name", ["synth_dataset_v2", "generated_small"])
def test_f2_and_the_recall_of_structured_kinds_reach_their_targets(shared: Path, name: str) -> None:
    labelled, found, claimed, right = Counter[str](), Counter[str](), 0, 0
    for text in json.loads((shared / "corpus/pii" / f"{name}.json").read_text()):
        truth = [(KINDS[s["entity_type"]], s["start_position"], s["end_position"]) for s in text["spans"]]
        ours = [(OURS.get(f.kind, f.kind), f.start, f.end) for f in find(text["full_text"], kinds=PERSONAL + CONTEXT)]
        for span, spot in zip(text["spans"], truth, strict=True):
            labelled[span["entity_type"]] += 1
            found[span["entity_type"]] += hits(spot, ours)
        claimed += len(ours)
        right += sum(hits(spot, truth) for spot in ours)
    recall, precision = found.total() / labelled.total(), right / claimed
    assert 5 * precision * recall / (4 * precision + recall) >= 0.75
    assert sum(found[k] for k in STRUCTURED) / sum(labelled[k] for k in STRUCTURED) >= 0.95


def found(text: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find(text, kinds=PERSONAL + CONTEXT)]


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("please call lena m. andersson about it", "person", "lena m. andersson"),
        ("Irena Novak signed. Later Novak withdrew.", "person", "Novak"),
        ("It was Keller's Irena Novak who signed", "person", "Irena Novak"),
        ("Meet me at the corner of Oak Lane and Mill Road today", "address", "the corner of Oak Lane and Mill Road"),
        ("Send it to 12 Rue de la Paix by Friday", "address", "12 Rue de la Paix"),
        ("Unit 2050 Box 4190\nDPO AE 09732", "address", "Unit 2050 Box 4190\nDPO AE 09732"),
        ("She joined Turner Holdings in spring", "organization", "Turner Holdings"),
        ("Zyntrel is a fast-growing software company", "organization", "Zyntrel"),
        ("Irena Novak\nZyntrel\n12 Oak Lane\nLeeds", "organization", "Zyntrel"),
    ],
)
def test_finds(text: str, kind: str, part: str) -> None:
    assert (kind, part) in found(text)


@pytest.mark.parametrize(
    "text",
    ["it runs on nginx behind haproxy in each zone", "During 2008 the 5 Best Of The 70s sold", "queue lena-1 is up"],
)
def test_leaves(text: str) -> None:
    assert {kind for kind, _ in found(text)} <= {"date"}
