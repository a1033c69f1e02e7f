"""Insights: what the content means. Services measure, agents weigh evidence and say what it rests on.

WHAT: ``insights.ask``, an answer with the exact words of a source; ``insights.profile``, a table column by column.
HOW: services are deterministic functions; agents return a ReasonedArtifact, whose citations the platform re-reads.
"""
