"""The specification's own calls as capabilities: ``core.http``, ``core.openapi``. Governed and journaled like any other step."""
