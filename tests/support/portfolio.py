"""A portfolio of policies as a mainframe would hand it over: EBCDIC records with packed figures, a copybook, claims, the target model.

Generated, the same bytes for the same number; one record of a thousand has a date that does not exist, one of two thousand a broken figure.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from random import Random
from typing import Any, Final

from xlsxwriter import Workbook

COPYBOOK: Final = """
       01  POLICY-RECORD.
           05  POL-NO             PIC X(10).
           05  INSD-FIRST-NM      PIC X(12).
           05  INSD-LAST-NM       PIC X(16).
           05  BIRTH-DT           PIC 9(8).
           05  EFF-DT             PIC 9(8).
           05  PREM-AMT           PIC S9(7)V99 COMP-3.
           05  DED-AMT            PIC S9(5)V99 COMP-3.
           05  STATE-CD           PIC X(2).
           05  STATUS-CD          PIC X(1).
"""
LENGTH: Final = 66
"""Bytes of a record: 57 of text, 5 and 4 packed."""
FIELDS: Final[list[dict[str, Any]]] = [
    {"name": "policy_number", "examples": ["P000001001", "P000001002"]},
    {"name": "insured_name", "description": "Given and family name of the insured."},
    {"name": "birth_date", "examples": ["1980-01-31"]},
    {"name": "effective_date", "examples": ["2024-01-31"]},
    {"name": "premium", "description": "Premium amount per year.", "examples": ["812.50"]},
    {"name": "deductible", "description": "Deductible amount per claim.", "examples": ["300.00"]},
    {"name": "state", "description": "State code.", "examples": ["OR", "IN"]},
]
_FIRST: Final = ("ANN", "BO", "CY", "DI", "EDA", "FAY", "GUS", "HAL", "IDA", "JON")
_LAST: Final = ("LEE", "KIM", "FOX", "RAY", "STONE", "BAKER", "COLE", "DIAZ", "EVANS", "FORD")
_STATES: Final = ("OR", "IN", "IL", "WI", "CA")


def packed(value: int, size: int) -> bytes:
    """A signed packed figure of ``size`` bytes."""
    digits = f"{abs(value):0{size * 2 - 1}d}" + ("D" if value < 0 else "C")
    return bytes.fromhex(digits)


def policies(count: int, seed: int = 7) -> Iterator[bytes]:
    """The records, one by one."""
    random = Random(seed)
    for number in range(1, count + 1):
        born = f"{random.randint(1940, 2005)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        begun = (
            "20240231"
            if number % 1_000 == 0
            else f"{random.randint(2015, 2025)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        )
        premium = b"\xff" * 5 if number % 2_000 == 1_999 else packed(random.randint(10_000, 400_000), 5)
        text = f"P{number:09d}{random.choice(_FIRST):<12}{random.choice(_LAST):<16}{born}{begun}"
        tail = random.choice(_STATES) + random.choice("ALC")
        yield text.encode("cp037") + premium + packed(random.choice((25_000, 30_000, 50_000)), 4) + tail.encode("cp037")


def claims(count: int, seed: int = 11) -> bytes:
    """The claims workbook: one for every hundredth policy, and one for a policy that does not exist."""
    random, written = Random(seed), BytesIO()
    book = Workbook(written, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("Claims")
    sheet.write_row(0, 0, ("claim_number", "policy_number", "amount"))
    for row, number in enumerate(range(100, count + 1, 100), 1):
        sheet.write_row(row, 0, (f"C{number:07d}", f"P{number:09d}", random.randint(5_000, 900_000) / 100))
    sheet.write_row(count // 100 + 1, 0, ("C9999999", "P999999999", 1))
    book.close()
    return written.getvalue()


def given(policies: Any, claims: Any, wording: Any, part: int) -> dict[str, Any]:
    """What the migration is asked, by references to the three files."""
    amount = {"name": "claim_amount", "column": "claims.amount", "type": "decimal"}
    return {
        "policies": policies, "claims": claims, "wording": wording, "copybook": COPYBOOK, "part": part,
        "target": {"fields": FIELDS, "required": ["policy_number", "effective_date"], "claims": [amount]},
        "key": {"policy": "POL_NO", "claim": "policy_number"},
    }  # fmt: skip
