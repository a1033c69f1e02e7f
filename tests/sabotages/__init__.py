"""Six one-line sabotages of the product: the harness that finds none of them shows nothing.

Each is a patch beside this file. It is applied to a copy of the sources, a small trial runs on the copy, and must name the
invariant that the sabotage breaks. ``make sabotages`` runs all six, and one trial without any, which must find nothing.
"""
