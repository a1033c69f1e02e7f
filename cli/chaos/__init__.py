"""``symphainy chaos``: a ledger under kill -9, watched from outside.

Money is moved by sagas over the public HTTP API while processes of the platform are killed, stopped and told to end. An observer, a
process of its own with its own database, writes down every delivery. At the end each invariant is one question to what both sides
have written: nothing lost, nothing doubled, every saga in its right shape, the same story everywhere.
"""
