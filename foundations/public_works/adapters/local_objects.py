"""Objects in a local folder: embedded, and single hosts."""

from pathlib import Path

from obstore.store import LocalStore

from symphainy.foundations.public_works.adapters.obstore_objects import ObstoreObjects


class LocalObjects(ObstoreObjects):
    """``Objects`` below one folder, which is created when missing. Writes appear whole: a file is renamed into place."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(LocalStore(folder.resolve()))
