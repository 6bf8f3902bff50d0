"""Messaging: a message is taken in, and answered by a message. https://hl7.org/fhir/R4/messaging.html

The same message, by the ids of its header and its Bundle, is answered as the first time, byte for byte. Other content
under the same ids is refused: one of the two would be lost without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import DecodeError, Struct
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.domain.issue import Issue
from natars_fhir.emit.identity import Key, keyed
from natars_fhir.fhir import typed
from natars_fhir.fhir.build import Node, said
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.ingest.answer import FORBIDDEN
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store import trail
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import digest

#: https://hl7.org/fhir/R4/valueset-response-code.html
Code = Literal["ok", "transient-error", "fatal-error"]

_NO_MESSAGE = Issue("error", "invalid", "Bundle.type", "A Bundle of the type message is taken here.")
_NO_HEADER = Issue("error", "required", "Bundle.entry[0].resource", "A message begins with a MessageHeader of an id.")
_OTHER = Issue("error", "conflict", "Bundle.id", "Other content came under the same ids before: give new ids.")
_AGAIN = Issue("error", "transient", "", "The store cannot be reached: send the same message again.")
_BOM = b"\xef\xbb\xbf"


class _Header(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    id: str = ""
    eventCoding: Any = None  # noqa: N815 (FHIR's name)
    eventUri: Any = None  # noqa: N815 (FHIR's name)
    eventCanonical: Any = None  # noqa: N815 (FHIR's name)
    source: Any = None


class _Entry(Struct):
    resource: msgspec.Raw = msgspec.Raw(b"{}")


class _Message(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    type: str = ""
    id: str = ""
    entry: list[_Entry] = []


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to a message: an HTTP status, and the bytes of a message, or of an outcome where there was none."""

    status: int
    body: bytes


def process(
    store: Store,
    intake: Intake,
    reader: DocumentReader,
    raw: bytes,
    endpoint: str,
    now: datetime,
    caller: Caller | None = None,
) -> Heard:
    """Takes a message in, as far as *caller* may send it. *endpoint* is where it was sent to."""
    message = _message(raw)
    if isinstance(message, Issue):
        return Heard(400, _json(operation_outcome([message])))
    whole, header = message
    named = f"$process-message|{header.id}|{whole.id}"
    try:
        if whole.id and (first := _said(store, reader.site, named, raw)) is not None:
            return first if first.body else _told(intake.key, reader, whole, header, endpoint, now, _refused(_OTHER))
        answer = push(store, intake, reader, raw, now, caller)
        code: Code = "ok" if answer.status < 300 else "fatal-error"
        heard = _told(intake.key, reader, whole, header, endpoint, now, (code, answer.body))
        keeps = whole.id and not answer.counts.get(FORBIDDEN)  # somebody else may send it
        return _keep(store, reader.site, named, raw, heard) if keeps else heard
    except SQLAlchemyError:
        body = operation_outcome([_AGAIN])
        return Heard(503, _told(intake.key, reader, whole, header, endpoint, now, ("transient-error", body)).body)


def _refused(issue: Issue) -> tuple[Code, Node]:
    return "fatal-error", operation_outcome([issue])


def _message(raw: bytes) -> tuple[_Message, _Header] | Issue:
    try:
        whole = typed.decode(raw.removeprefix(_BOM), _Message)
        if whole.resourceType != "Bundle" or whole.type != "message":
            return _NO_MESSAGE
        header = typed.decode(whole.entry[0].resource, _Header) if whole.entry else _Header()
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return Issue("fatal", "structure", "Bundle", "This cannot be read as a message.")
    return (whole, header) if header.resourceType == "MessageHeader" and header.id else _NO_HEADER


def _said(store: Store, site: str, named: str, raw: bytes) -> Heard | None:
    """The first answer; without a body where other content was answered under these ids."""
    with store.read() as connection:
        kept = trail.answer(connection, site, named, "")
    if kept is None:
        return None
    hash_, body = typed.decode(kept, tuple[str, str])
    return Heard(200, body.encode() if hash_ == digest(raw) else b"")


def _keep(store: Store, site: str, named: str, raw: bytes, heard: Heard) -> Heard:
    """Of two who were heard at once, the first that is kept is answered to both."""
    with store.write(()) as connection:
        trail.keep_answer(connection, site, named, "", msgspec.json.encode((digest(raw), heard.body.decode())))
    return _said(store, site, named, raw) or heard


def _told(
    key: Key, reader: DocumentReader, whole: _Message, header: _Header, endpoint: str, now: datetime,
    what: tuple[Code, Node],
) -> Heard:  # fmt: skip
    """The message that answers. Its ids are made of those of the other, so that they are the same each time."""
    code, outcome = what
    ids = [str(UUID(keyed(key, "message", reader.site, header.id, whole.id, code, part))) for part in ("b", "h", "o")]
    version = reader.version or "R4"
    at = now.astimezone(UTC).isoformat(timespec="milliseconds")
    head = _header(version, ids[1], header, endpoint, code, f"urn:uuid:{ids[2]}")
    return Heard(
        200,
        _json(
            {
                "resourceType": "Bundle",
                "id": ids[0],
                "type": "message",
                "timestamp": at,
                "entry": [
                    {"fullUrl": f"urn:uuid:{ids[1]}", "resource": head},
                    {"fullUrl": f"urn:uuid:{ids[2]}", "resource": {**outcome, "id": ids[2]}},
                ],
            }
        ),
    )


def _header(version: Name, ident: str, asked: _Header, endpoint: str, code: Code, details: str) -> Node:
    """https://hl7.org/fhir/R4/messageheader.html, and https://hl7.org/fhir/R5/messageheader.html"""
    five = version == "R5"
    from_ = asked.source if isinstance(asked.source, dict) else {}
    sender = next((from_[name] for name in ("endpoint", "endpointUrl") if isinstance(from_.get(name), str)), "")
    name = "endpointUrl" if five else "endpoint"
    event = {"eventCoding": asked.eventCoding, "eventUri": asked.eventUri, "eventCanonical": asked.eventCanonical}
    known = {"eventCoding", "eventCanonical"} if five else {"eventCoding", "eventUri"}
    return said(
        {
            "resourceType": "MessageHeader",
            "id": ident,
            **{key: value for key, value in event.items() if key in known},
            "destination": [{name: sender}] if sender else [],
            "source": {name: endpoint},
            "response": {
                "identifier": {"value": asked.id} if five else asked.id,
                "code": code,
                "details": {"reference": details},
            },
        }
    )


_json = msgspec.json.Encoder(decimal_format="number").encode
