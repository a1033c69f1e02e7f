"""Text recognition (OCR): pictures and scanned pages through tesseract, where it is installed; else a clear refusal."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import within
from symphainy.realms.content.services.parse.builder import Builder

MAX_PIXELS: Final = 40_000_000
"""Pixels of a picture: an A4 page at 600 dots per inch has 35 million."""
MAX_FRAMES: Final = 200
MAX_IMAGE_BYTES: Final = 64 * 2**20
TIMEOUT: Final = 60
"""Seconds for one page: a dense one takes five on one core."""


def available() -> bool:
    """Whether tesseract is installed here."""
    return _program() is not None


def _program() -> str | None:
    # The pool's process has an empty environment: no PATH of the user's is asked.
    return shutil.which("tesseract", path=os.environ.get("PATH", os.defpath + ":/usr/local/bin"))


def parse_image(path: str, sha256: str, name: str, media_type: str) -> Document:
    """The text in a picture, page by page. Invalid where it is broken, holds no text or OCR is not installed; TooLarge."""
    within("bytes", Path(path).stat().st_size, MAX_IMAGE_BYTES)
    builder, frames, confidence = Builder(), 0, list[float]()
    for frame in _frames(path):
        frames += 1
        builder.start_page()
        confidence += recognise(frame, builder)
        builder.end_page()
    facts: dict[str, Json] = {"frames": frames, "text_by": "ocr", **sure(confidence)}
    if not builder.blocks:
        raise no_text("The picture")
    return builder.document(sha256=sha256, media_type=media_type, name=name, metadata=facts)


def _frames(path: str) -> Any:
    """Each frame as a grey picture. Sizes are asked before anything is unpacked."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit is asked first, and is an error rather than a warning
    try:
        with Image.open(path) as image:
            count = getattr(image, "n_frames", 1)
            within("frames", count, MAX_FRAMES)
            for number in range(count):
                image.seek(number)
                bounded(*image.size)
                needed()
                yield ImageOps.exif_transpose(image).convert("L")
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        raise Invalid(
            f"The picture is broken: {type(error).__name__}.",
            code="content.broken",
            remedy="Save it anew and upload it again.",
        ) from error


def bounded(width: int, height: int) -> None:
    """TooLarge where a picture has more pixels than the limit."""
    if width * height > MAX_PIXELS:
        raise TooLarge(
            f"The picture has {width:,} x {height:,} pixels; the limit is {MAX_PIXELS:,}.",
            remedy="Save it at a lower resolution.",
        )


def needed() -> None:
    """Invalid where tesseract is not installed."""
    if not available():
        raise Invalid(
            "The file holds pictures of text, and text recognition (OCR) is not installed here.",
            code="content.ocr_missing",
            remedy="Install tesseract (Debian: apt install tesseract-ocr) on the workers, or upload a file with text.",
        )


def no_text(what: str) -> Invalid:
    """What is raised where nothing could be read."""
    return Invalid(
        f"{what} holds no text that could be read.", code="content.no_text", remedy="Upload a sharper picture."
    )


def sure(confidence: list[float]) -> dict[str, Json]:
    """How sure the recognition is, from 0 to 100, on average over its words."""
    return {
        "ocr_words": len(confidence),
        **({"ocr_confidence": round(sum(confidence) / len(confidence), 1)} if confidence else {}),
    }


def recognise(image: Any, builder: Builder) -> list[float]:
    """Add what a picture says, paragraph by paragraph; how sure each word is."""
    import pytesseract

    pytesseract.pytesseract.tesseract_cmd = _program()
    try:
        words = pytesseract.image_to_data(image, output_type=pytesseract.Output.DICT, timeout=TIMEOUT, config="--psm 3")
    except (pytesseract.TesseractError, RuntimeError, subprocess.SubprocessError) as error:
        raise Invalid(
            f"Text recognition failed: {type(error).__name__}.",
            code="content.ocr_failed",
            remedy="Upload a file with text.",
        ) from error
    lines: dict[tuple[int, int], dict[int, list[str]]] = {}
    confidence: list[float] = []
    for at, text in enumerate(words["text"]):
        if text.strip():
            block = lines.setdefault((words["block_num"][at], words["par_num"][at]), {})
            block.setdefault(words["line_num"][at], []).append(text)
            confidence.append(float(words["conf"][at]))
    for paragraph in lines.values():
        builder.add("\n".join(" ".join(line) for line in paragraph.values()))
    return confidence
