"""Agents of Solution are attached here by contract; listing the catalog needs none."""
