"""Download: a file comes to us as it is, compressed or not, and goes on where it was broken off if the server lets it.

https://www.rfc-editor.org/rfc/rfc9110#name-range-requests: what is asked for once more is the rest, if the file is the
same still (If-Range); a server that knows no ranges, or does not say which file it is, gives it from its beginning.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import httpx

from natars_fhir.service.pull.fault import ExpiredError, PullError, refused
from natars_fhir.service.pull.source import Heard, Source

_HEADERS = {"Accept": "application/fhir+ndjson", "Accept-Encoding": "gzip"}
#: A file that is shorter there than what we have of it is another one.
_NO_SUCH_RANGE = 416


def download(source: Source, url: str, path: Path, *, known: bool, seen: Callable[[int], None]) -> Path:
    """Brings the file to *path*; *known*: with our token. Raises PullError, ExpiredError where it is not there."""
    if path.exists():
        return path
    begun = _Begun(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        heard = source.persist(lambda: _attempt(source, url, begun, known=known, seen=seen), lambda: begun.octets)
        if heard.status in (404, 410):
            raise ExpiredError("file")
        if heard.status not in (200, 206):
            raise refused(heard.status)
        begun.whole()
    except OSError:
        raise PullError("disk", "write") from None
    return path


class _Begun:
    """What is there of a file, and by which mark its server knows it."""

    def __init__(self, path: Path) -> None:
        self._path, self._part, self._tag = path, path.with_suffix(".part"), path.with_suffix(".tag")

    @property
    def octets(self) -> int:
        """How much of it can be built upon: nothing where nobody knows which file it was."""
        return self._part.stat().st_size if self._part.exists() and self.tag else 0

    @property
    def tag(self) -> str:
        """A strong ETag, or a date."""
        return self._tag.read_text("utf-8") if self._tag.exists() else ""

    def opened(self, tag: str, at: int) -> BinaryIO:
        """To write on from there."""
        self._tag.write_text(tag, "utf-8")
        number = os.open(self._part, os.O_CREAT | os.O_WRONLY | (0 if at else os.O_TRUNC), 0o600)
        stream = os.fdopen(number, "wb")
        stream.seek(at)
        return stream

    def void(self) -> None:
        """It is another file now."""
        self._part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def whole(self) -> None:
        """All of it came."""
        self._part.replace(self._path)
        self._tag.unlink(missing_ok=True)


def _attempt(source: Source, url: str, begun: _Begun, *, known: bool, seen: Callable[[int], None]) -> Heard:
    """One request; what comes of it is written as it comes."""
    have = begun.octets
    headers = _HEADERS | ({"Range": f"bytes={have}-", "If-Range": begun.tag} if have else {})
    with source.sent("GET", url, headers, known=known) as answer:
        heard = Heard(answer.status_code, answer.headers, b"", url)
        if answer.status_code == _NO_SUCH_RANGE and have:
            begun.void()
            raise httpx.RemoteProtocolError("the file is another one now")
        if answer.status_code in (200, 206):
            if answer.headers.get("content-encoding", "identity").lower() not in ("identity", "gzip", "x-gzip"):
                raise PullError("unreadable", "encoding")
            _write(answer, begun, _from(answer, have), seen)
        return heard


def _from(answer: httpx.Response, have: int) -> int:
    """Where what comes begins in the file. Raises RemoteProtocolError where that is elsewhere."""
    if answer.status_code == 200:
        return 0
    told = answer.headers.get("content-range", "")
    if not told.startswith(f"bytes {have}-"):
        raise httpx.RemoteProtocolError("another range than was asked for")
    return have


def _write(answer: httpx.Response, begun: _Begun, at: int, seen: Callable[[int], None]) -> None:
    with begun.opened(_tag(answer) or (begun.tag if at else ""), at) as stream:
        for part in answer.iter_raw():  # as it comes: what is gathered would be lost where it breaks off
            stream.write(part)
            at += len(part)
            seen(at)
        stream.truncate()


def _tag(answer: httpx.Response) -> str:
    """What tells this file from a later one: an ETag that is strong, else when it was changed; only where ranges are
    given at all."""
    if answer.status_code == 200 and answer.headers.get("accept-ranges", "").lower() == "none":
        return ""
    tag = str(answer.headers.get("etag", ""))
    return tag if tag.startswith('"') else str(answer.headers.get("last-modified", ""))
