"""Insights: what the content means. Services measure, agents weigh evidence and say what it rests on.

WHAT: ``insights.ask``, an answer in the exact words of a source; ``insights.profile``, a table by column; ``insights.match``, two
schemas, field by field; ``insights.quality``, inferred rules and the cells that break them;
``insights.map``, a mapping proposed; ``data_mash.create``, several sources to one data set; a liaison.
HOW: services are deterministic functions; agents return a ReasonedArtifact, whose citations the platform re-reads.
"""
