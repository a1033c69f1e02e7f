"""Deterministic readings of a saga; none calls another."""
