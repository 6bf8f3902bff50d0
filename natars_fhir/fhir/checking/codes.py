"""Required codes: elements that R4 binds to a value set that can be listed. https://hl7.org/fhir/R4/terminologies.html"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from natars_fhir.fhir.checking.fault import FINE, Fault, Rule, error, warning
from natars_fhir.fhir.checking.predicates import each
from natars_fhir.fhir.checking.primitives import code

#: Longer lists are named, not printed.
_MOST_PRINTED = 30


def bound_code(url: str, codes: frozenset[str]) -> Rule:
    """A code that must be one of *codes*; they are the standard's, so the sentence may list them."""
    outside = error("code-invalid", f"This code is not {_one_of(url, codes)}.")

    def check(value: Any) -> Sequence[Fault]:
        if type(value) is not str or not value:
            return code(value)
        return FINE if value in codes else outside

    return check


def bound_concept(url: str, codes: frozenset[str], rule: Rule, *, text_will_do: bool) -> Rule:
    """A CodeableConcept of which one coding must be one of *codes*.

    To read it, others will do, with a warning: a hospital's own word is doubt for whoever reads it, and no reason to
    lose the rest of the resource.
    """
    wrong = warning if text_will_do else error
    outside = wrong("code-invalid", f"None of the codes is {_one_of(url, codes)}.")
    uncoded = error("code-invalid", f"A code is required here, {_one_of(url, codes)}.")

    def check(value: Any) -> Sequence[Fault]:
        faults = rule(value)
        if not isinstance(value, dict):
            return faults
        if any(isinstance(coding, dict) and _is_one(coding.get("code"), codes) for coding in each(value, "coding")):
            return faults
        if "coding" in value:
            return [*faults, *outside]
        return faults if text_will_do or "extension" in value else [*faults, *uncoded]

    return check


def _is_one(code: Any, codes: frozenset[str]) -> bool:
    return isinstance(code, str) and code in codes


def _one_of(url: str, codes: frozenset[str]) -> str:
    if len(codes) > _MOST_PRINTED:
        return f"one of the {len(codes)} of {url}"
    return f"one of {', '.join(sorted(codes))}"
