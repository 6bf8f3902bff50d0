"""Request: what a site is asked to look up of a patient, so that the screening can be decided; and when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from natars_fhir.domain.answer import Reason
from natars_fhir.domain.life import Life
from natars_fhir.domain.screening_log import open_ones
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion

#: R4's words of a Task (https://hl7.org/fhir/R4/valueset-task-status.html).
Status = Literal["requested", "completed", "rejected", "cancelled"]

_DECIDED = ("data", "data-or-attestation", "attestation")
#: Where a subject stands while something may be asked of it.
_ASKED_IN = frozenset({"potential-candidate", "candidate", "screening"})


@dataclass(frozen=True, slots=True)
class Decline:
    """A person's no to a request: for which criteria, and why."""

    criteria: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the criteria that are open, each with why. ``why``: the reason of who declined."""

    status: Status
    wanted: tuple[tuple[Criterion, Reason], ...] = ()
    why: str = ""


def wanted(part: PeoplesPart) -> tuple[tuple[Criterion, Reason], ...]:
    """What is missing: what data decides before what people say; advice is asked of nobody."""
    found = [
        (criterion, finding.reason or "silent") for criterion, finding in open_ones(part) if not criterion.advisory
    ]
    return tuple(sorted(found, key=lambda one: _DECIDED.index(one[0].decided_by)))


def request(part: PeoplesPart, life: Life, declines: Iterable[Decline] = ()) -> Request:
    """What the site is asked now. What somebody declined is not asked again; what is missing besides is."""
    if life.state not in _ASKED_IN or part.people.verdict == "ineligible":
        return Request("cancelled")
    missing = wanted(part)
    if not missing:
        return Request("completed")
    said = list(declines)
    refused = frozenset[str]().union(*(one.criteria for one in said))
    if {criterion.id for criterion, _ in missing} <= refused:
        return Request("rejected", missing, said[-1].reason)
    return Request("requested", missing)
