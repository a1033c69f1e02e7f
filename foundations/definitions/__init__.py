"""The definition compiler and the pure evaluator of plans (Open Workflow Specification 1.0)."""
