"""What we tell the sites: one pure function a file, named after the resource, and the list of them.

Another output is one module here, with a function from an ``Emission`` to an ``Emitted``, and its row in
``EMITTERS``. An emitter makes R4, reads nothing but its Emission (no clock, no store), and gives the same resources
for the same Emission; the site's own FHIR version is made of them in ``fhir/versions.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.study import Arm, Study
from natars_fhir.emit.identity import Key, identity
from natars_fhir.emit.observation import observation
from natars_fhir.emit.research_study import master_study, site_study
from natars_fhir.emit.research_subject import research_subject
from natars_fhir.fhir.build import Node


@dataclass(frozen=True, slots=True)
class Emission:
    """Everything that an emitter may speak of.

    ``primary_system`` is the identifier system that the site declares as its patients' own. The last four are what
    people did: a signed consent, an allocation, a state of the subject that goes before the verdict, a signature.
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
    #: a named investigator signed the form
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Emitted:
    """R4 resources, ready to be sent, and what is to be told of them."""

    resources: tuple[Node, ...]
    issues: tuple[Issue, ...] = ()


Emitter = Callable[[Emission], Emitted]


def _studies(emission: Emission) -> Emitted:
    """The same for every patient of a site: made once, and not to be changed by whoever gets them."""
    told = (emission.site_id, emission.site_title, emission.canonical_base)
    known = _MADE.get(told)
    if known is None or known[0] is not emission.study:
        both = (master_study(emission.study, told[2]), site_study(emission.study, *told))
        known = _MADE[told] = (emission.study, both)
    return Emitted(known[1])


#: site and base → the study that its resources were made of, and they
_MADE: dict[tuple[str, str, str], tuple[Study, tuple[Node, Node]]] = {}


def _subject(emission: Emission) -> Emitted:
    screening, study, base = emission.screening, emission.study, emission.canonical_base
    if not screening.in_scope:
        return Emitted(())
    who = identity(screening.patient, study.id, emission.key, base, emission.primary_system)
    site = _studies(emission).resources[1]["id"]
    made = research_subject(
        screening, f"ResearchStudy/{site}", who, emission.consent_reference, emission.arm, emission.state
    )
    return Emitted((made,), who.issues)


def _results(emission: Emission) -> Emitted:
    """A result of every criterion; which patient it is told of is doubtful where the subject is, and told there."""
    screening, study, base = emission.screening, emission.study, emission.canonical_base
    if not screening.in_scope:
        return Emitted(())
    patient, system = screening.patient, emission.primary_system
    made = []
    for criterion, finding in screening.findings:
        who = identity(patient, study.id, emission.key, base, system, f"Observation/{criterion.id}")
        made.append(observation(criterion, finding, patient, study.id, who, signed=emission.signed))
    return Emitted(tuple(made))


#: What is emitted, in the order in which a site must receive it: what is pointed to comes first.
EMITTERS: Mapping[str, Emitter] = MappingProxyType(
    {
        "ResearchStudy": _studies,
        "ResearchSubject": _subject,
        "Observation": _results,
    }
)

#: What a site gets only where its file asks for it (`[endpoint] also`): one resource a criterion is much.
ON_REQUEST = frozenset({"Observation"})


def emit(emission: Emission, also: Collection[str] = ()) -> Emitted:
    """All that the registered emitters make of one screening; of what is made on request, what *also* names."""
    wanted = [emitter for name, emitter in EMITTERS.items() if name not in ON_REQUEST or name in also]
    made = [emitter(emission) for emitter in wanted]
    return Emitted(
        tuple(resource for one in made for resource in one.resources),
        tuple(issue for one in made for issue in one.issues),
    )
