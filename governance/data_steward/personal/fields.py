"""What the name of a field says of its value: ``{"surname": "Zhu"}`` needs no reading of the value."""

import re
from functools import lru_cache

__all__ = ["kind_of"]

_KINDS = {
    "person": "firstname lastname surname fullname givenname familyname middlename maidenname customername patientname contactname cardholder"
    " accountholder holdername employeename applicant applicantname insured insuredname claimant claimantname policyholder personname nickname",
    "phone": "phone phonenumber mobile mobilenumber cell cellphone tel telephone telephonenumber fax faxnumber",
    "national_id": "ssn socialsecuritynumber nationalid nationalidentifier taxid taxnumber nino passport passportnumber driverlicense"
    " driverslicense driverlicensenumber licensenumber personalid idcard",
    "birth_date": "dob dateofbirth birthdate birthday born",
    "address": "address street streetaddress homeaddress billingaddress shippingaddress postaladdress mailingaddress addressline1 addressline2",
}  # fmt: skip
_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_MASKED = re.compile(r"\[[a-z_]+\]")


def kind_of(field: str, value: str) -> str | None:
    """What a field of this name holds; None for others, for empty values, and for what is masked or no value of that kind.

    >>> kind_of("last_name", "Zhu"), kind_of("DateOfBirth", "1980-02-01"), kind_of("name", "ledger"), kind_of("phone", "[phone]")
    ('person', 'birth_date', None, None)
    """
    kind = _named(field)
    if kind is None or not 1 < len(value) <= 200 or _MASKED.search(value):
        return None
    if kind in ("phone", "national_id", "birth_date") and not any(c.isdigit() for c in value):
        return None
    if kind == "address" and ("://" in value or " " not in value.strip()):
        return None
    return kind


@lru_cache(maxsize=4_096)
def _named(field: str) -> str | None:
    return _OF.get(re.sub(r"[^a-z0-9]", "", field.lower()))
