"""Conductor: how much may be orchestrated, until when, and who may approve.

WHAT: ceilings for steps, loops, fan-out, attempts and duration; allowed capabilities; deadlines; four eyes.
HOW: the ceilings travel in the plan, so a reload never changes a replay; at each step a second wall reads the path.
"""
