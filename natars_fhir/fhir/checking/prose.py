"""What R4 says in prose alone of data types and of a Bundle's entries, where the text can be judged by itself.

https://hl7.org/fhir/R4/datatypes.html and https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from natars_fhir.fhir.checking.fault import error, warning
from natars_fhir.fhir.checking.invariants import Invariant
from natars_fhir.fhir.checking.predicates import Holds, each, given, number, said

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:", re.ASCII)
_OF_A_SERVER = re.compile(r"https?://.+/(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})", re.ASCII)
_BLANKS = str.maketrans("", "", " \t\r\n")


def _absolute(name: str) -> Holds:
    return lambda node: not (text := said(node, name)) or _SCHEME.match(text) is not None


def _size(node: dict[str, Any]) -> bool:
    """The size is that of the decoded content; base64 that is none has its own fault."""
    size, content = number(node, "size"), said(node, "data")
    if size is None or content is None:
        return True
    packed = content.translate(_BLANKS)
    return size == len(packed) // 4 * 3 - packed[-2:].count("=")


def _own_url(node: dict[str, Any]) -> bool:
    """A server's address of an entry ends in the type and id of its resource."""
    found = _OF_A_SERVER.fullmatch(said(node, "fullUrl") or "")
    resource = node.get("resource")
    if found is None or not isinstance(resource, dict):
        return True
    kind, ident = said(resource, "resourceType"), said(resource, "id")
    return kind is None or ident is None or (found["type"], found["id"]) == (kind, ident)


def _outcome(node: dict[str, Any]) -> bool:
    return "outcome" not in each(node, "search", "mode") or _kind(node) == "OperationOutcome"


def _found_have_ids(node: dict[str, Any]) -> bool:
    if said(node, "type") != "searchset":
        return True
    found = [entry for entry in each(node, "entry") if isinstance(entry, dict) and _kind(entry) is not None]
    return all(given(entry["resource"], "id") for entry in found if _kind(entry) != "OperationOutcome")


def _kind(entry: dict[str, Any]) -> str | None:
    resource = entry.get("resource")
    return said(resource, "resourceType") if isinstance(resource, dict) else None


_SYSTEM = "A code system is named by an absolute URI: http:, urn:oid: or urn:uuid: and so on."
_SIZE = "The size is the number of bytes that the data is decoded to."
_FULL_URL = "A fullUrl is an absolute URI."
_OWN_URL = "The fullUrl names another type or id than the resource has."
_OUTCOME = "A search entry of the mode 'outcome' is an OperationOutcome."
_IDS = "What a search finds has an id."

#: By type, or type and path of a backbone element.
PROSE: Mapping[str, tuple[Invariant, ...]] = {
    "Attachment": (Invariant("size", _size, *error("value", _SIZE, ".size")),),
    "Bundle": (Invariant("searchset", _found_have_ids, *error("value", _IDS)),),
    "Bundle.entry": (
        Invariant("fullUrl", _absolute("fullUrl"), *error("value", _FULL_URL, ".fullUrl")),
        Invariant("fullUrl", _own_url, *error("value", _OWN_URL, ".fullUrl")),
        Invariant("outcome", _outcome, *error("value", _OUTCOME, ".resource")),
    ),
    "Coding": (Invariant("system", _absolute("system"), *warning("value", _SYSTEM, ".system")),),
}
