"""Whole: all that is known of one subject, as the makers of its resources are given it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from natars_fhir.domain.finding import Finding
from natars_fhir.domain.life import Life
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Arm, Criterion
from natars_fhir.export.plan import Plan
from natars_fhir.export.subject import Subject
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
SECURITY = coding("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "PSEUDED")
REDACTED = coding("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "REDACTED")
#: What a subject's own resources are known by.
PATIENT, SUBJECT, TUMOUR = "patient", "subject", "index-tumour"


def meta(base: str, trial: str, profile: str, *, text: bool) -> Node:
    """That a resource is pseudonymised, which trial it is of, and the mCODE profile that it meets."""
    labels = [SECURITY, REDACTED] if text else [SECURITY]
    told = {"security": labels, "tag": [coding(f"{base}/CodeSystem/trial", trial)]}
    return {"profile": [MCODE + profile], **told} if profile else told


@dataclass(frozen=True, slots=True)
class Whole:
    """``study`` and ``trial`` are ids of the site's and of the trial's ResearchStudy, ``form`` the canonical of the
    screening form. ``text`` gives the words a fact was read from, where they were asked for; else nothing."""

    subject: Subject
    trial: str
    study: str
    form: str
    arms: tuple[Arm, ...]
    findings: tuple[tuple[Criterion, Finding], ...]
    way: Life
    text: Callable[[Fact], str] = lambda _: ""


#: Remembers what was left out: (place, why).
Leave = Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Making:
    """What every maker of one subject's resources needs. ``handles``: fact (by identity) → its resource's handle."""

    plan: Plan
    whole: Whole
    leave: Leave
    handles: Mapping[int, str]
    #: handles of the facts that are Observations: what an Observation may be derived from
    observed: frozenset[str] = field(default_factory=frozenset)
    #: the research Patient
    patient: Node = field(default_factory=lambda: build.reference("Patient", PATIENT))

    def meta(self, profile: str = "", *, text: bool = False) -> Node:
        """The labels of a resource, and the mCODE profile that it meets."""
        return self.plan.metas[profile, text]

    def note(self, fact: Fact) -> list[Node]:
        """The words that a fact was read from, marked as scrubbed; none unless they were asked for."""
        words = self.whole.text(fact)
        if not any(one.isalnum() for one in words):
            return []
        mark = build.extension(f"{self.plan.base}/StructureDefinition/scrubbed", "Boolean", True)
        return [{"extension": [mark], "text": words}]


def handles_of(facts: tuple[Fact, ...]) -> dict[int, str]:
    """A handle a fact, the same as long as it is read from the same place: its value may change, its id does not."""
    seen: dict[str, int] = {}
    found: dict[int, str] = {}
    for fact in facts:
        span = f"{fact.span[0]}-{fact.span[1]}" if fact.span else ""
        place = f"{fact.concept}\n{fact.source.reference}\n{fact.path}\n{span}"
        count = seen[place] = seen.get(place, 0) + 1
        found[id(fact)] = place if count == 1 else f"{place}\n{count}"
    return found
