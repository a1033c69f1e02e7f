"""Journey: a saga as people read it.

WHAT: ``journey.describe``, a standard operating procedure in plain English and a diagram of any saga.
HOW: a deterministic walk over the OWS document; it runs nothing and asks nobody.
"""
