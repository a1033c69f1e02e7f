"""Rehearsals as data: what a scenario says, which ways of a definition a run has taken, and whether it went as expected. Pure."""
