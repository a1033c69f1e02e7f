"""The runtime plane: sessions, intents, executions and the state surface, over Temporal and PostgreSQL.

WHAT: records what is asked and what happened, starts and advances sagas, and answers from the record.
HOW: Temporal's history is the write-ahead log; ``surface`` projects it into append-only tables, one transaction per step.
"""
