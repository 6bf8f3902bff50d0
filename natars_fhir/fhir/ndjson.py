"""Files of FHIR's JSON, one document after the other: NDJSON, or one document over many lines; also compressed.

NDJSON is https://hl7.org/fhir/R4/nd-json.html. What a file is, its content says and not its name. Lines are streamed:
memory is bounded by the longest line, or by the one document. A broken line costs only itself.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.bundle import not_json

SUFFIXES = tuple(f".{kind}{packed}" for kind in ("json", "ndjson", "jsonl") for packed in ("", ".gz"))

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_CHUNK = 256 * 1024
_NO_FILE = Issue("error", "not-found", "", "There is no such file.")
_NOTHING_HERE = Issue("error", "not-found", "", f"The folder holds no file to read ({', '.join(SUFFIXES)}).")
_CLOSED = Issue("error", "exception", "", "The file cannot be opened.")


class Document(Struct, frozen=True, gc=False):
    """One JSON text as it stood in a file; or, without bytes, what kept us from reading on."""

    name: str
    raw: bytes
    #: counted from 1; None where the whole file is one document
    line: int | None = None
    #: bytes of the file that were read so far (compressed ones, where it is compressed)
    offset: int = 0
    issues: tuple[Issue, ...] = ()


def every_document(inputs: Iterable[Path | tuple[BinaryIO, str]]) -> Iterator[Document]:
    """The documents of files, folders and binary streams (each with a name), in the order given."""
    for one in inputs:
        if isinstance(one, Path):
            paths = iter(files([one]))
            first = next(paths, None)
            if first is None:
                yield Document(str(one), b"", issues=(_NOTHING_HERE,))
                continue
            for path in chain((first,), paths):
                yield from documents(path)
        else:
            yield from documents(one[0], one[1])


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read: folders are walked in order for FHIR's suffixes, a named file is always read."""
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if _is_ours(found, path))
        else:
            yield path


def _is_ours(found: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in found.relative_to(folder).parts)
    return not hidden and found.name.lower().endswith(SUFFIXES) and found.is_file()


def documents(source: Path | BinaryIO, name: str = "") -> Iterator[Document]:
    """The documents of a file or of a binary stream (standard input), in order."""
    if not isinstance(source, Path):
        yield from _read(source, name)
        return
    name = name or str(source)
    try:
        stream = source.open("rb")
    except OSError as fault:
        yield Document(name, b"", issues=(_NO_FILE if isinstance(fault, FileNotFoundError) else _CLOSED,))
        return
    with stream:
        yield from _read(stream, name)


def _read(stream: BinaryIO, name: str) -> Iterator[Document]:
    counted, broken = _Counted(stream), list[Issue]()
    lines = _numbered(_until_broken(counted, broken))
    first, second = next(lines, None), next(lines, None)
    if first is None:
        yield Document(name, b"", issues=tuple(broken) or (not_json(b"") or _CUT_OFF,))
        return
    if unreadable := not_json(first[1]):
        yield Document(name, b"", offset=counted.octets, issues=(unreadable,))
        return
    everything = chain([first] if second is None else [first, second], lines)
    if second is None or _one_document(first[1], second[1]):
        whole = b"\n".join(line for _, line in everything)
        if not broken:
            yield Document(name, whole, offset=counted.octets)
    else:
        for number, line in everything:
            yield Document(name, line, number, counted.octets)
    if broken:
        yield Document(name, b"", offset=counted.octets, issues=tuple(broken))


def _one_document(first: bytes, second: bytes) -> bool:
    """Does the text go on in the second line? A line of NDJSON neither ends nor starts amid an object."""
    return first[:1] == b"[" or first[-1:] in b"{[,:" or second[:1] in b"]},:"


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines that say something, without a byte order mark and the blanks at their ends."""
    for number, line in enumerate(lines, 1):
        said = line.strip()
        if said[:3] == _BOM:
            said = said[3:].strip()
        if said:
            yield number, said


def _until_broken(stream: io.RawIOBase, broken: list[Issue]) -> Iterator[bytes]:
    """The lines as far as they can be read; why no further goes to *broken*."""
    try:
        source = io.BufferedReader(stream, _CHUNK)
        if source.peek(2)[:2] == _GZIP:
            yield from io.BufferedReader(gzip.GzipFile(fileobj=source), _CHUNK)
        else:
            yield from source
    except (EOFError, OSError, zlib.error):
        broken.append(_CUT_OFF)


class _Counted(io.RawIOBase):
    """A stream that knows how much of it was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.octets = 0
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        said = self._read(len(buffer))
        buffer[: len(said)] = said
        self.octets += len(said)
        return len(said)


_CUT_OFF = Issue("error", "incomplete", "", "The file is cut off or damaged: what follows could not be read.")
