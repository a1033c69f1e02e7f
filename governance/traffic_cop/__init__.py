"""Traffic Cop: how many, how fast, how long.

WHAT: session terms, rates per tenant, principal and capability, admission with priority and fairness.
HOW: rates are counted at doors, in Redis for all processes together; a capability's rate once per effect key.
"""
