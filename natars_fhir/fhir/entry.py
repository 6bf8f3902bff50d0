"""One entry of a Bundle, its resource still raw. https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import DecodeError, Raw, Struct, ValidationError

from natars_fhir.domain.issue import Issue

NOTHING = Raw(b"")


class Entry(Struct, frozen=True, gc=False):
    """A resource in its bytes, where it stood, and what the sender asks to do with it."""

    #: None for a single resource
    index: int | None
    #: ``Bundle``, or where the Bundle or the single resource was found; empty for a document of one resource
    found_in: str
    #: empty where a resource is only said to be deleted
    raw: bytes | Raw = b""
    full_url: str = ""
    #: the request's HTTP verb, its target and its condition
    method: str = ""
    url: str = ""
    if_none_exist: str = ""

    @property
    def place(self) -> str:
        """``Bundle.entry[3].resource``; empty for a document of one resource."""
        return self.found_in if self.index is None else f"{self.found_in}.entry[{self.index}].resource"

    @property
    def deleted(self) -> bool:
        """The sender says that the resource at `url` is gone."""
        return self.method == "DELETE"

    def seen(self, issue: Issue) -> Issue:
        """The resource's issue as the document's: ``Observation.x`` becomes ``Bundle.entry[3].resource.x``."""
        place = self.place
        return issue.within(place) if place else issue


class RawRequest(Struct, omit_defaults=True):
    """Bundle.entry.request, as far as it is read."""

    method: str = ""
    url: str = ""
    ifNoneExist: str = ""  # noqa: N815 (FHIR's name)
    ifMatch: Raw = NOTHING  # noqa: N815 (FHIR's name)
    ifNoneMatch: Raw = NOTHING  # noqa: N815 (FHIR's name)


class RawEntry(Struct, omit_defaults=True):
    """Bundle.entry, as far as it is read."""

    fullUrl: str = ""  # noqa: N815 (FHIR's name)
    resource: Raw = NOTHING
    request: RawRequest | None = None
    response: Raw = NOTHING
    search: Raw = NOTHING

    def fault(self, kind: str = "") -> Issue | None:
        """Why there is no resource to read; None where there is one, or where one is deleted.

        In a Bundle of the *kind* history a PATCH holds the resource that came of it.
        """
        asked = self.request
        if asked is not None and asked.method and asked.method not in _VERBS:
            return _NO_VERB
        if asked is None or asked.method not in _WITHOUT_RESOURCE:
            return None if self.resource is not NOTHING else self._empty()
        if kind == "history" and asked.method == "PATCH" and self.resource is not NOTHING:
            return None
        return _WITHOUT_RESOURCE[asked.method]

    def _empty(self) -> Issue:
        if self.request or self.response is not NOTHING:
            return Issue("error", "required", "Entry.resource", "The entry holds no resource.")
        return Issue("error", "invariant", "Entry", "bdl-5: must be a resource unless there's a request or response.")

    def at(self, index: int, place: str) -> Entry:
        """The entry of the Bundle that was found at *place*."""
        asked = self.request
        if asked is None:
            return Entry(index, place, self.resource, self.fullUrl)
        return Entry(index, place, self.resource, self.fullUrl, asked.method, asked.url, asked.ifNoneExist)


_ASKS = Issue("information", "informational", "Entry.request", "This asks for data, and holds none.")
_WITHOUT_RESOURCE = {
    "DELETE": None,
    "GET": _ASKS,
    "HEAD": _ASKS,
    "PATCH": Issue("error", "not-supported", "Entry.request.method", "A PATCH is not read; send the resource."),
}


#: https://hl7.org/fhir/R4/valueset-http-verb.html
_VERBS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
#: a resource that came with `delete` would else be kept
_NO_VERB = Issue(
    "error",
    "code-invalid",
    "Entry.request.method",
    "A method is DELETE, GET, HEAD, PATCH, POST or PUT, in capitals: of another nobody can say what it means.",
)


class _LooseEntry(Struct):
    fullUrl: Any = None  # noqa: N815 (FHIR's name)
    resource: Raw = NOTHING
    request: Any = None
    response: Raw = NOTHING


_entry = msgspec.json.Decoder(RawEntry).decode
_loose_entry = msgspec.json.Decoder(_LooseEntry).decode


def read_entry(raw: Raw, place: str) -> tuple[RawEntry | None, list[Issue]]:
    """One entry on its own: what has the wrong type is told and left out, the resource stays.

    None where it is no entry at all.
    """
    try:
        return _entry(raw), []
    except (ValidationError, UnicodeDecodeError):
        pass
    try:
        loose = _loose_entry(raw)
    except (DecodeError, UnicodeDecodeError):
        return None, [_not("object", place)]
    issues = [] if isinstance(loose.fullUrl, str | None) else [_not("string", f"{place}.fullUrl")]
    request, faults = _request(loose.request, f"{place}.request")
    full_url = loose.fullUrl if isinstance(loose.fullUrl, str) else ""
    return RawEntry(full_url, loose.resource, request, loose.response), [*issues, *faults]


def _request(said: Any, place: str) -> tuple[RawRequest | None, list[Issue]]:
    if said is None:
        return None, []
    if not isinstance(said, dict):
        return None, [_not("object", place)]
    names = ("method", "url", "ifNoneExist")
    issues = [_not("string", f"{place}.{name}") for name in names if not isinstance(said.get(name, ""), str)]
    method, url, condition = (said[name] if isinstance(said.get(name), str) else "" for name in names)
    return RawRequest(method, url, condition), issues


def _not(kind: str, place: str) -> Issue:
    return Issue("error", "structure", place, f"A JSON {kind} is expected here.")
