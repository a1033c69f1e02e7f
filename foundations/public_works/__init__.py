"""Public Works: the infrastructure every plane stands on, behind small protocols.

WHAT: SQL, hot state, streams, objects, identity, secrets, language model, outbound HTTP, a process pool and JSON logs.
HOW: ``abstractions/`` says what is needed, ``adapters/`` holds one file per vendor; ``bindings/`` alone chooses.
"""
