"""Files of FHIR's JSON, one document after the other: NDJSON, or one document over many lines; also compressed.

NDJSON is https://hl7.org/fhir/R4/nd-json.html. What a file is, its content says and not its name. Lines are streamed:
memory is bounded by the longest line, or by the one document. A broken line costs only itself.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from msgspec import Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.bundle import not_json
from natars_fhir.fhir.found import SUFFIXES, files

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_CHUNK = 256 * 1024
_NO_FILE = Issue("error", "not-found", "", "There is no such file.")
_NOTHING_HERE = Issue("error", "not-found", "", f"The folder holds no file to read ({', '.join(SUFFIXES)}).")
_CLOSED = Issue("error", "exception", "", "The file or folder cannot be opened.")
_OTHER_TEXT = Issue("fatal", "structure", "", "No file of JSON: none of its first two lines begins with { or [.")
_OPENS = (b"{", b"[")
_TOO_LONG = Issue("error", "too-long", "", "This is longer than what is taken at once: it was not read.")


class Document(Struct, frozen=True, gc=False):
    """One JSON text as it stood in a file; or, without bytes, what kept us from reading on."""

    name: str
    raw: bytes
    #: counted from 1; None where the whole file is one document
    line: int | None = None
    #: bytes of the file that were read so far (compressed ones, where it is compressed)
    offset: int = 0
    issues: tuple[Issue, ...] = ()
    #: where the next line begins, in the text as it is uncompressed
    end: int = 0


class Start(NamedTuple):
    """Where to begin in a file of lines: how many bytes of its text, and how many lines, were read before."""

    at: int = 0
    line: int = 0


#: A line as it stands; of one that is too long, how many bytes it takes.
Lines = Iterator[bytes | int]
_BEGINNING = Start()


def every_document(inputs: Iterable[Path | tuple[BinaryIO, str]]) -> Iterator[Document]:
    """The documents of files, folders and binary streams (each with a name), in the order given."""
    return chain.from_iterable(_of_each(inputs))


def _of_each(inputs: Iterable[Path | tuple[BinaryIO, str]]) -> Iterator[Iterable[Document]]:
    for one in inputs:
        if isinstance(one, Path):
            paths = iter(files([one]))
            first = next(paths, None)
            if first is None:
                yield (Document(str(one), b"", issues=(_NOTHING_HERE,)),)
                continue
            for path in chain((first,), paths):
                yield documents(path)
        else:
            yield documents(one[0], one[1])


def unopened(fault: OSError) -> Issue:
    """Why nothing of a file could be read, told as any other fault of it."""
    return _NO_FILE if isinstance(fault, FileNotFoundError) else _CLOSED


def documents(
    source: Path | BinaryIO, name: str = "", start: Start = _BEGINNING, longest: int | None = None
) -> Iterator[Document]:
    """The documents of a file or of a binary stream (standard input), in order; those of lines from *start* on.

    One of more than *longest* bytes is told, and never held.
    """
    if not isinstance(source, Path):
        yield from _read(source, name, start, start.at, longest)
        return
    name = name or str(source)
    try:
        stream = source.open("rb")
    except OSError as fault:
        yield Document(name, b"", issues=(unopened(fault),))
        return
    with stream:
        skip = start.at
        if skip and stream.read(2) != _GZIP:
            stream.seek(skip)
            skip = 0
        elif skip:
            stream.seek(0)
        yield from _read(stream, name, start, skip, longest)


def in_lines(path: Path) -> bool:
    """Is it a file of one document a line, which can be read from any line on? A compressed one cannot."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) == _GZIP:
                return False
            stream.seek(0)
            lines = _line_by_line(iter(stream), _BEGINNING)
            first, second = next(lines, None), next(lines, None)
    except OSError:
        return False
    if first is None or second is None:
        return False
    opens = first.raw[:1] in _OPENS or second.raw[:1] in _OPENS
    return opens and not_json(first.raw) is None and not _one_document(first.raw, second.raw)


class Stretch:
    """The lines between two places of a file of lines, and how many they were."""

    def __init__(self) -> None:
        self.lines = 0
        #: where the line begins that came last
        self.start = 0

    def documents(self, path: Path, name: str, start: int, stop: int) -> Iterator[Document]:
        """The documents that begin from *start* on and before *stop*; both are places where a line begins."""
        broken: list[Issue] = []
        try:
            stream = path.open("rb")
        except OSError as fault:
            yield Document(name, b"", issues=(unopened(fault),))
            return
        with stream:
            stream.seek(start)
            yield from _line_by_line(self._until(stream, stop - start, broken), Start(start), name)
        if broken:
            yield Document(name, b"", issues=tuple(broken))

    def _until(self, stream: BinaryIO, left: int, broken: list[Issue]) -> Lines:
        try:
            at = stream.tell()
            while left > 0 and (line := stream.readline()):
                self.start, self.lines = at, self.lines + 1
                at, left = at + len(line), left - len(line)
                yield line
        except OSError:
            broken.append(_CUT_OFF)


def _read(stream: BinaryIO, name: str, start: Start, skip: int, longest: int | None) -> Iterator[Document]:
    sought = start.at - skip  # in a compressed file one cannot seek
    counted, broken = _Counted(stream, sought), list[Issue]()
    lines = _line_by_line(_until_broken(counted, broken, skip, longest, plain=sought > 0), start, name, counted)
    found = lines if start.at else _from_the_beginning(lines, name, counted, broken, longest)
    return chain(found, _ending(name, counted, broken))


def _ending(name: str, counted: _Counted, broken: list[Issue]) -> Iterator[Document]:
    """After all documents: what kept us from reading on."""
    if broken:
        yield Document(name, b"", offset=counted.octets, issues=tuple(broken))


def _from_the_beginning(
    lines: Iterator[Document], name: str, counted: _Counted, broken: list[Issue], longest: int | None
) -> Iterable[Document]:
    """Is it one document, or one a line? The first two lines tell."""
    first, second = next(lines, None), next(lines, None)
    if first is None:
        return () if broken else (Document(name, b"", issues=(not_json(b"") or _CUT_OFF,)),)
    if first.raw and (unreadable := not_json(first.raw)):
        broken.clear()
        return (Document(name, b"", offset=counted.octets, issues=(unreadable,)),)
    if second is not None and not any(not one.raw or one.raw[:1] in _OPENS for one in (first, second)):
        broken.clear()
        return (Document(name, b"", offset=counted.octets, issues=(_OTHER_TEXT,)),)
    everything = chain([first] if second is None else [first, second], lines)
    if first.raw and (second is None or (second.raw and _one_document(first.raw, second.raw))):
        return _whole(everything, name, counted, broken, longest)
    return everything


def _whole(
    lines: Iterator[Document], name: str, counted: _Counted, broken: list[Issue], longest: int | None
) -> Iterator[Document]:
    whole = _joined(lines, longest)
    if whole is None:
        yield Document(name, b"", offset=counted.octets, issues=(_TOO_LONG,))
    elif not broken:
        yield Document(name, whole, offset=counted.octets)


def _joined(lines: Iterator[Document], longest: int | None) -> bytes | None:
    """The one document; None where it is too long, and then no more of it is read."""
    parts: list[bytes] = []
    length = 0
    for line in lines:
        length += len(line.raw)
        if not line.raw or (longest is not None and length > longest):
            return None
        parts.append(line.raw)
    return b"\n".join(parts)


def _one_document(first: bytes, second: bytes) -> bool:
    """Does the text go on in the second line? A line of NDJSON neither ends nor starts amid an object."""
    return first[:1] == b"[" or first[-1:] in b"{[,:" or second[:1] in b"]},:"


def _line_by_line(lines: Lines, start: Start, name: str = "", counted: _Counted | None = None) -> Iterator[Document]:
    """The lines that say something, without a byte order mark and the blanks at their ends; one that is too long says
    nothing. All in one loop, for every resource of a hospital passes here."""
    number, end = start.line, start.at
    for line in lines:
        number += 1
        if isinstance(line, int):
            end += line
            yield Document(name, b"", number, end if counted is None else counted.octets, (_TOO_LONG,), end)
            continue
        end += len(line)
        line = line.strip()
        if line[:3] == _BOM:
            line = line[3:].strip()
        if line:
            yield Document(name, line, number, end if counted is None else counted.octets, (), end)


def trimmed(line: bytes) -> bytes:
    """A line without a byte order mark and the blanks at its ends."""
    said = line.strip()
    return said[3:].strip() if said[:3] == _BOM else said


def _until_broken(stream: io.RawIOBase, broken: list[Issue], skip: int, longest: int | None, *, plain: bool) -> Lines:
    """The lines as far as they can be read; why no further goes to *broken*."""
    try:
        source = io.BufferedReader(stream, _CHUNK)
        packed = not plain and source.peek(2)[:2] == _GZIP
        # little by little, so that what was good before a cut is not lost with it
        text: BinaryIO = io.BufferedReader(_Counted(gzip.GzipFile(fileobj=source)), _CHUNK) if packed else source
        while skip and (passed := len(text.read(min(skip, _CHUNK)))):
            skip -= passed
        yield from text if longest is None else _bounded(text, longest)
    except (EOFError, OSError, zlib.error):
        broken.append(_CUT_OFF)


def _bounded(text: BinaryIO, longest: int) -> Lines:
    """The lines; one of more than *longest* bytes is passed over in pieces."""
    while line := text.readline(longest + 1):
        length = len(line)
        if length <= longest or line[-1:] == b"\n":
            yield line
            continue
        while line[-1:] != b"\n" and (line := text.readline(_CHUNK)):
            length += len(line)
        yield length


class _Counted(io.RawIOBase):
    """A stream that knows how much of it was read."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, octets: int = 0) -> None:
        self.octets = octets
        # straight to its place, where the stream can: a copy of its own would be memory that is fetched and given back
        self._into: Callable[[Any], int] = getattr(stream, "readinto1", None) or partial(_copied, stream)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        said = self._into(buffer)
        self.octets += said
        return said


def _copied(stream: BinaryIO | gzip.GzipFile, buffer: Any) -> int:
    said: bytes = getattr(stream, "read1", stream.read)(len(buffer))
    buffer[: len(said)] = said
    return len(said)


_CUT_OFF = Issue("error", "incomplete", "", "The file is cut off or damaged: what follows could not be read.")
