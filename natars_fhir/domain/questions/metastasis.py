"""Metastasis: proven by pathology, coded as confirmed, staged, or concluded by the MDT (clinical.md §2.2, E-04).

Facts: ``metastasis`` present | absent | suspected with detail ``method`` pathology | imaging | diagnosis | mdt (none: a
statement); ``distant-metastasis-category`` cM0 | cM1 | pM1 | pM0 | MX. A lesion that imaging alone shows is for the
MDT, and imaging, or one refuted diagnosis, cannot rule metastasis out.
"""

from __future__ import annotations

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.choice import chosen
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.questions.presence import Doubt, doubted, is_prior, told_alone, weigh
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_CONCEPTS = ("metastasis", "distant-metastasis-category")
_STAGED = {"cM1": "present", "pM1": "present", "cM0": "absent", "pM0": "absent"}
_PROVES = {"pathology", "diagnosis", "mdt", None}
_RULES_OUT = {"mdt", None}


def metastasis() -> Rule:
    """Is there metastasis before the trial's treatment?"""

    silent = told_alone("metastasis", weigh((), (), ()))

    def rule(asked: Asked) -> Finding:
        facts = [fact for name in _CONCEPTS for fact in chosen(asked, name, asked.record.about(name), "all")]
        if not facts:
            return silent
        present: list[Fact] = []
        absent: list[Fact] = []
        doubts: list[Doubt] = []
        faint: list[Fact] = []
        for fact in facts:
            said, method = str(fact.value), fact.said("method")
            word = _STAGED.get(said, said)
            before = is_prior(asked, fact)
            if before is False or word == "MX":
                continue
            if fact.standing == "final" and before and word == "present" and method in _PROVES:
                present.append(fact)
            elif fact.standing == "final" and word == "absent":
                (absent if method in _RULES_OUT else faint).append(fact)
            else:
                doubts.append((fact, doubted(fact)))
        found = weigh(present, absent, doubts)
        if found.reason == "silent" and faint:
            shown = tuple(faint)
            return Finding(UNKNOWN, "needs-attestation", Sentence("metastasis.imaging", (shown,)), shown)
        return told_alone("metastasis", found)

    return rule
