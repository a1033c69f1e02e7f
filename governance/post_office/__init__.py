"""Post Office: what happened, told to whoever may know.

WHAT: checks names, size and content of events before they enter the outbox; names their topics.
HOW: a step's drafts become the record's events, committed with the step; the relay delivers them.
"""
