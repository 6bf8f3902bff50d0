"""The CDISC map out of the mappings folder, checked against its concepts: every fault at once, with file and line."""

from __future__ import annotations

from pathlib import Path

from natars_fhir.export.cdisc.faults import faults
from natars_fhir.export.cdisc.plan import Plan, Told
from natars_fhir.export.cdisc.rows import Mapped, mapped
from natars_fhir.mapping.faults import Fault, MappingError, line_of
from natars_fhir.mapping.files import Mappings, shaped

FILE = Path("export") / "cdisc.toml"


def told_of(mappings: Mappings) -> dict[str, Told]:
    """What concepts.toml says of each concept."""
    return {name: Told(one.en, one.zh, one.unit, one.values) for name, one in mappings.concepts.concepts.items()}


def cdisc_map(mappings: Mappings) -> Mapped:
    """The map of a mappings folder. Raises MappingError with every fault."""
    path, told = mappings.folder / FILE, told_of(mappings)
    plan = shaped(path, Plan)
    source = path.read_text(encoding="utf-8")
    wrong = [Fault(str(path), line_of(source, *at), text) for at, text in faults(plan, told)]
    if wrong:
        raise MappingError(wrong)
    return mapped(mappings.study, plan, told)
