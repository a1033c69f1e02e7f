"""The health check of a container: exit code 0 when an HTTP address answers 2xx. Imports nothing of ours: it runs every 5 s."""

import sys
import urllib.error
import urllib.request

PATIENCE = 4.0
"""Seconds; below the check's own limit, so that the answer is ours."""


def probe(url: str) -> int:
    """0 when ``url`` answers with success, else 1."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return 0 if 200 <= answer.status < 300 else 1
    except (OSError, urllib.error.URLError):
        return 1


if __name__ == "__main__":
    sys.exit(probe(sys.argv[1]))
