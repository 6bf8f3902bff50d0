"""SubscriptionTopic: of what a site can be told. https://hl7.org/fhir/R5/subscriptiontopic.html

R4 has no such resource: there a topic is known by its canonical address alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from natars_fhir import __version__
from natars_fhir.fhir.build import Node

#: Topic → the type that changes, in English, in Chinese.
TOPICS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "subject-changed": ("ResearchSubject", "A subject stands elsewhere in the trial", "受试者状态变化"),
        "screening-changed": ("ResearchSubject", "The data says another verdict of a subject", "预筛结论变化"),
        "request-changed": ("Task", "A request for missing data was opened or closed", "缺失资料任务的提出与关闭"),
    }
)
#: Letter of this type → the topic that a change of its status is.
BY_TYPE: Mapping[str, str] = MappingProxyType({"ResearchSubject": "subject-changed", "Task": "request-changed"})


def topics_at(canonical_base: str) -> str:
    """How the canonical addresses of topics begin."""
    return f"{canonical_base}/SubscriptionTopic/"


def subscription_topics(canonical_base: str) -> list[Node]:
    """Every topic."""
    return [_topic(name, canonical_base) for name in TOPICS]


def _topic(name: str, base: str) -> Node:
    kind, en, zh = TOPICS[name]
    definition = f"http://hl7.org/fhir/StructureDefinition/{kind}"
    trigger: Node = {"description": f"{en}. {zh}。", "resource": definition}
    if name == "screening-changed":
        event = {"coding": [{"system": f"{base}/CodeSystem/event", "code": name}], "text": en}
        trigger |= {"event": event}
    else:
        trigger |= {
            "supportedInteraction": ["create", "update"],
            "fhirPathCriteria": "%previous.empty() or %previous.status != %current.status",
        }
    return {
        "resourceType": "SubscriptionTopic",
        "id": name,
        "url": f"{topics_at(base)}{name}",
        "version": __version__,
        "title": f"{en} · {zh}",
        "status": "active",
        ("eventTrigger" if name == "screening-changed" else "resourceTrigger"): [trigger],
        "notificationShape": [{"resource": definition}],
    }
