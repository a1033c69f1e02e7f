"""Nurse: how the city is doing.

WHAT: one trace from HTTP to step, RED metrics, one JSON log line per step with ids and no payload, cost per step.
HOW: outermost in the chain, so that it times and counts everyone; telemetry that cannot be sent is dropped and counted.
"""
