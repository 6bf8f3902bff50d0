"""What a Bulk Data kick-off asks, understood as a whole or refused with every fault. Pure.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters. Who prefers lenient handling is given the rest, and
told what was not done; but never more than was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import msgspec

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.elements import is_known
from natars_fhir.fhir.versions import Name
from natars_fhir.service.export.bulk_export_filter import Filter, parted, read
from natars_fhir.service.export.exported import TYPES

#: The forms of files that are given: NDJSON, as it may be written.
FORMATS = frozenset({"application/fhir+ndjson", "application/ndjson", "ndjson"})
#: Parameters of the standard, and of its later ballots, that change nothing here.
_NOT_DONE = ("_until", "organizeOutputBy", "allowPartialManifests")
#: What may come along, all of which is one Provenance a subject.
_ASSOCIATED = frozenset({"LatestProvenanceResources", "RelevantProvenanceResources"})
_OF_THE_ANSWER = frozenset({"_format", "_pretty"})
_MOST_PATIENTS, _MOST_FILTERS = 10_000, 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to come out. ``kinds`` are types; ``subjects`` pseudonyms or ids of Patients; ``site`` and ``arm`` those
    of a Group: empty is all of it. ``elements`` are those beside which only what must be there comes; None: all.
    ``version`` is the base's. ``told`` is what the client is told beside."""

    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    filters: tuple[Filter, ...] = ()
    subjects: tuple[str, ...] = ()
    site: str = ""
    arm: str = ""
    elements: tuple[str, ...] | None = None
    version: Name = "R4"
    told: tuple[Issue, ...] = ()


@dataclass(slots=True)
class _Understanding:
    """What was understood so far, what was not (``faults``), and what cannot be left out (``grave``)."""

    by_post: bool
    version: Name = "R4"
    kinds: tuple[str, ...] = ()
    elements: tuple[str, ...] | None = None
    provenance: bool = False
    since: datetime | None = None
    filters: tuple[Filter, ...] = ()
    subjects: tuple[str, ...] = ()
    faults: tuple[Issue, ...] = ()
    grave: tuple[Issue, ...] = ()

    def doubt(self, name: str, text: str, code: str = "not-supported") -> None:
        self.faults += (Issue("warning", code, name, text),)

    def refuse(self, name: str, text: str, code: str = "value") -> None:
        self.grave += (Issue("error", code, name, text),)


def understood(
    asked: Sequence[tuple[str, str]], *, lenient: bool, by_post: bool = False, version: Name = "R4"
) -> Wanted | tuple[Issue, ...]:
    """What these parameters ask of a base of *version*, or every reason why it cannot be done."""
    here = _Understanding(by_post, version)
    for name, value in asked:
        _PARAMETERS.get(name, _unknown)(here, name, value)
    if here.provenance and here.kinds:
        here.kinds = tuple(one for one in TYPES if one in here.kinds or one == "Provenance")
    _known_elements(here)
    if {one.kind for one in here.filters} - set(here.kinds or TYPES):
        here.refuse("_typeFilter", "A filter is of a type that is not asked for.")
    if not here.kinds and any(name == "_type" for name, _ in asked):
        here.refuse("_type", "Nothing of what is asked for can be exported.", "not-supported")
    if here.grave or (here.faults and not lenient):
        return (*here.grave, *map(_grave, here.faults))
    asks = (here.kinds, here.since, here.filters, here.subjects)
    return Wanted(*asks, elements=here.elements, version=version, told=here.faults)


def _grave(fault: Issue) -> Issue:
    return Issue("error", fault.code, fault.expression, fault.text)


def _format(here: _Understanding, name: str, value: str) -> None:
    """A plus may come as a space."""
    if value.strip().replace(" ", "+") not in FORMATS:
        here.refuse(name, "Files are NDJSON: application/fhir+ndjson.", "not-supported")


def _since(here: _Understanding, name: str, value: str) -> None:
    moment = instant(value)
    if moment is None:
        here.refuse(name, "A moment has its day, its time and its zone: 2024-06-15T12:00:00+08:00.")
    here.since = moment


def _type(here: _Understanding, name: str, value: str) -> None:
    asked = [one for one in (part.strip() for part in value.split(",")) if one]
    if not {*asked} <= {*TYPES}:
        here.doubt(name, f"Of other types than these nothing is exported: {', '.join(TYPES)}.")
    here.kinds = tuple(one for one in TYPES if one in asked or one in here.kinds)


def _elements(here: _Understanding, _: str, value: str) -> None:
    asked = (one.strip() for one in value.split(","))
    here.elements = (*(here.elements or ()), *(one for one in asked if one))


def _known_elements(here: _Understanding) -> None:
    """Of elements that there are not nothing comes: never more than was asked for."""
    if here.elements is None:
        return
    kinds = here.kinds or TYPES
    known = tuple(one for one in here.elements if is_known(here.version, kinds, one))
    if len(known) < len(here.elements):
        text = "_elements names what is no element at the root of a type that is asked for."
        here.doubt("_elements", text, "value")
    here.elements = known


def _associated(here: _Understanding, name: str, value: str) -> None:
    asked = {one.strip() for one in value.split(",")} - {""}
    if not asked <= _ASSOCIATED:
        here.doubt(name, f"includeAssociatedData is understood of {' and '.join(sorted(_ASSOCIATED))}.")
    here.provenance = here.provenance or bool(asked & _ASSOCIATED)


def _filter(here: _Understanding, name: str, value: str) -> None:
    if here.version != "R4":
        here.refuse(name, "_typeFilter is understood at the R4 base alone: ask there.", "not-supported")
        return
    for text in parted(value):
        found = read(text)
        if found is None or len(here.filters) == _MOST_FILTERS:
            here.refuse(name, "A filter asks by what is not compared here: see the documentation.", "not-supported")
        else:
            here.filters += (found,)


def _patient(here: _Understanding, name: str, value: str) -> None:
    """Left out it would widen what is asked for: so it is refused where it is not understood."""
    kind, slash, ident = value.rpartition("/")
    if not here.by_post:
        here.refuse(name, "Patients are named in the body of a POST.", "not-supported")
    elif not ident or (slash and kind.rpartition("/")[2] != "Patient"):
        here.refuse(name, "A patient is named by a reference: Patient/[id].")
    elif len(here.subjects) == _MOST_PATIENTS:
        here.refuse(name, f"At most {_MOST_PATIENTS} patients can be named.", "too-costly")
    else:
        here.subjects += (ident,)


def _not_done(here: _Understanding, name: str, _: str) -> None:
    here.doubt(name, f"{name} is not supported here.")


def _unknown(here: _Understanding, name: str, _: str) -> None:
    """Its name is somebody else's word: it is not repeated."""
    if name not in _OF_THE_ANSWER:
        here.doubt("", "A parameter is not known here: see the documentation of the export.")


_PARAMETERS: Mapping[str, Callable[[_Understanding, str, str], None]] = MappingProxyType(
    {
        "_outputFormat": _format,
        "_since": _since,
        "_type": _type,
        "_elements": _elements,
        "includeAssociatedData": _associated,
        "_typeFilter": _filter,
        "patient": _patient,
        **dict.fromkeys(_NOT_DONE, _not_done),
    }
)


def instant(text: str) -> datetime | None:
    """https://hl7.org/fhir/R4/datatypes.html#instant; a plus may have come as a space."""
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    try:
        return None if moment.tzinfo is None or "T" not in text else moment.astimezone(UTC)
    except OverflowError:
        return None


def written(wanted: Wanted) -> str:
    """As a job keeps it."""
    return msgspec.json.encode(wanted).decode()


def of_text(text: str) -> Wanted:
    """As a job kept it."""
    return typed.decode(text, Wanted)
