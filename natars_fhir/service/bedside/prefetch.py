"""Prefetch: what a hook brings along, as documents that are read as a push is; and what it is asked to bring. Pure.

https://cds-hooks.hl7.org/#providing-fhir-resources-to-a-cds-service. A Bundle's addresses are those of the client's own
server: its entries are read by type and id, as the site's pushes are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from natars_fhir.fhir import typed
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import Reading

#: The element that says whom a resource is about → the search parameter for it.
_PARAMETERS = {"subject": "patient", "patient": "patient", "individual": "individual"}
#: The key under which the Patient is asked for.
PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Viewed:
    """Whose record is opened: the id at the client's server, that server's base, and what came along by its key.

    A key with nothing behind it was asked for, and there is nothing.
    """

    patient: str
    server: str = ""
    documents: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys by which the patient may be known."""
        own = f"Patient/{self.patient}"
        return (own, f"{self.server.rstrip('/')}/{own}") if self.server else (own,)

    @property
    def enough(self) -> bool:
        """Can a patient of whom nothing else is known be screened by it? The Patient, and one more kind, came."""
        return bool(self.documents.get(PATIENT)) and len(self.documents) > 1


def templates(subjects: Mapping[str, str]) -> dict[str, str]:
    """Key → query, for every type that the views read (*subjects*: type → the element that says whom it is about)."""
    asked = {PATIENT: "Patient/{{context.patientId}}"}
    for kind, about in sorted(subjects.items()):
        if about in _PARAMETERS and kind != "Patient":
            asked[_key(kind)] = f"{kind}?{_PARAMETERS[about]}={{{{context.patientId}}}}"
    return asked


def _key(kind: str) -> str:
    return kind[:1].lower() + kind[1:]


class _Entry(msgspec.Struct, rename="camel"):
    full_url: str = ""
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Told(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    id: str = ""
    entry: list[_Entry] = []


def readings(viewed: Viewed, reader: DocumentReader) -> tuple[Reading, ...]:
    """What the documents say, read by the site's mapping; what cannot be read counts for nothing."""
    found = (one for raw in viewed.documents.values() if raw for one in reader(relative(raw)).readings)
    return tuple(one for one in found if one.fate == "read")


def relative(raw: bytes) -> bytes:
    """A Bundle as a collection without the addresses of its entries, where they say no more than type and id."""
    try:
        told = typed.decode(raw, _Told)
        if told.resource_type != "Bundle":
            return raw
        entries = [_entry(one) for one in told.entry if bytes(one.resource)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + b",".join(entries) + b"]}"


def _entry(one: _Entry) -> bytes:
    resource = bytes(one.resource)
    head = typed.decode(resource, _Told)
    known = head.id and one.full_url.endswith(f"/{head.resource_type}/{head.id}")
    address = b"" if known or not one.full_url else b'"fullUrl":' + msgspec.json.encode(one.full_url) + b","
    return b"{" + address + b'"resource":' + resource + b"}"


def aliases(found: Iterable[Reading]) -> set[str]:
    """The business identifiers under which something may be known already."""
    return {alias for one in found if one.kind != "Patient" for alias in one.aliases}
