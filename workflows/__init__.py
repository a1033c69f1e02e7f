"""Runtime sagas as Temporal workflows: deterministic code only.

WHAT: I walk a linked plan and schedule governed steps; Temporal's history is the write-ahead log.
HOW: the pure machine in ``foundations.definitions.machine`` decides, ``saga.py`` carries its commands to Temporal and back.
"""
