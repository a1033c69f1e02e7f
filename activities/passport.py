"""The passport this activity was called with; the interceptor has verified it before anything here runs."""

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.errors import Refused
from symphainy.governance.incoming import incoming


def passport() -> Passport:
    """The verified passport; Refused when the activity was called past the city."""
    found = incoming.get().passport
    if found is None:
        raise Refused("no verified passport came with this step", remedy="start executions through the runtime client")
    return found
