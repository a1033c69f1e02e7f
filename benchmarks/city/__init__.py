"""What governance costs, and what a noisy tenant costs a quiet one: on a real Temporal, PostgreSQL and city in this process.

make bench-city          (python -P -m city governed | noisy, with PYTHONPATH=benchmarks:tests)
"""
