"""The Smart City: eight services that govern every step and every door call.

WHAT: identity, policy, limits, data protection, sources, events, telemetry and registration, in one literal order.
HOW: roles wrap each other inside calls that happen anyway; each adds to one record, none writes, none knows another.
"""
