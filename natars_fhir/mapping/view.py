"""Views compiled: for each type of resource one function that reads all its facts (hot-path.md §2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from natars_fhir.fhir.path import head
from natars_fhir.fhir.r4 import structs
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.adverse_event import adverse_event
from natars_fhir.mapping.readers.allocation import allocation
from natars_fhir.mapping.readers.condition import condition
from natars_fhir.mapping.readers.consent import consent
from natars_fhir.mapping.readers.imaging import imaging
from natars_fhir.mapping.readers.medication import medication, substance
from natars_fhir.mapping.readers.nothing_known import nothing_known
from natars_fhir.mapping.readers.observation import asked
from natars_fhir.mapping.readers.patient import patient
from natars_fhir.mapping.readers.procedure import procedure
from natars_fhir.mapping.readers.questionnaire import questionnaire
from natars_fhir.mapping.readers.report import report
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink

Read = Callable[[Any, Sink], None]

#: reader that a view may name → what makes a plan of the view. ``asked`` takes all its views of a type together.
READERS: dict[str, Callable[[View, Lore], Read]] = {
    "adverse-event": adverse_event,
    "allocation": allocation,
    "asked": lambda view, lore: asked([view], lore),
    "condition": condition,
    "consent": consent,
    "imaging": imaging,
    "medication": medication,
    "nothing-known": nothing_known,
    "patient": patient,
    "procedure": procedure,
    "questionnaire": questionnaire,
    "report": report,
    "substance": substance,
}


def struct(resource: str) -> type[msgspec.Struct] | None:
    """The generated Struct of a resource type; None where none was generated."""
    found = getattr(structs, resource, None)
    return found if isinstance(found, type) and issubclass(found, structs.Resource) else None


def types() -> list[str]:
    """The resource types that a view could read."""
    return [name for name in vars(structs) if struct(name) is not None and name != "Resource"]


def together(views: Iterable[View], lore: Lore) -> Mapping[str, Read]:
    """Resource type → the function that reads it with all views of its type."""
    by_type: dict[str, list[View]] = {}
    for view in views:
        by_type.setdefault(view.resource, []).append(view)
    return {name: _all(views, lore) for name, views in by_type.items() if struct(name) is not None}


def _all(views: list[View], lore: Lore) -> Read:
    questions = [view for view in views if view.reader == "asked"]
    plans = [READERS[view.reader](view, lore) for view in views if view.reader != "asked"]
    if questions:
        plans.insert(0, asked(questions, lore))
    if len(plans) == 1:
        return plans[0]

    def read(resource: Any, sink: Sink) -> None:
        for plan in plans:
            plan(resource, sink)

    return read


def subject_of(views: Iterable[View]) -> Mapping[str, str]:
    """Resource type → the element that says whom its resources are about."""
    return {view.resource: view.about for view in views if struct(view.resource) is not None}


#: What a reader looks at beyond the paths of its view.
_LOOKS_AT = {
    "medication": ("medicationCodeableConcept", "medicationReference"),
    "procedure": ("code", "note"),
    "asked": ("code",),
}


def telling(view: View) -> tuple[str, ...]:
    """The elements of a resource that can tell a fact; without one of them it tells none. The first is its code.

    Empty for views whose readers look at everything, or whose resources are always wanted.
    """
    if view.reader in ("condition", *_LOOKS_AT):
        paths = (*_LOOKS_AT.get(view.reader, ()), *map(head, (*view.says, *view.text)))
        return tuple(dict.fromkeys(paths))
    return ()
