"""The Solution plane: the front door of platform clients.

WHAT: capabilities, definitions, solutions and their life, governance views, the codec endpoint of the Temporal Web UI.
HOW: it compiles, stores and deploys definitions through the runtime's registers, each call judged at the city's door; it makes
definitions, never executions.
"""
