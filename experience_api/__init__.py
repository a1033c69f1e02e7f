"""The Experience plane: what customers of a solution meet.

WHAT: auth, sessions, the door for intents, event streams, uploads, chat and the routes that deployed solutions bind.
HOW: it asks the runtime client and Security Guard's SDK; it decides no logic and keeps no state, so any process of it may die.
"""
