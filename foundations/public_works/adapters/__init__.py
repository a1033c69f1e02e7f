"""How the platform gets it: one file per vendor. Imported by ``bindings/`` and by nothing else."""
