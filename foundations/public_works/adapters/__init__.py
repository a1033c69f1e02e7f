"""How the platform gets it: one file per vendor. Imported by ``bindings.py`` and by nothing else."""
