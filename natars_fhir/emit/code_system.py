"""CodeSystem: the words of our own that we use: answers, criteria, what moves a subject, why an unknown is unknown.

https://hl7.org/fhir/R4/codesystem.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import get_args

import msgspec

from natars_fhir.domain.answer import Reason
from natars_fhir.domain.request import Status
from natars_fhir.domain.study import Criterion, Study
from natars_fhir.emit.bilingual import both
from natars_fhir.fhir.build import Node, coding, said

#: Answer → in English, in Chinese, and SNOMED's word for it.
ANSWERS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {"yes": ("Yes", "是", "373066001"), "no": ("No", "否", "373067005"), "unknown": ("Unknown", "未知", "261665006")}
)

#: Reason → in English and in Chinese.
REASONS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        "silent": ("The data says nothing of it", "数据中无相关记载"),
        "imprecise": ("What the data says is too vague to decide", "数据不够精确，无法判定"),
        "conflicting": ("The data contradicts itself", "数据相互矛盾"),
        "pending": ("A result is awaited or preliminary", "结果待出或为初步结果"),
        "needs-attestation": ("A person must weigh it", "须由研究人员判断"),
        "not-yet": ("To be asked at a later phase", "后续阶段再判定"),
        "not-applicable": ("Does not apply to this patient", "不适用于该患者"),
    }
)

#: Task.status → how a request for data stands in our own words, in English and in Chinese.
REQUESTS: Mapping[Status, tuple[str, str, str]] = MappingProxyType(
    {
        "requested": ("awaiting-data", "Awaiting data", "等待数据"),
        "completed": ("complete", "Nothing is missing any more", "已无缺失"),
        "rejected": ("declined", "Declined, with a reason", "已说明理由并拒绝"),
        "cancelled": ("not-needed", "No longer needed", "已不需要"),
    }
)

_SNOMED = "http://snomed.info/sct"


def answer(word: str, base: str) -> Node:
    """An answer as a Coding of our own, in both languages."""
    en, zh, _ = ANSWERS[word]
    return coding(f"{base}/CodeSystem/answer", word) | both("display", en, zh)


def snomed_answer(word: str) -> Node:
    """The same in SNOMED CT, for who does not know our codes."""
    en, _, code = ANSWERS[word]
    return coding(_SNOMED, code, en)


def criterion_coding(criterion: Criterion, base: str) -> Node:
    """A criterion by its id; its words stand where the coding is used, and in the CodeSystem."""
    return coding(f"{base}/CodeSystem/criterion", criterion.id)


def reason_coding(reason: Reason, base: str) -> Node:
    """Why an unknown is unknown, or that a criterion does not apply."""
    en, zh = REASONS[reason]
    return coding(f"{base}/CodeSystem/reason", reason) | both("display", en, zh)


def code_systems(study: Study, base: str) -> list[Node]:
    """All of them, whole."""
    criteria = ((one.id, one.text["en"], one.text.get("zh", "")) for one in study.criteria)
    causes = ((one.id, one.text["en"], one.text.get("zh", "")) for one in study.life.causes.values())
    return [
        _system("answer", "Answers to a criterion", base, ((word, en, zh) for word, (en, zh, _) in ANSWERS.items())),
        _system("criterion", f"Criteria of {study.acronym}, word for word", base, criteria),
        *(
            [_system("subject-cause", f"What moves a subject of {study.acronym}", base, causes)]
            if study.life.causes
            else []
        ),
        _system("request-status", "How a request for data stands", base, REQUESTS.values()),
        _system("reason", "Why an answer is unknown", base, ((one, *REASONS[one]) for one in get_args(Reason))),
    ]


def _system(name: str, title: str, base: str, words: Iterable[tuple[str, str, str]]) -> Node:
    told = [_concept(*each) for each in words]
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "url": f"{base}/CodeSystem/{name}",
        "version": sha256(msgspec.json.encode(told)).hexdigest()[:12],
        "name": f"Natars{name.title().replace('-', '')}",
        "title": title,
        "status": "active",
        "caseSensitive": True,
        "content": "complete",
        "count": len(told),
        "concept": told,
    }


def _concept(code: str, en: str, zh: str) -> Node:
    chinese = [{"language": "zh", "value": zh}] if zh else []
    return said({"code": code, "display": en, "designation": chinese})
