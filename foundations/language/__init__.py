"""The language: every word that two rooms share, as frozen pydantic models. Pure: imports pydantic and nothing else."""
