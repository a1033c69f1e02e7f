"""Content has no agents: nothing here interprets, so that its outputs are the same with and without a model."""
