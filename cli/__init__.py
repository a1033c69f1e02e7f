"""The ``symphainy`` command: brings the platform up on one machine, and speaks to it.

WHAT: the hand of platform builders and operators: up, down, status, doctor, demo, and the client commands.
HOW: a supervisor of its own starts real servers in readiness order; everything else goes over HTTP.
"""

import os

# pydantic looks through every installed package for plugins, 60 ms of each command's start; whoever has one sets this himself.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
