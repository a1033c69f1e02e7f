"""The realms: capability factories, not delivery surfaces.

WHAT: Content, Insights, Journey and Solution; each offers deterministic services and attached agents.
HOW: manager.py registers, orchestrator.py binds intents to sagas, services/ and agents/ are functions Step → Outcome.
"""
