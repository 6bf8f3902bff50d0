"""Given back: the bytes of a resource as they are shown in a base's version, with an id where they have none. Pure.

What is in the base's version already is shown in the very bytes that came.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec
from msgspec import DecodeError, Struct

from natars_fhir.fhir import typed
from natars_fhir.fhir.versions import VERSIONS, Name, detect

_BOM = b"\xef\xbb\xbf"
_TYPED = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"[A-Za-z]+"\s*,?')
_exact = msgspec.json.Decoder(float_hook=Decimal).decode
_json = msgspec.json.Encoder(decimal_format="number").encode


class _Named(Struct):
    id: str = ""


def given_back(raw: bytes, ident: str, version: Name) -> bytes:
    """The resource as it is shown at a base of *version*, where it is found under *ident*."""
    return in_version(with_id(raw.removeprefix(_BOM), ident), version)


def with_id(raw: bytes, ident: str) -> bytes:
    """The bytes with an id, where they have none: it is put in, and nothing else is touched."""
    try:
        if typed.decode(raw, _Named).id:
            return raw
    except (DecodeError, UnicodeDecodeError):
        return raw
    start = _TYPED.match(raw)
    if start is None:
        return b'{"id":"%b",%b' % (ident.encode(), raw.lstrip()[1:].lstrip())
    head, rest = start[0].rstrip().removesuffix(b","), raw[start.end() :]
    return b'%b,"id":"%b"%b%b' % (head, ident.encode(), b"" if rest.lstrip().startswith(b"}") else b",", rest)


def in_version(raw: bytes, version: Name) -> bytes:
    """The bytes themselves, unless they show that they are written in another version."""
    if version == "R4B":
        version = "R4"
    if detect(raw) in (None, version) and version == "R4":
        return raw
    if detect(raw) == version:
        return raw
    said = _exact(raw)
    convert = VERSIONS["R5"].from_r4 if version == "R5" else VERSIONS["R5"].to_r4
    told, _ = convert(said)
    return raw if told == said else _json(told)
