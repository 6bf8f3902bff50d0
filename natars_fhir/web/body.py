"""Body: the bytes that a request brings, within the limit and of a kind that is read; never a parsed model.

The limit counts what arrives and what it inflates to: a length that is declared proves nothing.
"""

from __future__ import annotations

import zlib
from email.message import Message

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from natars_fhir.fhir.versions import Name
from natars_fhir.web.depth import too_deep
from natars_fhir.web.respond import Refusal

_TYPES = frozenset({"application/fhir+json", "application/json", "text/json"})
#: What `fhirVersion` may say at each base: R4B's resources are R4's, as far as they are read (standards.md §8).
NUMBERS: dict[Name, tuple[str, ...]] = {"R4": ("4.0", "4.3"), "R5": ("5.0",)}
_GZIP = 31
#: Up to so many bytes a thread costs more than it frees.
_SHORT = 262_144
#: Bytes that are inflated at once; members of one body. bgzip begins another with every 64 KiB.
_SLICE, _MEMBERS = 65_536, 16_384


async def body_of(request: Request, version: Name, most: int) -> bytes:
    """The body, inflated where it was compressed. Raises Refusal."""
    _check_type(request.headers.get("content-type", ""), version)
    packed = _packed(request.headers.get("content-encoding", ""))
    raw = await taken(request, most)
    if packed:
        raw = await run_in_threadpool(inflated, raw, most)
    deepest: int = request.app.state.most_depth
    if await run_in_threadpool(too_deep, raw, deepest) if len(raw) > _SHORT else too_deep(raw, deepest):
        raise Refusal(413, "too-costly", f"JSON is read up to {deepest} levels deep.")
    return raw


async def taken(request: Request, most: int) -> bytes:
    """The bytes that come, as they come. Raises Refusal once they are more than *most*."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > most:
        raise _too_long(most)
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > most:
            raise _too_long(most)
    return bytes(raw)


def inflated(raw: bytes, most: int) -> bytes:
    """What gzip holds, of however many members; no more of it is made than *most* bytes. Raises Refusal.

    It is given in slices: what a member leaves over is copied, and a body of nothing but empty members would be copied
    whole as many times as it has members.
    """
    out, at, members = bytearray(), 0, 0
    stream = zlib.decompressobj(_GZIP)
    try:
        while at < len(raw) and members <= _MEMBERS:
            part = raw[at : at + _SLICE]
            out += stream.decompress(part, most - len(out) + 1)
            if len(out) > most:
                raise _too_long(most)
            at += len(part) - len(stream.unused_data)
            if stream.eof and at < len(raw):
                stream, members = zlib.decompressobj(_GZIP), members + 1
    except zlib.error:
        raise _broken() from None
    if raw and not (stream.eof and at == len(raw)):
        raise _broken()
    return bytes(out)


def _check_type(said: str, version: Name) -> None:
    message = Message()
    message["content-type"] = said or "none/none"
    if message.get_content_type() not in _TYPES:
        raise Refusal(415, "not-supported", "FHIR's JSON is read here: application/fhir+json.")
    charset = message.get_content_charset("utf-8")
    if charset not in ("utf-8", "utf8"):
        raise Refusal(415, "not-supported", "FHIR's JSON is in UTF-8.")
    number = str(message.get_param("fhirversion", ""))
    if number and ".".join(number.split(".")[:2]) not in NUMBERS[version]:
        raise Refusal(415, "not-supported", f"The fhirVersion is not that of this base, which is {version}.")


def _packed(encoding: str) -> bool:
    said = encoding.strip().lower()
    if said not in ("", "identity", "gzip", "x-gzip"):
        raise Refusal(415, "not-supported", "Of compressed bodies only gzip is read.")
    return said.endswith("gzip")


def _too_long(most: int) -> Refusal:
    return Refusal(
        413, "too-long", f"At most {most} bytes are taken at once: send it in parts.", {"Connection": "close"}
    )


def _broken() -> Refusal:
    return Refusal(400, "structure", "The body is not whole, or is not gzip.")
