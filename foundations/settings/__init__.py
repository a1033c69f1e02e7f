"""Settings: one typed contract for every process, and the master key that all other keys derive from."""

from symphainy.foundations.settings.client import ClientConfig, ClientFile
from symphainy.foundations.settings.contract import Settings
from symphainy.foundations.settings.master_key import derive_key, ensure_master_key, read_master_key
from symphainy.foundations.settings.rules import PREFIX, Ports

__all__ = [
    "PREFIX",
    "ClientConfig",
    "ClientFile",
    "Ports",
    "Settings",
    "derive_key",
    "ensure_master_key",
    "read_master_key",
]
