"""Insights: what the content means. Services measure, agents weigh evidence and say what it rests on.

WHAT: ``insights.ask``, an answer in the exact words of a source; ``insights.profile``, a table by column; a liaison for both.
HOW: services are deterministic functions; agents return a ReasonedArtifact, whose citations the platform re-reads.
"""
