"""Consent to this trial: only one that names it. Consent to another study is no evidence (clinical.md I-19)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

from natars_fhir.domain.record import Detail, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told, plain

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
    stamp, names = stamped(view), naming((*view.words["trial"], *lore.consent_names))

    @lru_cache(maxsize=2_048)  # but for their own numbers, consents say the same again and again
    def heard(text: str) -> _Heard:
        if not names(text):
            return "nothing"
        if _DENIES.search(_FREE.sub("", text)) is not None:
            return "no"
        return "open" if _OPEN.search(text) is not None else "named"

    def plan(resource: Any, sink: Sink) -> None:
        if (value := _VALUE.get(resource.status)) is None:
            return
        said = set(map(heard, _texts(resource)))
        if not said.intersection(_OURS) or _for_care(resource):
            sink.tell(
                "informational",
                "Consent",
                "This is no consent to research that names the trial: it is not read.",
                "information",
            )
            return
        stamp(resource, sink)
        denies = resource.provision is not None and resource.provision.type == "deny"
        if value == "given" and (denies or "no" in said):
            value = "refused"
        elif value == "given" and "open" in said:
            value = "proposed"
        if value in ("given", "withdrawn"):
            sink.add(Told("consent", value, _ended(resource)), "Consent.status")
        else:
            sink.add_all(plain("consent", value), "Consent.status")

    return plan


def _ended(resource: Any) -> Detail:
    """The day on which its period ends: until then it stands; of one that stands no more that of the withdrawal."""
    period = resource.provision.period if resource.provision is not None else None
    return detail(ended=str(period.end)) if period is not None and period.end else ()


_DENIES = re.compile(
    r"拒绝|不同意|(?<!可)(?<!时)(?<!权)(?:撤回|撤销|退出)|不参加|不参与|放弃参加|refus|declin|withdr", re.IGNORECASE
)
#: what may come to pass is no refusal: 可随时撤回, "may withdraw at any time"
_FREE = re.compile(
    r"(?:可以?|有权|能够?)?(?:随时|在任何时候|任何时候)(?:都|均)?(?:可以?|有权|能够?)?(?:无条件)?(?:自由)?(?:撤回|撤销|退出)"
    r"|(?:有权|可以?)(?:自由)?(?:撤回|撤销|退出|拒绝)|(?:right|free|may|can|able) (?:to )?(?:withdr|refus|declin)\w*",
    re.IGNORECASE,
)
#: it is not signed yet, or a specimen of the form; 生物样本 is what is taken of the patient
_OPEN = re.compile(
    r"考虑中|待签|尚未签|未签|拟签|未决定|尚未决定|待定|空白|(?:^|[(（\[【])(?:样本|样张)(?=$|[)）\]】])"
    r"|not (?:yet )?signed|unsigned|undecided",
    re.IGNORECASE,
)
#: What a text says: it does not name the trial; it does; it does, and denies, or is not signed yet.
_Heard = Literal["nothing", "named", "no", "open"]
_OURS: tuple[_Heard, ...] = ("named", "no", "open")


def naming(names: Sequence[str]) -> Callable[[str], bool]:
    """Does a text hold a name as a word of its own? ``NATARS-2`` is another study, ``NATARS-0023`` a number in this.

    The pattern walks a text step by step; whether a plain text can hold a name at all is told ten times as fast.
    """
    pattern = pattern_of(names)
    plain_names = [folded(name) for name in names]

    def named(text: str) -> bool:
        if text.isascii():
            lower = text.lower()
            if not any(name in lower for name in plain_names):
                return False
        return pattern.search(text) is not None

    return named


def pattern_of(names: Sequence[str]) -> re.Pattern[str]:
    """A pattern for any of the names that stands by itself, in any case."""
    any_name = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{any_name})(?![A-Za-z0-9])(?![\s-]?\d{{1,2}}(?!\d))", re.IGNORECASE)


def folded(name: str) -> str:
    """In small letters, as a pattern that ignores case has them: to it any i is an i, dotted or not."""
    return name.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def _for_care(resource: Any) -> bool:
    """Is it coded as consent to something else than research (treatment, privacy, a directive)?"""
    scopes = [coding.code for coding in resource.scope.coding or () if coding.code]
    return bool(scopes) and "research" not in scopes


def _texts(resource: Any) -> Iterator[str]:
    """Every text of a Consent that may name a study."""
    for identifier in resource.identifier or ():
        yield f"{identifier.system or ''} {identifier.value or ''}"
    for policy in resource.policy or ():
        yield f"{policy.uri or ''} {policy.authority or ''}"
    for concept in (*resource.category, resource.scope, resource.policyRule):
        if concept is not None:
            yield concept.text or ""
            for coding in concept.coding or ():
                yield f"{coding.code or ''} {coding.display or ''}"
    if resource.sourceReference is not None:
        yield f"{resource.sourceReference.reference or ''} {resource.sourceReference.display or ''}"
    if resource.sourceAttachment is not None:
        yield f"{resource.sourceAttachment.title or ''} {resource.sourceAttachment.url or ''}"
    for part in (resource.provision.data or ()) if resource.provision is not None else ():
        yield part.reference.reference or ""
