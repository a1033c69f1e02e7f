"""A role for tests of the nursery: says what it sees, then serves, ends or fails."""

import json
import os
import signal
import sys
import time


def main(arguments: list[str]) -> None:
    what, *more = arguments
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if what == "broken":
        sys.stderr.write("the role is cursed\n")
        sys.exit(7)
    loaded = "symphainy.worker" in sys.modules
    seen = {"ready": what, "seen": os.environ.get("SEEN"), "loaded": loaded, "more": more, "home": "HOME" in os.environ}
    sys.stdout.write(json.dumps(seen) + "\n")
    sys.stdout.flush()
    if what == "once":
        return
    time.sleep(600)


if __name__ == "__main__":
    main(sys.argv[1:])
