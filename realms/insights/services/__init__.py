"""Deterministic measures; none calls another."""
