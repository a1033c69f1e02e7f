"""Foundations: the platform's primitives.

WHAT: the language, the definition compiler, the Curator, Public Works, agent bases and the client library.
HOW: they never call a realm, never reason (agent bases aside) and give the same answer to the same question.
"""
