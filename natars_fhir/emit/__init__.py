"""What we tell the sites: one pure function a file, named after the resource, and the list of them.

Another output is one module here, with a function from an ``Emission`` to an ``Emitted``, and its row in
``EMITTERS``. An emitter makes R4, reads nothing but its Emission (no clock, no store), and gives the same resources
for the same Emission; the site's own FHIR version is made of them in ``fhir/versions.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.study import Arm, Study
from natars_fhir.emit.identity import Key, identity
from natars_fhir.emit.research_study import master_study, site_study
from natars_fhir.emit.research_subject import research_subject
from natars_fhir.fhir.build import Node


@dataclass(frozen=True, slots=True)
class Emission:
    """Everything that an emitter may speak of.

    ``primary_system`` is the identifier system that the site declares as its patients' own. The last three are what
    people did: a signed consent, an allocation, a state of the subject that goes before the verdict.
    """

    screening: Screening
    study: Study
    site_id: str
    site_title: str
    canonical_base: str
    key: Key = field(repr=False)
    primary_system: str = ""
    consent_reference: str | None = None
    arm: Arm | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Emitted:
    """R4 resources, ready to be sent, and what is to be told of them."""

    resources: tuple[Node, ...]
    issues: tuple[Issue, ...] = ()


Emitter = Callable[[Emission], Emitted]


def _studies(emission: Emission) -> Emitted:
    study, base = emission.study, emission.canonical_base
    return Emitted((master_study(study, base), site_study(study, emission.site_id, emission.site_title, base)))


def _subject(emission: Emission) -> Emitted:
    screening, study, base = emission.screening, emission.study, emission.canonical_base
    if not screening.in_scope:
        return Emitted(())
    who = identity(screening.patient, study.id, emission.key, base, emission.primary_system)
    site = site_study(study, emission.site_id, emission.site_title, base)["id"]
    made = research_subject(
        screening, f"ResearchStudy/{site}", who, emission.consent_reference, emission.arm, emission.state
    )
    return Emitted((made,), who.issues)


#: What is emitted, in the order in which a site must receive it: what is pointed to comes first.
EMITTERS: Mapping[str, Emitter] = MappingProxyType({"ResearchStudy": _studies, "ResearchSubject": _subject})


def emit(emission: Emission) -> Emitted:
    """All that the registered emitters make of one screening."""
    made = [emitter(emission) for emitter in EMITTERS.values()]
    return Emitted(
        tuple(resource for one in made for resource in one.resources),
        tuple(issue for one in made for issue in one.issues),
    )
