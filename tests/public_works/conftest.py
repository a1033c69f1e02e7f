"""Helpers that several tests of this folder share are found by their bare name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
