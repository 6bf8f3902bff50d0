"""Form: a line of a Bulk Data export in the version of the base that was asked, with the elements that were asked for.

Lines are made, masked and checked in R4. What R5 cannot say of it is told; what is no valid R5 does not go out.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from natars_fhir.domain.issue import Issue, worst
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.elements import some
from natars_fhir.fhir.r5_models import problems
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.service.export.bulk_export_asked import Wanted
from natars_fhir.service.export.bulk_export_filter import passes

_read = msgspec.json.Decoder(float_hook=Decimal).decode
_written = msgspec.json.Encoder(decimal_format="number").encode
_NOT_R5 = "What was made is no valid FHIR R5: it does not go out."


def formed(raw: bytes, kind: str, wanted: Wanted, told: Callable[[Issue], object]) -> bytes | None:
    """The line as it is to go out; None where it does not pass its type's filters, or cannot go out."""
    filters = [one for one in wanted.filters if one.kind == kind]
    if not filters and wanted.elements is None and wanted.version == "R4":
        return raw
    node: Node | None = _read(raw)
    if node is None or (filters and not passes(filters, node)):
        return None
    if wanted.elements is None and wanted.version == "R4":
        return raw
    if wanted.version == "R5":
        node = _in_r5(node, told)
    if node is None:
        return None
    return _written(node if wanted.elements is None else some(node, wanted.version, wanted.elements))


def _in_r5(node: Node, told: Callable[[Issue], object]) -> Node | None:
    made, lost = VERSIONS["R5"].from_r4(node)
    for one in lost:
        told(one)
    if worst(problems(made)) in ("fatal", "error"):
        told(Issue("error", "invariant", str(node["resourceType"]), _NOT_R5))
        return None
    return made
