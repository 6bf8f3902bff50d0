"""Narrowed: a document as far as its sender's scopes go. What they do not allow is refused, entry by entry. Pure.

A POST needs `c` of the type, a PUT `u`, a DELETE `d`. What is told without saying whether it is new (a collection, a
message, a resource by itself) needs one of `c` and `u`. An
entry that asks for data needs `r` or `s`.
"""

from __future__ import annotations

from msgspec.structs import replace

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.ingest.arrival import Arrival, Arrived
from natars_fhir.service.ingest.requests import Request

_LETTERS = {"POST": "c", "PUT": "u", "PATCH": "u", "DELETE": "d"}
_CODE = "forbidden"
_TEXT = "The token's scopes do not allow this."


def narrowed(arrival: Arrival, caller: Caller | None) -> Arrival:
    """The *arrival*, and in it as refused what *caller* may not do."""
    if caller is None:
        return arrival
    hidden = {place for place, one in enumerate(arrival.requests) if one.reads and not _sees(one, caller)}
    if caller.scopes is None:
        return replace(arrival, unseen=frozenset(hidden)) if hidden else arrival
    held = tuple(_held(one, caller) for one in arrival.arrived)
    document = arrival.document
    read = type(document)(document.type, tuple(one.reading for one in held), document.issues, document.identifier)
    return replace(arrival, arrived=held, document=read, unseen=frozenset(hidden))


def forbidden(issues: tuple[Issue, ...]) -> bool:
    """Was something refused because its sender may not do it? Then nothing of it is kept."""
    return any(issue.code == _CODE for issue in issues)


def _sees(asked: Request, caller: Caller) -> bool:
    """A read needs `r` of the type, a search `s`."""
    return "read" in caller.may and caller.does(*asked.sees)


def _held(one: Arrived, caller: Caller) -> Arrived:
    reading = one.reading
    if caller.does(reading.kind, _LETTERS.get(one.entry.method, "cu")):
        return one
    place = reading.place or reading.kind
    told = (Issue("error", _CODE, place, _TEXT),)
    return replace(one, reading=Reading("", reading.kind, "refused", reading.place, issues=told))
