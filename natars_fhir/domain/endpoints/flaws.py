"""Flaws: what can be wrong with a subject's course, each by its name, and how it is told in English and Chinese.

A flaw is an issue that is told to a site's people and to statisticians: it names no value of the patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from natars_fhir.domain.issue import Issue, Severity
from natars_fhir.domain.record import Fact
from natars_fhir.domain.words import WORDS


@dataclass(frozen=True, slots=True)
class Flaw(Issue):
    """An issue with the name by which programs know it, and with its sentence in Chinese."""

    name: str
    zh: str


#: Concepts that no sentence of the screening names.
_ZH = {"allocation": "入组", "consent": "知情同意"}
_E: Severity = "error"
_W: Severity = "warning"
_I: Severity = "information"

#: Name → how grave it is, and what is said; ``{0}`` is a concept or a visit.
FLAWS: Mapping[str, tuple[Severity, str, str]] = MappingProxyType(
    {
        "surgery-before-birth": (
            _E, "The index surgery is dated before the patient's birth.", "研究手术日期早于患者出生日期。"
        ),
        "death-before-birth": (_E, "The death is dated before the patient's birth.", "死亡日期早于患者出生日期。"),
        "act-before-birth": (
            _E, "An act of the trial ({0}) is dated before the patient's birth.",
            "研究行为（{0}）日期早于患者出生日期。",
        ),
        "births-disagree": (_E, "Dates of birth on record disagree.", "出生日期记录相互矛盾。"),
        "act-without-consent": (
            _W, "An act of the trial ({0}) without consent to it on record.", "有研究行为（{0}）而无知情同意记录。"
        ),
        "act-before-consent": (
            _E, "An act of the trial ({0}) is dated before consent to it.", "研究行为（{0}）日期早于知情同意。"
        ),
        "visit-before-consent": (
            _E, "A visit of the trial ({0}) is dated before consent to it.", "研究访视（{0}）日期早于知情同意。"
        ),
        "two-arms": (_E, "Two arms are on record for one subject.", "同一受试者有两个组别的记录。"),
        "allocation-undated": (_E, "An allocation without a day that can be used.", "入组记录无可用日期。"),
        "operated-unallocated": (
            _W, "Operated in the trial without an allocation on record.", "已行研究手术而无入组记录。"
        ),
        "withdrawal-undated": (
            _E, "Consent was withdrawn, and nothing tells on which day: no endpoint is derived.",
            "知情同意已撤回而无撤回日期：不推导任何终点。",
        ),
        "surgery-undated": (
            _E, "The index surgery has no day that can be used: no endpoint from surgery is defined.",
            "研究手术无可用日期：自手术起算的终点均无定义。",
        ),
        "progression-undated": (_W, "A progression without a date.", "进展记录无日期。"),
        "progression-before-surgery": (
            _W, "A progression before the index surgery: it is no event from surgery.",
            "进展早于研究手术：不作为术后事件。",
        ),
        "progression-on-surgery-day": (
            _W, "A progression on the day of the index surgery: it is no event from surgery.",
            "进展与研究手术同日：不作为术后事件。",
        ),
        "progression-around-surgery": (
            _E, "A progression of which the date does not tell whether it came before the surgery.",
            "进展日期不足以判断其在研究手术之前或之后。",
        ),
        "progression-after-death": (_E, "A progression is dated after the day of death.", "进展日期晚于死亡日期。"),
        "deaths-disagree": (
            _E, "Dates of death on record disagree: none of them is used.", "死亡日期记录相互矛盾：均不采用。"
        ),
        "death-undated": (
            _E, "The patient is dead, and no day of death can be used.", "患者已死亡，但无可用死亡日期。"
        ),
        "dead-and-alive": (
            _W, "The patient is said to be dead, and elsewhere to be alive.", "有记录称患者已死亡，另有记录称患者存活。"
        ),
        "surgery-after-death": (
            _E, "The index surgery is dated after the patient's death.", "研究手术日期晚于患者死亡日期。"
        ),
        "alive-after-death": (
            _E, "The patient was seen alive after the day of death.", "死亡日期之后仍有患者存活的记录。"
        ),
        "too-many-cycles": (
            _W, "More cycles of neoadjuvant treatment than the protocol plans.", "新辅助治疗周期数超过方案规定。"
        ),
        "event-without-grade": (_I, "An adverse event without a grade.", "不良事件无分级。"),
        "imputed": (
            _I, "Of {0} only the month is known: a day stands in for it, flagged.", "{0}仅知月份：以某日代替，已标注。"
        ),
    }
)  # fmt: skip


def flaw(name: str, fact: Fact, about: str = "") -> Flaw:
    """The flaw of this name, at the place of *fact*; *about* is a concept or a visit."""
    severity, en, zh = FLAWS[name]
    spoken = _ZH.get(about) or WORDS["zh"].get(about, about)
    return Flaw(severity, "business-rule", fact.path, en.format(about), name, zh.format(spoken))
