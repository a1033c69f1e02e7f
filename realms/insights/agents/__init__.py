"""Agents of Insights, attached by contract in manager.py; none calls another."""
