"""Security Guard: who is asking, and may they.

WHAT: identity, tenancy, passports and Cedar authorization, at every door and again at every step, fail closed.
HOW: an Ed25519 passport in Temporal's headers, rights re-read at each step, one pre-parsed Cedar policy set.
"""
