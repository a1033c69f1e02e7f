"""Data Steward: what data is, how big it may be, and who can read it at rest.

WHAT: classes of values, size rules, personal data detection, payload encryption with tenant keys, large values by reference.
HOW: a codec under every Temporal call (AES-GCM, tenant and key id bound in), and three pure rules around every step.
"""
