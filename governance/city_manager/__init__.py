"""City Manager: what is registered, which policy is in force, and whether the city is open.

WHAT: the roll of eight, the policy bundle and its version, the switches, maintenance mode.
HOW: refuses work that is not registered, stamps every record with the bundle's digest; holds no other service.
"""
