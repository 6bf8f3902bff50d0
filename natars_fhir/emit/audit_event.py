"""AuditEvent: an act of the audit as FHIR, by IHE's Basic Audit Log Patterns where one of them fits.

https://hl7.org/fhir/R4/auditevent.html, https://profiles.ihe.net/ITI/BALP/content.html. It holds what the audit holds:
pseudonyms, hashes, counts. A pattern speaks of what succeeded; what was refused follows its form and does not claim it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from natars_fhir.fhir.build import Node, coding, concept, identified, identifier, said, slug

BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_REST = "http://hl7.org/fhir/restful-interaction"
_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE = "http://terminology.hl7.org/CodeSystem/security-source-type"
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an act is in FHIR: a RESTful interaction (``rest``), or else an event of DICOM's list (``event``).

    ``pattern`` is the end of the BALP profile's name.
    """

    action: str
    rest: str = ""
    event: tuple[str, str] = ("110100", "Application Activity")
    pattern: str = ""


_EXPORT, _IMPORT = ("110106", "Export"), ("110107", "Import")
_RIGHTS = ("110136", "Security Roles Changed")
_LOOKED = ("110101", "Audit Log Used")
_LOGIN = ("110114", "User Authentication")
_ANYTHING = Kind("E")

#: Every act that is written, and what it is in FHIR; one that is not named here is an activity of the application.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "push": Kind("C", rest="transaction"),
        "push again": Kind("C", rest="transaction"),
        "create": Kind("C", rest="create", pattern="Create"),
        "update": Kind("U", rest="update", pattern="Update"),
        "delete": Kind("D", rest="delete", pattern="Delete"),
        "read": Kind("R", rest="read", pattern="Read"),
        "vread": Kind("R", rest="vread", pattern="Read"),
        "history": Kind("R", rest="history-instance"),
        "search": Kind("E", rest="search-type", pattern="Query"),
        "populate": Kind("R", rest="operation"),
        "statement": Kind("C", rest="create", pattern="Create"),
        "view": Kind("R", event=("110110", "Patient Record")),
        "look": Kind("R", event=("110112", "Query")),
        "card": Kind("R", event=("110112", "Query")),
        "card feedback": Kind("C"),
        "notification": Kind("R", event=_EXPORT),
        "digest": Kind("R", event=_EXPORT),
        "subscription made": Kind("C", event=_RIGHTS),
        "subscription changed": Kind("U", event=_RIGHTS),
        "subscription removed": Kind("D", event=_RIGHTS),
        "export": Kind("R", event=_EXPORT),
        "export asked": Kind("E", rest="operation"),
        "export file": Kind("R", event=_EXPORT),
        "export removed": Kind("D"),
        "export expired": Kind("D"),
        "freeze": Kind("R", event=_EXPORT),
        "freeze file": Kind("R", event=_EXPORT),
        "figures": Kind("R", event=("110112", "Query")),
        "figure": Kind("R", event=_EXPORT),
        "freeze verified": Kind("R", event=("110112", "Query")),
        "freezes compared": Kind("R", event=("110112", "Query")),
        "load": Kind("C", event=_IMPORT),
        "pull": Kind("C", event=_IMPORT),
        "pull again": Kind("C", event=_IMPORT),
        "pull made": Kind("E", event=_IMPORT),
        "replay": Kind("U"),
        "remap": Kind("U"),
        "mapping": Kind("U"),
        "mapping drafted": Kind("C"),
        "tried": Kind("E"),
        "day": Kind("U"),
        "screening": Kind("U"),
        "token issued": Kind("C", event=_RIGHTS),
        "token revoked": Kind("D", event=_RIGHTS),
        "login": Kind("E", event=_LOGIN),
        "login refused": Kind("E", event=_LOGIN),
        "logout": Kind("E", event=_LOGIN),
        "password changed": Kind("U", event=_LOGIN),
        "second factor set": Kind("U", event=_LOGIN),
        "account made": Kind("C", event=_RIGHTS),
        "account changed": Kind("U", event=_RIGHTS),
        "account reset": Kind("U", event=_RIGHTS),
        "account disabled": Kind("D", event=_RIGHTS),
        "account enabled": Kind("U", event=_RIGHTS),
        "account unlocked": Kind("U", event=_RIGHTS),
        "site removed": Kind("D"),
        "backup": Kind("R", event=_EXPORT),
        "restore": Kind("U", event=_IMPORT),
        "audit": Kind("R", event=_LOOKED),
    }
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of the audit, as FHIR is made of it."""

    row: int
    site: str
    at: datetime
    act: str
    by: str
    person: str
    about: str
    hash: str
    status: int
    counts: Mapping[str, int]
    request: str


def audit_event(act: Recorded, base: str) -> Node:
    """The act; *base* is how our identifier systems begin."""
    kind = KINDS.get(act.act, _ANYTHING)
    ok = act.status < 400
    subtypes = [coding(_REST, kind.rest)] if kind.rest else []
    return said(
        {
            "resourceType": "AuditEvent",
            "id": slug(f"{act.site or 'everywhere'}-{act.row}"),
            "meta": _claims(kind, act, ok=ok),
            "type": coding(_TYPE, "rest", "RESTful Operation") if kind.rest else coding(_DCM, *kind.event),
            "subtype": [*subtypes, coding(f"{base}/CodeSystem/audit-act", act.act)],
            "action": kind.action,
            "recorded": act.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "outcome": "0" if ok else "8" if act.status >= 500 else "4",
            "outcomeDesc": f"HTTP {act.status}" if kind.rest else "",
            "agent": _agents(kind, act, base),
            "source": _source(act, base),
            "entity": _entities(act, base),
        }
    )


def _claims(kind: Kind, act: Recorded, *, ok: bool) -> Node:
    """The profile, where the event holds all that it asks for: a success, and what it was done to."""
    if not kind.pattern or not ok or (not act.hash and not act.about):
        return {}
    return {"profile": [f"{BALP}.{'Patient' if act.about else ''}{kind.pattern}"]}


def _agents(kind: Kind, act: Recorded, base: str) -> list[Node]:
    """Who asked, who answered, and the person who spoke. Data flows from the source role to the destination role."""
    asks, answers = ("110153", "Source Role ID"), ("110152", "Destination Role ID")
    if kind.action == "R":
        asks, answers = answers, asks
    system = f"{base}/NamingSystem"
    client = {"type": concept(coding(_DCM, *asks)), "who": {"identifier": identifier(f"{system}/actor", act.by)}}
    server = {
        "type": concept(coding(_DCM, *answers)),
        "who": {"identifier": identifier(f"{system}/adapter", "natars-fhir")},
    }
    person = {"who": {"identifier": identifier(f"{system}/person", act.person)}, "requestor": True}
    return [
        {**client, "requestor": not act.person},
        {**server, "requestor": False},
        *([person] if act.person else []),
    ]


def _source(act: Recorded, base: str) -> Node:
    observer = {"identifier": identifier(f"{base}/NamingSystem/adapter", "natars-fhir")}
    return said({"site": act.site, "observer": observer, "type": [coding(_SOURCE, "4", "Application Server")]})


def _entities(act: Recorded, base: str) -> list[Node]:
    system = f"{base}/NamingSystem"
    request = {
        "what": {"identifier": identifier(f"{system}/request", act.request)},
        "type": coding(_BALP_ENTITY, "XrequestId"),
    }
    person = {
        "what": identified("Patient", f"{system}/subject", act.about),
        "type": coding(_ENTITY, "1", "Person"),
        "role": coding(_ROLE, "1", "Patient"),
    }
    what = ("document", act.hash) if act.hash else ("subject", act.about)
    document = {
        "what": {"identifier": identifier(f"{system}/{what[0]}", what[1])},
        "type": coding(_ENTITY, "2", "System Object"),
        "role": coding(_ROLE, "4", "Domain Resource"),
    }
    work = {
        "type": coding(_ENTITY, "4", "Other"),
        "role": coding(_ROLE, "20", "Job"),
        "name": act.act,
        "detail": [{"type": name, "valueString": str(number)} for name, number in sorted(act.counts.items())],
    }
    told = ((request, act.request), (person, act.about), (document, what[1]), (work, act.counts))
    return [entity for entity, there in told if there]
