"""Business keys: under which other names the same resource may come again (contract: "same business identifier").

Hospitals put one number on many resources: the accession of a panel on all its results, the number of an order on all
its doses, of an operation on all that was done in it. What also tells such resources apart (the code or the drug, the
day) is therefore part of their key, else one would silently replace the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from natars_fhir.domain.record import Fact
from natars_fhir.fhir.pointers import names_one
from natars_fhir.fhir.references import SHARED_NUMBERS

#: Reports that stand beside the final one under its number: which of them counts, `superseded` says. A supplement
#: replaces nothing.
_STAGES = {
    "registered": "#pending", "partial": "#pending", "preliminary": "#pending",
    "amended": "#amended", "corrected": "#amended",
    "appended": "",
}  # fmt: skip


def aliases(resource: Any, facts: Sequence[Fact]) -> tuple[str, ...]:
    """The business keys of a resource that tells facts; of one that tells none, nothing is ever replaced."""
    identifiers = getattr(resource, "identifier", None)
    if not identifiers:
        return ()
    kind = resource.__class__.__name__
    apart = _apart(resource, kind, facts) if kind in SHARED_NUMBERS else ""
    if kind == "DiagnosticReport" and (stage := _STAGES.get(resource.status)) is not None:
        if not stage:
            return ()
        apart += stage
    many = identifiers if identifiers.__class__ is list else [identifiers]
    if len(many) == 1 and (one := many[0]).system and one.value and names_one(one.value):
        return (f"{kind}?{one.system}|{one.value}{apart}",)
    return tuple([f"{kind}?{n.system}|{n.value}{apart}" for n in many if n.system and n.value and names_one(n.value)])


def _apart(resource: Any, kind: str, facts: Sequence[Fact]) -> str:
    code = getattr(resource, "code", None)
    if code is None:
        code = getattr(resource, "medicationCodeableConcept", None)
    day = "" if kind == "DiagnosticReport" else facts[0].when or ""
    if code is None:
        drug = getattr(resource, "medicationReference", None)
        return f"#{(drug.reference or drug.display or '') if drug is not None else ''}#{day}"
    if not code.coding:
        return f"#{code.text or ''}#{day}"
    coding = code.coding[0]
    return f"#{coding.system}|{coding.code}#{day}"
