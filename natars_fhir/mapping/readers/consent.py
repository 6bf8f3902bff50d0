"""Consent to this trial: only one that names it. Consent to another study is no evidence (clinical.md I-19)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import Detail, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.entity import Plan, dated
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: Consent.status → value; entered-in-error tells nothing
_VALUE = {
    "active": "given",
    "rejected": "refused",
    "inactive": "withdrawn",
    "draft": "proposed",
    "proposed": "proposed",
}


def consent(view: View, lore: Lore) -> Plan:
    """Given, refused, withdrawn or proposed. ``words.trial`` of the view and the site's own names tell this trial."""
    names = re.compile("|".join(_whole(name) for name in (*view.words["trial"], *lore.consent_names)), re.IGNORECASE)
    stamp = dated(view)

    @lru_cache(maxsize=2_048)  # but for their own numbers, consents say the same again and again
    def ours(text: str) -> bool:
        return names.search(text) is not None

    def plan(resource: Any, sink: Sink) -> None:
        if (value := _VALUE.get(resource.status)) is None:
            return
        named = [text for text in _names(resource) if ours(text)]
        if not named or _for_care(resource):
            sink.tell(
                "informational",
                "Consent",
                "This is no consent to research that names the trial: it is not read.",
                "information",
            )
            return
        stamp(resource, sink)
        denies = resource.provision is not None and resource.provision.type == "deny"
        if value == "given" and (denies or any(_DENIES.search(text) for text in named)):
            value = "refused"
        sink.add(Told("consent", value, _ended(resource) if value == "withdrawn" else ()), "Consent.status")

    return plan


def _ended(resource: Any) -> Detail:
    """The day on which a consent that does not stand any more was withdrawn, where its period ends."""
    period = resource.provision.period if resource.provision is not None else None
    return detail(ended=str(period.end)) if period is not None and period.end else ()


_DENIES = re.compile(r"拒绝|不同意|refus|declin|withdr", re.IGNORECASE)


def _whole(name: str) -> str:
    """The name as a word of its own: ``NATARS-2`` is another study, ``NATARS-0023`` a number in this one."""
    return rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])(?![\s-]?\d{{1,2}}(?!\d))"


def _for_care(resource: Any) -> bool:
    """Is it coded as consent to something else than research (treatment, privacy, a directive)?"""
    scopes = [coding.code for coding in resource.scope.coding or () if coding.code]
    return bool(scopes) and "research" not in scopes


def _names(resource: Any) -> Iterator[str]:
    """Every text of a Consent that may name a study."""
    for identifier in resource.identifier or ():
        yield f"{identifier.system or ''} {identifier.value or ''}"
    for policy in resource.policy or ():
        yield f"{policy.uri or ''} {policy.authority or ''}"
    for concept in (*resource.category, resource.scope, resource.policyRule):
        if concept is not None:
            yield concept.text or ""
            yield from (f"{coding.code or ''} {coding.display or ''}" for coding in concept.coding or ())
    if resource.sourceReference is not None:
        yield f"{resource.sourceReference.reference or ''} {resource.sourceReference.display or ''}"
    if resource.sourceAttachment is not None:
        yield f"{resource.sourceAttachment.title or ''} {resource.sourceAttachment.url or ''}"
    for part in (resource.provision.data or ()) if resource.provision is not None else ():
        yield part.reference.reference or ""
