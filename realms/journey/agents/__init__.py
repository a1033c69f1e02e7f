"""Agents of Journey are attached here by contract; describing a saga needs none."""
