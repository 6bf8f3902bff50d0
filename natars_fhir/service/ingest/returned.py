"""Returned: a request for data that the site's own system sends back declined, among whatever it pushes.

https://hl7.org/fhir/R4/task.html: status rejected or cancelled, and statusReason says why. Of the Task nothing else is
kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.emit.task import requests_system
from natars_fhir.fhir import typed
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.arrival import Arrived
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.moves import follow, refuse_request
from natars_fhir.service.people.subjects import subject_of
from natars_fhir.store import locks

_DECLINED = ("rejected", "cancelled")
_BY_SITE = "the site's system"


class _Head(msgspec.Struct):
    identifier: list[dict[str, Any]] = []
    status: str = ""
    statusReason: dict[str, Any] = {}  # noqa: N815 (FHIR's name)


def hear(
    connection: Connection, intake: Intake, site: Site, arrived: Iterable[Arrived], now: datetime
) -> dict[int, Issue]:
    """Keeps every no that names one of our requests and says why; what is told of each entry, by its ``id()``."""
    told: dict[int, Issue] = {}
    for one in arrived:
        if one.reading.kind != "Task" or one.reading.fate == "refused":
            continue
        found = _declined(one.raw, intake.canonical_base)
        if found is None:
            continue
        text = _KEPT if _kept(connection, intake, site, found, now) else _IDLE
        told[id(one)] = Issue("information", "informational", one.reading.place or "Task", text)
    return told


_KEPT = "Our request is declined: it is not asked again."
_IDLE = "Our request is not open, or statusReason does not say why it is declined: nothing changes."


def _declined(raw: bytes, base: str) -> tuple[str, str] | None:
    """The pseudonym of a request of ours that is declined, and why."""
    try:
        head = typed.decode(raw, _Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    ours = [one.get("value") for one in head.identifier if one.get("system") == requests_system(base)]
    if head.status not in _DECLINED or not ours or not isinstance(ours[0], str):
        return None
    concept = head.statusReason.get("concept", head.statusReason)  # R5 has a CodeableReference here
    return ours[0], _words(concept) if isinstance(concept, dict) else ""


def _words(concept: dict[str, Any]) -> str:
    codings = concept.get("coding")
    displays: Collection[Any] = (
        [c.get("display") for c in codings if isinstance(c, dict)] if isinstance(codings, list) else []
    )
    return next((text for text in (concept.get("text"), *displays) if isinstance(text, str) and text.strip()), "")


def _kept(connection: Connection, intake: Intake, site: Site, found: tuple[str, str], now: datetime) -> bool:
    pseudonym, reason = found
    subject = subject_of(connection, intake, pseudonym, now, site.site)
    if subject is None or not refuse_request(connection, subject, _BY_SITE, reason, now):
        return False
    locks.also(connection, site.site, subject.names)
    follow(connection, intake, site, subject, "declined", now)
    return True
