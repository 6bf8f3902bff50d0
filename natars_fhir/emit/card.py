"""Card: one line at the bedside of why a patient may fit, and of what is missing. https://cds-hooks.org

A card is read by a clinician beside the patient's record, so it may say what the record says. It decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from natars_fhir.domain.finding import Finding
from natars_fhir.domain.request import Request
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.domain.words import WORDS

Card = dict[str, Any]

#: The standard wants fewer than 140 characters.
MOST = 139

#: Why a clinician may put the card away. Each stops it until something else is found of the patient.
REASONS: Mapping[str, tuple[str, str]] = {
    "not-suitable": ("Not suitable in my judgement", "经临床判断不适合"),
    "declined": ("The patient does not want to take part", "患者不愿参加"),
    "known": ("The trial team knows of the patient", "研究团队已知晓该患者"),
    "wrong-data": ("The record is wrong or belongs to somebody else", "病历信息有误或非本人"),
}

_SAYS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "fits": "{0}: this patient may fit{1}.",
        "missing": " Missing: {0}.",
        "nothing": " Nothing is missing: an investigator decides.",
        "why": " ({0})",
        "comma": "; ",
        "more": "+{0}",
        "open": "Open criteria",
        "candidate": "What the data decides is satisfied.",
        "undetermined": "Nothing in the record bars the patient; the data does not decide everything yet.",
        "foot": "A prefilled screening from the record. Only an investigator's signature makes a patient eligible.",
        "study": "The trial in its registry",
        "pages": "The screening of this site",
    },
    "zh": {
        "fits": "{0}：该患者可能符合入组条件{1}。",
        "missing": "尚缺：{0}。",
        "nothing": "资料齐全，请研究者判断。",
        "why": "（{0}）",
        "comma": "；",
        "more": "等{0}项",
        "open": "待定标准",
        "candidate": "病历数据所能判断的标准均已满足。",
        "undetermined": "病历中未见排除依据，但部分标准尚不能由数据判断。",
        "foot": "本提示由病历数据预填生成；仅研究者签署后患者方为合格。",
        "study": "试验注册信息",
        "pages": "本中心筛选情况",
    },
}
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!])")


@dataclass(frozen=True, slots=True)
class Face:
    """How a card looks: its language, and the addresses that it leads to."""

    language: Language
    canonical_base: str
    pages: str = ""


def card(screening: Screening, part: PeoplesPart, request: Request, study: Study, uuid: str, face: Face) -> Card:
    """The card of a patient who may fit; *request* is what is missing."""
    registry = f"https://clinicaltrials.gov/study/{study.registry_id}"
    return {
        "uuid": uuid,
        "summary": summary(screening, request, study, face.language),
        "detail": detail(screening, part, request, face.language),
        "indicator": "info",
        "source": {"label": f"{study.acronym} ({study.registry_id})", "url": registry, "topic": _topic(face)},
        "overrideReasons": [_reason(code, face) for code in REASONS],
        "links": _links(registry, face),
    }


def summary(screening: Screening, request: Request, study: Study, language: Language) -> str:
    """One line: why, and as much of what is missing as there is room for; the rest is a number."""
    says = _SAYS[language]
    why = says["comma"].join(_histologies(screening, language))
    head = says["fits"].format(study.acronym, says["why"].format(why) if why else "")
    head = head if len(head) <= MOST else says["fits"].format(study.acronym, "")
    names = [*dict.fromkeys(one.wants.get(language) or one.id for one, _ in request.wanted)]
    if not names:
        return _fitted([head + says["nothing"], head])
    counts = range(len(names), -1, -1)
    return _fitted([head + says["missing"].format(_some(names, count, language)) for count in counts] + [head])


def detail(screening: Screening, part: PeoplesPart, request: Request, language: Language) -> str:
    """In GitHub's Markdown: what the data says, and each criterion that is open, with why."""
    says, found = _SAYS[language], {criterion.id: finding for criterion, finding in part.people.findings}
    verdict = "candidate" if part.people.verdict == "candidate" else "undetermined"
    lines = [says[verdict], ""]
    if request.wanted:
        lines += [f"**{says['open']}**", ""]
        lines += [_line(one.id, one.text.get(language, ""), found[one.id], language) for one, _ in request.wanted]
        lines += [""]
    return "\n".join([*lines, f"{says['foot']} ({screening.as_of.isoformat()})"])


def _line(name: str, text: str, finding: Finding, language: Language) -> str:
    return f"- **{name}** {escaped(text)} — {escaped(render(finding.sentence, language))}"


def escaped(text: str) -> str:
    """Text that Markdown takes as it is: what a hospital writes makes no links and no HTML."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _fitted(choices: Sequence[str]) -> str:
    """The first that fits; what is cut is cut visibly."""
    return next((one for one in choices if len(one) <= MOST), choices[-1][: MOST - 1] + "…")


def _some(names: Sequence[str], count: int, language: Language) -> str:
    says, left = _SAYS[language], len(names) - count
    return says["comma"].join([*names[:count], *([says["more"].format(left)] if left else [])])


def _histologies(screening: Screening, language: Language) -> list[str]:
    """The types of tumour that the findings rest on, as the record calls them."""
    facts = (fact for _, finding in screening.findings for fact in finding.facts if fact.concept == "histology")
    return sorted({WORDS[language].get(str(fact.value), str(fact.value)) for fact in facts})


def _topic(face: Face) -> Card:
    shown = {"en": "Screening for a trial", "zh": "临床试验筛选"}[face.language]
    return {"system": f"{face.canonical_base}/CodeSystem/card-topic", "code": "trial-screening", "display": shown}


def _reason(code: str, face: Face) -> Card:
    shown = REASONS[code][0 if face.language == "en" else 1]
    return {"system": f"{face.canonical_base}/CodeSystem/card-override", "code": code, "display": shown}


def _links(registry: str, face: Face) -> list[Card]:
    says = _SAYS[face.language]
    told = [(says["study"], registry), *([(says["pages"], face.pages)] if face.pages else [])]
    return [{"label": label, "url": url, "type": "absolute"} for label, url in told]
