"""Solution: what solutions are made of.

WHAT: ``solution.catalog``, the capabilities, agents and intents that a solution may use.
HOW: a deterministic reading of the Curator's catalog, which the composition hands to the manager.
"""
