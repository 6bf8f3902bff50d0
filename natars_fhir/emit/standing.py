"""Standing: how a subject stands, for a server that knows no ResearchSubject: as a Flag, or as a Communication.

https://hl7.org/fhir/R4/flag.html, https://hl7.org/fhir/R4/communication.html. Both say what the ResearchSubject says,
of the hospital's own Patient and under the same identifier; neither says anything of the patient's data.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType

from natars_fhir.emit.bilingual import both
from natars_fhir.fhir.build import Node, coding, concept, said

_STATUS = "http://hl7.org/fhir/research-subject-status"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"

#: ResearchSubject.status, in the words of the standard and in Chinese.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "potential-candidate": ("potential candidate", "潜在候选者"),
        "candidate": ("candidate", "候选者"),
        "screening": ("screening", "筛选中"),
        "eligible": ("eligible", "合格"),
        "ineligible": ("ineligible", "不合格"),
        "pending-on-study": ("pending on study", "待入组"),
        "on-study": ("on study", "已入组"),
        "on-study-intervention": ("on study, intervention", "已入组：干预期"),
        "on-study-observation": ("on study, observation", "已入组：观察期"),
        "follow-up": ("follow-up", "随访中"),
        "off-study": ("off study", "已出组"),
        "withdrawn": ("withdrawn", "已退出"),
        "not-registered": ("not registered", "未登记"),
    }
)
#: Nothing is to be minded any more.
_OVER = frozenset({"ineligible", "off-study", "withdrawn"})


def flag(subject: Node) -> Node:
    """What a chart shows as long as the subject is to be minded."""
    status = "entered-in-error" if _void(subject) else "inactive" if subject["status"] in _OVER else "active"
    research = coding(_CATEGORY, "research", "Research")
    return _shared(subject, "Flag") | {
        "status": status,
        "category": [concept(research)],
        "code": _standing(subject),
        "subject": subject["individual"],
    }


def communication(subject: Node) -> Node:
    """What a person would have been told, in both languages."""
    en, zh = _words(subject)
    text = b64encode(f"{en}\n{zh}".encode()).decode()
    return _shared(subject, "Communication") | {
        "status": "entered-in-error" if _void(subject) else "completed",
        "category": [concept(text="Research")],
        "topic": _standing(subject),
        "subject": subject["individual"],
        "payload": [{"contentAttachment": {"contentType": "text/plain; charset=utf-8", "data": text}}],
    }


#: Fallback → what is made of a ResearchSubject.
INSTEAD: Mapping[str, Callable[[Node], Node]] = MappingProxyType({"flag": flag, "communication": communication})


def _shared(subject: Node, kind: str) -> Node:
    return said(
        {"resourceType": kind, "id": subject["id"], "meta": subject.get("meta"), "identifier": subject["identifier"]}
    )


def _standing(subject: Node) -> Node:
    en, zh = _words(subject)
    return concept(coding(_STATUS, subject["status"])) | both("text", en, zh)


def _words(subject: Node) -> tuple[str, str]:
    trial = next((tag["code"] for tag in subject.get("meta", {}).get("tag", ())), "").upper()
    en, zh = WORDS[subject["status"]]
    return f"{trial}: {en}", f"{trial}：{zh}"


def _void(subject: Node) -> bool:
    return bool(subject["status"] == "not-registered")
