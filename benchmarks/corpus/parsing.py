"""Files through Content's own detection and parsers, as an upload takes them."""

import hashlib
from pathlib import Path

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.document import Document
from symphainy.realms.content.models import Detected
from symphainy.realms.content.models.detection import sniff
from symphainy.realms.content.services.parse import read


def detected(path: Path) -> Detected:
    """What the file is, by its content."""
    data = path.read_bytes()
    ref = ArtifactRef(key="", sha256=hashlib.sha256(data).hexdigest(), size=len(data), name=path.name)
    return Detected(file=ref, **sniff(str(path))._asdict())


def parsed(path: Path) -> Document:
    """The document that the file holds."""
    return read(str(path), detected(path))
