"""Packed: values as the store keeps them. JSON by msgspec keeps every Decimal's digits; zstd makes texts small.

What the first release packed, by zlib, is unpacked as well: each says at its beginning which it is.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterable
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec
import zstandard

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.reading import Reading

_reading = msgspec.json.Decoder(Reading)
_json = msgspec.json.Encoder(decimal_format="number").encode
_plain = msgspec.json.Decoder(float_hook=Decimal).decode
_issues = msgspec.json.Decoder(tuple[Issue, ...])
#: the fastest level: it takes most of what there is to take
_LEVEL = 1
_ZSTD = b"\x28\xb5\x2f\xfd"
#: a compressor serves one thread at a time
_own = threading.local()


def digest(raw: bytes) -> str:
    """SHA-256, as text."""
    return sha256(raw).hexdigest()


def pack(raw: bytes) -> bytes:
    """Bytes, made small."""
    compressor = getattr(_own, "compressor", None)
    if compressor is None:
        compressor = _own.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    return compressor.compress(raw)


def unpack(packed: bytes) -> bytes:
    """The bytes that were packed."""
    if packed.startswith(_ZSTD):
        return zstandard.ZstdDecompressor().decompress(packed)
    return zlib.decompress(packed)


def pack_reading(reading: Reading) -> bytes:
    """A reading with all its facts."""
    return msgspec.json.encode(reading)


def unpack_reading(packed: bytes) -> Reading:
    """The reading, equal to what was packed."""
    return _reading.decode(packed)


def pack_json(value: Any) -> bytes:
    """JSON, made small; numbers with their digits."""
    return pack(_json(value))


def unpack_json(packed: bytes) -> Any:
    """What was packed, as plain dicts, lists and values; a number with a fraction is a Decimal."""
    return _plain(unpack(packed))


def issues_text(issues: Iterable[Issue]) -> str:
    """Issues as a column's text."""
    return msgspec.json.encode(tuple(issues)).decode()


def text_issues(text: str) -> tuple[Issue, ...]:
    """The issues that a column's text says."""
    return _issues.decode(text)
