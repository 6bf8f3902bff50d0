"""Interactions: one resource is created, updated or deleted as an entry of a batch would be, by the one way in.

https://hl7.org/fhir/R4/http.html#create, #update, #delete
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from msgspec import DecodeError, Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.build import Node, said
from natars_fhir.fhir.bundle import not_json
from natars_fhir.fhir.decode import kind_of
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store.engine import Store

_BOM = b"\xef\xbb\xbf"
_RESOURCE = "Bundle.entry[0].resource"
_OTHER_TYPE = "The resource is not of the type that the address names."
_OTHER_ID = "The resource's id is not the one that the address names."
_NO_ID = "A resource that is put at an address says the same id itself."


@dataclass(frozen=True, slots=True)
class Interaction:
    """What is asked: a method, the type, and its id or its condition; ``if_…`` as the headers have them."""

    method: str
    kind: str
    ident: str = ""
    condition: str = ""
    raw: bytes = field(default=b"", repr=False)
    if_match: str = ""
    if_none_match: str = ""
    if_none_exist: str = ""

    @property
    def url(self) -> str:
        """The request's address under the base."""
        return f"{self.kind}/{self.ident}" if self.ident else f"{self.kind}?{self.condition}"


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: ``location`` is ``Type/id/_history/n``, empty where nothing is kept."""

    status: int
    outcome: Node
    location: str = ""
    etag: str = ""
    modified: str = ""


class _Named(Struct):
    id: Any = None


def interact(
    store: Store,
    intake: Intake,
    reader: DocumentReader,
    asked: Interaction,
    now: datetime,
    caller: Caller | None = None,
) -> Done:
    """Does what is asked, as far as *caller* may. What is wrong with it is said in the outcome, never raised."""
    if (wrong := _wrong(asked)) is not None:
        return Done(400, operation_outcome([wrong]))
    answer = push(store, intake, reader, _document(asked), now, caller)
    entries = answer.body.get("entry", ())
    if not entries:
        return Done(answer.status, _alone(answer.body, asked.kind))
    told: Mapping[str, Any] = entries[0]["response"]
    outcome = _alone(told.get("outcome") or operation_outcome([]), asked.kind)
    location, etag, modified = (str(told.get(name, "")) for name in ("location", "etag", "lastModified"))
    return Done(int(told["status"][:3]), outcome, location, etag, modified)


def _wrong(asked: Interaction) -> Issue | None:
    """Why the body is not the resource that the address names."""
    if asked.method == "DELETE":
        return None
    text = asked.raw.removeprefix(_BOM)
    kind = not_json(text) or kind_of(text)
    if isinstance(kind, Issue):
        return kind
    if kind != asked.kind:
        return Issue("error", "invalid", "Resource", _OTHER_TYPE)
    if asked.method == "PUT" and asked.ident:
        ident = _ident(text)
        if ident != asked.ident:
            code, why = ("invalid", _OTHER_ID) if ident else ("required", _NO_ID)
            return Issue("error", code, f"{kind}.id", why)
    return None


def _ident(raw: bytes) -> Any:
    try:
        return typed.decode(raw, _Named).id
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _document(asked: Interaction) -> bytes:
    request = said(
        {
            "method": asked.method,
            "url": asked.kind if asked.method == "POST" else asked.url,
            "ifMatch": asked.if_match,
            "ifNoneMatch": asked.if_none_match,
            "ifNoneExist": asked.if_none_exist,
        }
    )
    resource = b"" if asked.method == "DELETE" else b'"resource":%b,' % asked.raw.removeprefix(_BOM)
    entry = b'{%b"request":%b}' % (resource, msgspec.json.encode(request))
    return b'{"resourceType":"Bundle","type":"batch","entry":[%b]}' % entry


def _alone(outcome: Node, kind: str) -> Node:
    """The outcome of an entry as that of the resource by itself: ``Bundle.entry[0].resource.x`` is ``Patient.x``."""
    return {**outcome, "issue": [_at(issue, kind) for issue in outcome["issue"]]}


def _at(issue: Node, kind: str) -> Node:
    places = [place.replace(_RESOURCE, kind, 1) for place in issue.get("expression", ())]
    known = [place for place in places if not place.startswith("Bundle")]
    return said({**issue, "expression": known})
