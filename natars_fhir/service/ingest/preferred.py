"""Preferred: the answer to a transaction or batch, with as much of each resource as its sender prefers.

https://hl7.org/fhir/R4/http.html#ops (Prefer)
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw
from sqlalchemy import Connection

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.service.search.reading_back import Asker, read
from natars_fhir.store.engine import Store

#: What makes the answer another one; `minimal` is what is answered anyway.
MORE = frozenset({"representation", "OperationOutcome"})


def preferred(store: Store, asker: Asker, body: Node, returns: str) -> Node:
    """*body*, with each entry's resource as it is now (`representation`), or with an outcome for each."""
    entries = body.get("entry", ()) if str(body.get("type", "")).endswith("-response") else ()
    if not entries or returns not in MORE:
        return body
    if returns == "OperationOutcome":
        return {**body, "entry": [_with_outcome(entry) for entry in entries]}
    with store.read() as connection:
        return {**body, "entry": [_with_resource(connection, asker, entry) for entry in entries]}


def _with_outcome(entry: Node) -> Node:
    return {**entry, "response": {"outcome": operation_outcome([])} | entry["response"]}


def _with_resource(connection: Connection, asker: Asker, entry: Node) -> Node:
    kind, _, rest = str(entry["response"].get("location", "")).partition("/")
    wanted = bool(rest) and "resource" not in entry and asker.may_read(kind)
    shown = read(connection, asker, kind, rest.partition("/")[0]) if wanted else None
    resource: dict[str, Any] = {"resource": Raw(shown.raw)} if shown is not None and shown.raw is not None else {}
    return {**resource, **entry}
