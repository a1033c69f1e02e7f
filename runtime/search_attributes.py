"""The search attributes that operators filter by in the Temporal Web UI. They stay in clear: names and status words only."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

__all__ = ["ALL", "COMPENSATION", "DEFINITION", "INTENT", "STATUS", "TENANT", "at_start"]

STATUS = SearchAttributeKey.for_keyword("Status")
COMPENSATION = SearchAttributeKey.for_keyword("Compensation")
TENANT = SearchAttributeKey.for_keyword("Tenant")
INTENT = SearchAttributeKey.for_keyword("Intent")
DEFINITION = SearchAttributeKey.for_keyword("Definition")

ALL = (STATUS, COMPENSATION, TENANT, INTENT, DEFINITION)


def at_start(*, tenant: str, intent: str, definition: str) -> TypedSearchAttributes:
    """What an execution starts with; the saga itself moves ``Status`` and ``Compensation`` on.

    >>> at_start(tenant="acme", intent="content.upload", definition="platform/upload:1")[STATUS]
    'running'
    """
    values = {STATUS: "running", COMPENSATION: "none", TENANT: tenant, INTENT: intent, DEFINITION: definition}
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values.items()])
