"""Asking back: an entry of a batch or transaction that asks for data, and what it is answered with.

It is answered after everything else of the document was taken. https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from msgspec import Raw
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node, said
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.service.ingest.requests import Request, version_of
from natars_fhir.service.search.bundles_back import searchset
from natars_fhir.service.search.query import parameters, understood
from natars_fhir.service.search.reading_back import Asker, Shown, about_patients, read
from natars_fhir.service.search.searching import search

_READ = re.compile(
    r"(?:https?://[^\s?#]+/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([A-Za-z0-9\-.]{1,64}))?"
)
_SEARCH = re.compile(r"(?:https?://[^\s?#]+/)?([A-Z][A-Za-z]+)(?:\?(.*))?")

GONE = Issue("error", "deleted", "", "This resource was deleted.")
UNKNOWN = Issue("error", "not-found", "", "The site has sent no such resource.")
NOT_KEPT = Issue("error", "not-found", "", "No view reads resources of this type: they are let go, and cannot be read.")
_NO_SUCH = Issue("error", "not-supported", "", "This cannot be asked for here: see the CapabilityStatement.")


def absent(asker: Asker, kind: str, found: Shown | None) -> tuple[int, Issue] | None:
    """Why there is nothing to show, with its HTTP status; None where there is something."""
    if found is None:
        return 404, UNKNOWN if asker.knows(kind) else NOT_KEPT
    return None if found.raw is not None else (410, GONE)


def asked_back(connection: Connection, asker: Asker, asked: Request) -> Node:
    """The entry of the answer."""
    if found := _READ.fullmatch(asked.url):
        return _read(connection, asker, asked, *found.groups(""))
    searched = _SEARCH.fullmatch(asked.url)
    if searched is None:
        return _told(404, _NO_SUCH)
    kind = searched[1]
    if not asker.knows(kind):
        return _told(404, NOT_KEPT)
    about = about_patients(asker.mapping, kind)
    pairs = parse_qsl(searched[2] or "", keep_blank_values=True)
    query = understood(kind, pairs, parameters(kind, about_patients=about), strict=False)
    if isinstance(query, Issue):
        return _told(400, query)
    body = searchset(search(connection, asker, query), query, "")
    return {"response": {"status": "200 OK"}, **({"resource": body} if asked.method == "GET" else {})}


def _read(connection: Connection, asker: Asker, asked: Request, kind: str, ident: str, version: str) -> Node:
    shown = read(connection, asker, kind, ident, version)
    if (why := absent(asker, kind, shown)) is not None or shown is None or shown.raw is None:
        return _told(*(why or (404, UNKNOWN)))
    response = {"etag": shown.etag, "lastModified": instant(shown.received)}
    if asked.ifNoneMatch and version_of(asked.ifNoneMatch) == str(shown.version):
        return {"response": {"status": "304 Not Modified", **response}}
    resource = {"resource": Raw(shown.raw)} if asked.method == "GET" else {}
    return {**resource, "response": {"status": "200 OK", **response}}


def instant(at: datetime) -> str:
    """A moment as FHIR writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


_WORDS = {400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found", 410: "410 Gone"}


def _told(status: int, issue: Issue) -> Node:
    return {"response": said({"status": _WORDS[status], "outcome": operation_outcome([issue])})}


#: What is answered to an entry that asks for what its sender may not see.
NOT_ALLOWED = _told(403, Issue("error", "forbidden", "", "The token does not allow this to be read."))
