"""Fetched: what a hospital's server told us of is read there, one by one, and taken in; what is gone is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.service.load import Run, load_documents
from natars_fhir.service.pull.ahead import ahead
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import PullError
from natars_fhir.service.pull.source import Heard
from natars_fhir.store import pull_subscriptions
from natars_fhir.store.loads import Loaded
from natars_fhir.store.pull_subscriptions import Waiting

_MOST = 500
_NOT_THERE = "The hospital's server told of this, and does not give it to us."


def fetch(errand: Errand) -> None:
    """Everything that waits. What it fails by is its part's."""
    part = errand.begin("notified")
    try:
        while batch := errand.read(lambda connection: pull_subscriptions.waiting(connection, errand.site, _MOST)):
            _batch(errand, part, batch)
    except PullError as wrong:
        part.fault = wrong


def _batch(errand: Errand, part: Part, batch: list[Waiting]) -> None:
    taken: list[Waiting] = []
    runs = load_documents(
        errand.door, Run("notified", "stream", Loaded("notified", "", 0)), _each(errand, part, batch, taken)
    )
    for _ in errand.taken(part, runs):
        errand.write(partial(pull_subscriptions.fetched, site=errand.site, found=taken.copy()))
        taken.clear()


def _each(errand: Errand, part: Part, batch: list[Waiting], taken: list[Waiting]) -> Iterator[Document]:
    """The resources as documents; *taken* gathers what they are the answers to."""
    asked = ((one, errand.source.get(errand.source.base + one.key)) for one in batch)
    for number, (one, heard) in enumerate(ahead(asked, look=errand.source.look), 1):
        errand.seen("notified", number, len(batch))
        taken.append(one)
        found = _document(one, heard)
        if found is None:
            errand.tell(part, "notified", Issue("warning", "not-found", one.key.partition("/")[0], _NOT_THERE))
        else:
            yield found


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
