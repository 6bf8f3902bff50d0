"""Requests: what the entries of a transaction or batch ask for, each in its place. https://hl7.org/fhir/R4/http.html#transaction"""

from __future__ import annotations

import re

import msgspec
from msgspec import DecodeError, Raw, Struct

from natars_fhir.fhir.references import Named, parse

_BOM = b"\xef\xbb\xbf"
_ETAG = re.compile(r'(?:W/)?"?([^"]+)"?')


class Request(Struct, frozen=True):
    """Bundle.entry.request."""

    method: str = ""
    url: str = ""
    ifMatch: str = ""  # noqa: N815 (FHIR's name)
    ifNoneMatch: str = ""  # noqa: N815 (FHIR's name)
    ifNoneExist: str = ""  # noqa: N815 (FHIR's name)

    @property
    def reads(self) -> bool:
        """Does it only ask for data?"""
        return self.method in ("GET", "HEAD")

    @property
    def sees(self) -> tuple[str, str]:
        """The type that it asks for, and the letter of SMART scopes that it takes."""
        path = re.sub(r"^https?://[^?#]*/(?=[A-Z])", "", self.url.partition("?")[0])
        kind, slash, _ = path.partition("/")
        return kind, "r" if slash else "s"


class _Entry(Struct):
    request: Request | None = None


class _Bundle(Struct):
    entry: list[_Entry] = []


class _Loose(Struct):
    entry: list[Raw] = []


_bundle = msgspec.json.Decoder(_Bundle).decode
_loose = msgspec.json.Decoder(_Loose).decode
_entry = msgspec.json.Decoder(_Entry).decode

#: What is asked where nothing can be read of it.
NOTHING = Request()


def requests(raw: bytes) -> tuple[Request, ...]:
    """One for every entry of a Bundle, in its order; empty where the bytes are no Bundle."""
    text = raw.removeprefix(_BOM)
    try:
        return tuple(one.request or NOTHING for one in _bundle(text).entry)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return tuple(_alone(one) for one in _loose(text).entry)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return ()


def _alone(raw: Raw) -> Request:
    try:
        return _entry(raw).request or NOTHING
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return NOTHING


def asked_condition(kind: str, text: str) -> Named:
    """The one condition that is understood: ``identifier=system|value``, with or without the type before it.

    Its way is `unknown` where the text asks for anything else.
    """
    return parse(text if "?" in text else f"{kind}?{text}")


def version_of(etag: str) -> str:
    """``3`` of ``W/"3"``. https://hl7.org/fhir/R4/http.html#concurrency"""
    found = _ETAG.fullmatch(etag.strip())
    return found[1] if found else ""
