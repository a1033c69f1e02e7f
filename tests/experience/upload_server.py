"""An Experience plane in a process of its own, so that its memory can be measured. Prints its port, then serves."""

import socket
import sys
from pathlib import Path

import uvicorn
from experience_fakes import parts

from symphainy.experience_api.app import create_app
from symphainy.foundations.experience.edge.serving import OPTIONS

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()  # from here on a client that comes too early waits, and is not turned away
sys.stdout.write(f"{listener.getsockname()[1]}\n")
sys.stdout.flush()
app = create_app(parts(Path(sys.argv[1])))
uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", **OPTIONS)).run(sockets=[listener])
