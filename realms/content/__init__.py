"""Content: files in, searchable documents with exact spans out. Deterministic from end to end, no reasoning.

WHAT: detect, parse, normalise, chunk, embed, index, search; the saga ``content.upload``; a liaison who says what is ready.
HOW: each service is one function over a step; what is heavy runs as a pure function in the process pool.
"""
