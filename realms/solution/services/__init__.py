"""Deterministic readings of the catalog; none calls another."""
