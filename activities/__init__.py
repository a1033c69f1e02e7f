"""The only door from a workflow to the world: one governed step.

WHAT: I run capabilities and write what they found out, each exactly once.
HOW: the city wraps every call; its record, output, lineage and events are committed in one transaction at this boundary.
"""
