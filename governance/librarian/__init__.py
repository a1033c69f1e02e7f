"""Librarian: which sources may be known and cited.

WHAT: admission, ownership and expiry of documents; agents cite nothing else.
HOW: asks the catalogue of documents before an agent reasons, and checks every citation after.
"""
