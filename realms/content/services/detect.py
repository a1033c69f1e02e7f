"""What is this file? Asked of its bytes alone."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import Detected, File
from symphainy.realms.content.models.detection import Found, sniff


@capability("content.detect", input=File, output=Detected, title="Detect a file's kind")
async def detect(step: Step[File]) -> Outcome[Detected]:
    """Name the kind, media type and encoding of a file by its content. Invalid when the file is empty."""
    path = await step.tools.fetch(step.input.file)
    found: Found = await step.tools.compute(sniff, str(path))
    return Outcome(
        Detected(
            file=step.input.file,
            kind=found.kind,
            media_type=found.media_type,
            encoding=found.encoding,
            delimiter=found.delimiter,
            evidence=found.evidence,
        )
    )
