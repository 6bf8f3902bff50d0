"""Fetched: what a hospital's server told us of is read there, one by one, and taken in; what is gone is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.service.ingest.door import Run
from natars_fhir.service.ingest.load import load_documents
from natars_fhir.service.pull.ahead import ahead
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import PullError, refused
from natars_fhir.service.pull.source import Heard
from natars_fhir.store import pull_subscriptions
from natars_fhir.store.loads import Loaded
from natars_fhir.store.pull_subscriptions import Waiting

_MOST = 500
#: What is an answer about the one resource; of any other we know no more than before.
_ANSWERS = frozenset({200, 403, 404, 410})
_NOT_THERE = "The hospital's server told of this, and does not give it to us."
_NOT_OURS = "The hospital's server told of this, and says that we may not read it: a search looks for it."
_LONG = "The hospital's server told of this, and it is longer than what is taken at once: a search looks for it."


def fetch(errand: Errand) -> None:
    """Everything that waits. What it fails by is its part's; what came short a search is to catch up with."""
    part = errand.begin("notified")
    while part.fault is None and (batch := errand.read(partial(_waiting, errand.site))):
        _batch(errand, part, batch)
    if part.short:
        errand.write(partial(pull_subscriptions.fall_behind, site=errand.site))


def _waiting(site: str, connection: Connection) -> list[Waiting]:
    return pull_subscriptions.waiting(connection, site, _MOST)


def _batch(errand: Errand, part: Part, batch: list[Waiting]) -> None:
    taken: list[Waiting] = []
    runs = load_documents(
        errand.door, Run("notified", "stream", Loaded("notified", "", 0)), _each(errand, part, batch, taken)
    )
    for _ in errand.taken(part, runs):
        errand.write(partial(pull_subscriptions.fetched, site=errand.site, found=taken.copy()))
        taken.clear()


def _each(errand: Errand, part: Part, batch: list[Waiting], taken: list[Waiting]) -> Iterator[Document]:
    """The resources as documents; *taken* gathers what they are the answers to. A fault ends them, so that what came
    before it is taken in."""
    asked = ((one, _heard(errand, one)) for one in batch)
    try:
        for number, (one, heard) in enumerate(ahead(asked, look=errand.source.look), 1):
            errand.seen("notified", number, len(batch))
            if heard is not None and heard.status not in _ANSWERS:
                raise refused(heard.status)
            taken.append(one)
            found = _document(one, heard) if heard else None
            if found is None:
                errand.tell(part, "notified", _why(one, heard))
            else:
                yield found
    except PullError as wrong:
        part.fault = wrong


def _heard(errand: Errand, one: Waiting) -> Heard | None:
    """What the server answers; None where that is more than is held, which must not keep the others waiting."""
    try:
        return errand.source.get(errand.source.base + one.key)
    except PullError as wrong:
        if wrong.kind != "unreadable":
            raise
        return None


def _why(one: Waiting, heard: Heard | None) -> Issue:
    """Why there is no document: what we cannot have is an error, for somebody must see to it."""
    kind = one.key.partition("/")[0]
    if heard is None:
        return Issue("error", "too-long", kind, _LONG)
    if heard.status == 403:
        return Issue("error", "forbidden", kind, _NOT_OURS)
    return Issue("warning", "not-found", kind, _NOT_THERE)


def _document(one: Waiting, heard: Heard) -> Document | None:
    """The resource as it is now, or that it is gone; None where we may not know."""
    if heard.status == 200:
        return Document("notified", heard.body)
    if heard.status == 410 or (heard.status == 404 and one.gone):
        entry = {"request": {"method": "DELETE", "url": one.key}}
        return Document(
            "notified", json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [entry]}).encode()
        )
    return None
