"""The one file of a multipart form, as a stream: parsed piece by piece as the request arrives, so that nothing is spooled.

Takes exactly one file part; text parts before and after it are read up to small limits and ignored but for refusals.
"""

from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from symphainy.foundations.language.errors import DomainError, Invalid

MAX_FIELDS = 16
MAX_FIELD_BYTES = 65_536


class OneFile:
    """Feeds on the request's chunks; ``start`` finds the file part, ``chunks`` gives its bytes."""

    def __init__(self, content_type: str, source: AsyncIterator[bytes]) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise DomainError("the multipart form names no boundary", code="multipart")
        self.name, self.media_type = "", "application/octet-stream"
        self._source, self._pieces = source, deque[bytes]()
        self._files = self._fields = self._field_bytes = 0
        self._in_file = self._done = False
        self._field, self._value, self._headers = b"", b"", dict[bytes, bytes]()
        try:
            self._parser = MultipartParser(boundary, {
                "on_part_begin": self._begin, "on_part_data": self._data, "on_part_end": self._end, "on_header_field": self._name,
                "on_header_value": self._text, "on_header_end": self._header, "on_headers_finished": self._headed, "on_end": self._ended,
            })  # fmt: skip
        except FormParserError:
            raise DomainError("the multipart boundary is malformed", code="multipart") from None

    async def start(self) -> None:
        """Read until the file part begins; Invalid if the form has none."""
        while not self._files and await self._more():
            pass
        if not self._files:
            raise Invalid("the form has no file part", code="upload.no_file", remedy="send one part with a file name")

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file's bytes as they come; the rest of the form is read to its end."""
        going = True
        while going or self._pieces:
            while self._pieces:
                yield self._pieces.popleft()
            going = going and await self._more()
        if not self._done:
            raise DomainError("the multipart form ended before its last boundary", code="multipart")

    async def _more(self) -> bool:
        chunk = await anext(self._source, None)
        if chunk is None:
            return False
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise DomainError("the multipart form is malformed", code="multipart") from None
        return True

    def _begin(self) -> None:
        self._headers, self._in_file = {}, False

    def _name(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _text(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _headed(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" not in options:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise DomainError(f"the form has more than {MAX_FIELDS} fields", code="multipart")
            return
        self._files += 1
        if self._files > 1:
            raise Invalid("the form has more than one file: send one at a time", code="upload.many_files")
        self._in_file = True
        self.name = options[b"filename"].decode("utf-8", "replace")
        self.media_type = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._pieces.append(data[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > MAX_FIELD_BYTES:
            raise DomainError("the form's text fields are over their limit", code="multipart")

    def _end(self) -> None:
        self._in_file = False

    def _ended(self) -> None:
        self._done = True
