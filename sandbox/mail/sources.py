"""Where a mailbox's mail comes from: an mbox file read by offset, or messages made in memory."""

from __future__ import annotations

import hashlib
import mmap
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

from sandbox.mail.parsing import parse_headers
from sandbox.mail.records import Headers

LARGEST = 150 * 1024 * 1024
"""Bytes; Exchange Online takes no message larger than this."""
_FROM_LINE = re.compile(rb"^From [^\r\n]*\b\d{4}\b[^\r\n]*(?:\r?\n|\Z)", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_CHUNK = 1024 * 1024


class Source(Protocol):
    """Messages in a fixed order. `identity` is the same for the same content."""

    identity: str
    skipped: Counter[str]
    """How many were left out, by the kind of reason."""

    def __len__(self) -> int: ...

    def headers(self) -> Iterator[Headers]:
        """The headers of every message, in order."""

    def raw(self, index: int) -> bytes:
        """The bytes of one message."""


class MemorySource:
    """Messages held in memory."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        self._messages = list(messages)
        self.identity = hashlib.sha256(b"\x00".join(self._messages)).hexdigest()
        self.skipped: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._messages)

    def headers(self) -> Iterator[Headers]:
        return map(parse_headers, self._messages)

    def raw(self, index: int) -> bytes:
        return self._messages[index]


class MboxSource:
    """An mbox file; bodies stay on disk and are read when they are asked for.

    `skipped` counts `not_mbox` (text before the first From line), `too_large` and
    `truncated_archive` (a gzip file that ends early; what could be read is kept).
    """

    def __init__(self, path: Path | str) -> None:
        self.skipped: Counter[str] = Counter()
        self._file = self._open(Path(path))
        size = self._file.seek(0, 2)
        self._bytes = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        self.identity = hashlib.sha256(self._bytes).hexdigest()
        self._places = list(self._find())

    def __len__(self) -> int:
        return len(self._places)

    def headers(self) -> Iterator[Headers]:
        return (parse_headers(self.raw(index)) for index in range(len(self)))

    def raw(self, index: int) -> bytes:
        start, end = self._places[index]
        return _QUOTED_FROM.sub(rb"\1", self._bytes[start:end])

    def close(self) -> None:
        if isinstance(self._bytes, mmap.mmap):
            self._bytes.close()
        self._file.close()

    def _open(self, path: Path) -> IO[bytes]:
        file = path.open("rb")
        if file.read(2) != b"\x1f\x8b":
            return file
        file.seek(0)
        whole = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the source
        with file:
            if not _unpack(file, whole):
                self.skipped["truncated_archive"] += 1
        whole.flush()
        return whole

    def _find(self) -> Iterator[tuple[int, int]]:
        """Where each message starts and ends, its From line and closing blank line left out."""
        lines = [
            (found.start(), found.end())
            for found in _FROM_LINE.finditer(self._bytes)
            if self._starts_message(found.start())
        ]
        if self._bytes[: lines[0][0] if lines else len(self._bytes)].strip():
            self.skipped["not_mbox"] += 1
        ends = [start for start, _ in lines[1:]] + [len(self._bytes)]
        for (_, start), end in zip(lines, ends, strict=False):
            if end - start > LARGEST:
                self.skipped["too_large"] += 1
                continue
            for blank in (b"\r\n", b"\n"):
                if end - len(blank) >= start and self._bytes[end - len(blank) : end] == blank:
                    end -= len(blank)
                    break
            yield start, end

    def _starts_message(self, at: int) -> bool:
        before = self._bytes[max(0, at - 4) : at]
        return at == 0 or before.endswith((b"\n\n", b"\n\r\n"))


def _unpack(packed: IO[bytes], to: IO[bytes]) -> bool:
    """Unpack gzip as far as it goes; whether it was whole."""
    unpacker = zlib.decompressobj(wbits=31)
    while chunk := packed.read(_CHUNK):
        while chunk:
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)
            try:
                to.write(unpacker.decompress(chunk))
            except zlib.error:
                return False
            chunk = unpacker.unused_data
    return unpacker.eof


def from_mbox(path: Path | str) -> MboxSource:
    """The messages of an mbox file, plain or gzip'd, whatever its name."""
    return MboxSource(path)
