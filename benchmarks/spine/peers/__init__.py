"""The peers, run for real: each script runs in an environment of its own and imports nothing of ours but ``spine.load``."""
