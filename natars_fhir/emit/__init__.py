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
from natars_fhir.domain.life import Life
from natars_fhir.domain.request import Request
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.study import Arm, Study
from natars_fhir.emit.identity import Identity, Key, identity
from natars_fhir.emit.observation import observation
from natars_fhir.emit.provenance import subject_provenance
from natars_fhir.emit.questionnaire_response import NOBODY, Statements, forms_system, prefilled_response
from natars_fhir.emit.research_study import master_study, site_study
from natars_fhir.emit.research_subject import research_subject
from natars_fhir.emit.task import task
from natars_fhir.fhir.build import Node, identifier
from natars_fhir.fhir.versions import Name


@dataclass(frozen=True, slots=True)
class Emission:
    """Everything that an emitter may speak of.

    ``primary_system`` is the identifier system that the site declares as its patients' own. What follows it is what
    people did: a signed consent, an allocation, a state of the subject that goes before the verdict, a signature; the
    way of the subject, what the site is asked to look up, and what people stated.
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
    way: Life | None = None
    request: Request | None = None
    stated: Statements = field(default_factory=lambda: NOBODY)
    #: the FHIR version that the site speaks: what R4 and R5 say with different resources
    version: Name = "R4"


@dataclass(frozen=True, slots=True)
class Emitted:
    """R4 resources, ready to be sent, and what is to be told of them."""

    resources: tuple[Node, ...]
    issues: tuple[Issue, ...] = ()


Emitter = Callable[[Emission], Emitted]


def _studies(emission: Emission) -> Emitted:
    """The same for every patient of a site: made once, and not to be changed by whoever gets them."""
    site, base, version = (emission.site_id, emission.site_title), emission.canonical_base, emission.version
    told = (*site, base, version)
    known = _MADE.get(told)
    if known is None or known[0] is not emission.study:
        both = (master_study(emission.study, base, version), site_study(emission.study, *site, base))
        known = _MADE[told] = (emission.study, both)
    return Emitted(known[1])


#: site, base and version → the study that its resources were made of, and they
_MADE: dict[tuple[str, str, str, Name], tuple[Study, tuple[Node, Node]]] = {}


def _subject(emission: Emission) -> Emitted:
    screening = emission.screening
    if not screening.in_scope:
        return Emitted(())
    who = _who(emission, "ResearchSubject")
    site = _studies(emission).resources[1]["id"]
    made = research_subject(
        screening, f"ResearchStudy/{site}", who, emission.consent_reference, emission.arm, emission.state, emission.way
    )
    return Emitted((made,), who.issues)


def _who(emission: Emission, kind: str) -> Identity:
    patient, base = emission.screening.patient, emission.canonical_base
    return identity(patient, emission.study.id, emission.key, base, emission.primary_system, kind)


def _request(emission: Emission) -> Emitted:
    if emission.request is None or not emission.screening.in_scope:
        return Emitted(())
    who = _who(emission, "Task")
    return Emitted((task(emission.request, emission.screening.patient, emission.study, who),))


def _form(emission: Emission) -> Emitted:
    """The prefilled form, as `$populate` gives it, but for the clock."""
    screening, base = emission.screening, emission.canonical_base
    if not screening.in_scope:
        return Emitted(())
    who = _who(emission, "QuestionnaireResponse")
    made = prefilled_response(screening, emission.study, base, None, who.primary, emission.stated)
    ours = identifier(forms_system(base), who.pseudonym)
    return Emitted(({**made, "id": who.id, "identifier": ours},))


def _sources(emission: Emission) -> Emitted:
    screening = emission.screening
    facts = [fact for _, finding in screening.findings for fact in finding.facts]
    if not screening.in_scope or not facts:
        return Emitted(())
    return Emitted((subject_provenance(facts, emission.study.id, _who(emission, "Provenance")),))


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
        "Task": _request,
        "QuestionnaireResponse": _form,
        "Observation": _results,
        "Provenance": _sources,
    }
)

#: What is not of one patient, but of the whole site, and is sent once a day (service/worklist/log.py).
OF_THE_SITE = frozenset({"List"})

#: What a site gets only where its file asks for it (`[endpoint] also`): one resource a criterion is much.
ON_REQUEST = frozenset({"Observation", "Provenance", "QuestionnaireResponse"}) | OF_THE_SITE


def emit(emission: Emission, also: Collection[str] = ()) -> Emitted:
    """All that the registered emitters make of one screening; of what is made on request, what *also* names."""
    wanted = [emitter for name, emitter in EMITTERS.items() if name not in ON_REQUEST or name in also]
    made = [emitter(emission) for emitter in wanted]
    return Emitted(
        tuple(resource for one in made for resource in one.resources),
        tuple(issue for one in made for issue in one.issues),
    )
