"""Solution: what solutions are made of, how one comes to be deployed, and the guide who meets every message.

WHAT: ``solution.catalog``; the sagas ``solution.deploy``, ``solution.withdraw`` and ``solution.turn``, their steps, and the guide.
HOW: readings of the catalog, steps over a register that the composition hands in, and one agent that decides by rules.
"""
