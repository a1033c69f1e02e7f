"""Personal data in labelled texts, found by the Data Steward's detectors: every label counts, what is not attempted as wrong.

Types are mapped onto those of the product: streets, cities, countries and postal codes are places. The labels cut some addresses into
number, street, unit, town and country and leave others whole, so pieces of a place with no letter or digit between them count as one,
on both sides; "f2 of pieces" is without that.
"""

import json
from pathlib import Path

from corpus.given import Corpus
from corpus.scored import Facts, Scored, scored
from corpus.spans import Count, Labelled, joined
from symphainy.governance.data_steward.personal import CONTEXT, PERSONAL, find

NAME = "pii"
TARGET = (
    "F2 of spans (overlap >= 0.5 of both together) >= 0.75 and recall of the structured types (card, IBAN, SSN, e-mail, IP, phone) >= 0.95 "
    "pass; "
    "F2 >= 0.90, structured >= 0.99 and PERSON >= 0.90 is strong. The score is the F2, 0 where a structured type is missed more often."
)
PASS = 0.75
STRUCTURED = ("CREDIT_CARD", "IBAN_CODE", "US_SSN", "EMAIL_ADDRESS", "IP_ADDRESS", "PHONE_NUMBER")
KINDS = {
    "PERSON": "person", "STREET_ADDRESS": "place", "ADDRESS": "place", "GPE": "place", "LOCATION": "place", "ZIP_CODE": "place",
    "NRP": "nationality", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "national_id",
    "US_DRIVER_LICENSE": "national_id", "IP_ADDRESS": "ip", "EMAIL_ADDRESS": "email", "DOMAIN_NAME": "url", "DATE_TIME": "date",
    "AGE": "age", "ORGANIZATION": "organization", "TITLE": "title",
}  # fmt: skip
OURS = {"address": "place", "location": "place", "birth_date": "date"}


def measure(corpus: Corpus) -> list[Scored]:
    return [scored(path, f"pii/{path.name}", judge) for path in sorted((corpus.folder / "pii").glob("*.json"))]


def judge(path: Path) -> tuple[float, Facts]:
    count, cut = Count(), Count()
    for text in json.loads(path.read_text("utf-8")):
        truth = [
            Labelled(
                KINDS.get(s["entity_type"], s["entity_type"]), s["start_position"], s["end_position"], s["entity_type"]
            )
            for s in text["spans"]
        ]
        found = find(text["full_text"], kinds=PERSONAL + CONTEXT)
        ours = [Labelled(OURS.get(one.kind, one.kind), one.start, one.end) for one in found]
        cut.add(truth, ours)
        count.add(*(joined(spans, text["full_text"], "place") for spans in (truth, ours)))
    structured = count.recall(STRUCTURED)
    facts = {
        "recall": count.recall(), "precision": count.precision, "f2": count.f2, "f2 of pieces": cut.f2, "structured": structured,
        "person": count.recall(["PERSON"]),
        **{f"of {name.lower()}": count.recall([name]) for name in sorted(count.wanted)},
    }  # fmt: skip
    return count.f2 if structured >= 0.95 else 0.0, {name: round(value, 4) for name, value in facts.items()}
