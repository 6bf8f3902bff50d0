"""The rules that a trial file may name: name → what makes the rule from the parameters that stand beside the name.

A new kind of question is one function in ``questions/`` and one row here.
"""

from __future__ import annotations

from collections.abc import Callable

from natars_fhir.domain.questions.age import age
from natars_fhir.domain.questions.attested import attested
from natars_fhir.domain.questions.consent import consented
from natars_fhir.domain.questions.drugs import ever_given, never_given
from natars_fhir.domain.questions.events import within
from natars_fhir.domain.questions.histology import any_grade, histology_among
from natars_fhir.domain.questions.markers import expressed, gene_amplified
from natars_fhir.domain.questions.metastasis import metastasis
from natars_fhir.domain.questions.numbers import at_least, at_most
from natars_fhir.domain.questions.origin import origin_among
from natars_fhir.domain.questions.pathology import before_or_at_surgery, final_pathology_among
from natars_fhir.domain.questions.pregnancy import breastfeeding, pregnant
from natars_fhir.domain.questions.presence import ever, never
from natars_fhir.domain.questions.sft_risk import sft_risk
from natars_fhir.domain.questions.tumour import grade_within, size_at_least
from natars_fhir.domain.study import Rule

RULES: dict[str, Callable[..., Rule]] = {
    "age": age,
    "any_grade": any_grade,
    "at_least": at_least,
    "at_most": at_most,
    "attested": attested,
    "before_or_at_surgery": before_or_at_surgery,
    "breastfeeding": breastfeeding,
    "consented": consented,
    "ever": ever,
    "ever_given": ever_given,
    "expressed": expressed,
    "final_pathology_among": final_pathology_among,
    "gene_amplified": gene_amplified,
    "grade_within": grade_within,
    "histology_among": histology_among,
    "metastasis": metastasis,
    "never": never,
    "never_given": never_given,
    "origin_among": origin_among,
    "pregnant": pregnant,
    "sft_risk": sft_risk,
    "size_at_least": size_at_least,
    "within": within,
}
