"""Tables: what is kept, room by room. Whoever imports one of them has them all, so that all are made and migrated."""

from natars_fhir.store.tables import (
    access,
    audit,
    bedside,
    core,
    door,
    due,
    export,
    line,
    load,
    mapped,
    people,
    pull,
    subject,
    worklist,
)

__all__ = [
    "access",
    "audit",
    "bedside",
    "core",
    "door",
    "due",
    "export",
    "line",
    "load",
    "mapped",
    "people",
    "pull",
    "subject",
    "worklist",
]
