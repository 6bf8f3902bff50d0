"""What is measured: each alternative prepares itself (imports, models) and gives the run that the clock sees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from natars_fhir.domain.screening import Screening

#: Those of the checkout: the pure pipeline knows no settings, and what reads those (pydantic) is not measured with it.
MAPPINGS = Path(__file__).parents[1] / "mappings"

#: Reads a file of NDJSON and says what came of it; two runs that claim the same work must say the same.
Run = Callable[[Path], str]


def fhir_resources_parse() -> Run:
    """fhir.resources, R4B classes: parsing each resource, and nothing else."""
    from fhir.resources.R4B import get_fhir_model_class

    def parse(line: bytes) -> bool:
        resource = json.loads(line)
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        return True

    return _each(parse)


def fhirkit_check() -> Run:
    """fhirkit: all structural problems of each resource."""
    import fhirkit

    return _each(lambda line: not fhirkit.validate(line))


def fast_check() -> Run:
    """Our fast way: one strict decode. As in `screen`, the collector of garbage is spared."""
    from natars_fhir.collector import spare_the_collector
    from natars_fhir.fhir.decode import Decoder
    from natars_fhir.fhir.r4.structs import RESOURCES

    spare_the_collector()
    decode = Decoder(RESOURCES)
    return _each(lambda line: decode(line).resource is not None)


def walker_check() -> Run:
    """Our thorough way: the walker, which lists every problem. As in `validate`, the collector of garbage is spared."""
    from natars_fhir.collector import spare_the_collector
    from natars_fhir.fhir.check import check_bytes

    spare_the_collector()
    return _each(lambda line: not check_bytes(line)[1])


def pipeline() -> Run:
    """File to verdicts, as `screen --routed` does it: results that nothing asks for are let go."""
    return _screening(routed=True)


def pipeline_decode_all() -> Run:
    """File to verdicts, as `natars-fhir screen` does it: every resource of a type that a view reads is decoded."""
    return _screening(routed=False)


def header_decode() -> Run:
    """Type and id of each resource, by msgspec: what the hardware allows (simdjson is of that class)."""
    import msgspec

    class Header(msgspec.Struct):
        resourceType: str  # noqa: N815 (FHIR's name)
        id: str

    decode = msgspec.json.Decoder(Header).decode
    return _each(lambda line: bool(decode(line).id))


def read_lines() -> Run:
    """The file, line by line."""
    return _each(bool)


def _screening(*, routed: bool) -> Run:
    from datetime import date

    from natars_fhir.bulk.screen import screen_files
    from natars_fhir.mapping.documents import DocumentReader
    from natars_fhir.mapping.files import load
    from natars_fhir.mapping.site import compiled

    mappings = load(MAPPINGS)
    reader = DocumentReader(compiled(mappings, "hospital-a"), routed=routed)

    def run(path: Path) -> str:
        tally, outcomes = screen_files([path], reader, mappings.study, date(2024, 6, 15))
        if not tally.all_read:
            raise ValueError("the made data is valid: a run that refuses any of it does not count")
        return _digest(f"{one.record.patient.reference} {_answers(one.screening)}" for one in outcomes)

    return run


def _answers(screening: Screening) -> str:
    """The verdict and every answer, in the protocol's order: a digit each."""
    return screening.verdict + bytes([finding.answer for _, finding in screening.findings]).hex()


def _each(accepts: Callable[[bytes], bool]) -> Run:
    def run(path: Path) -> str:
        count = 0
        with path.open("rb") as lines:
            for line in lines:
                if not accepts(line):
                    raise ValueError("the made data is valid: an alternative that refuses any of it does not count")
                count += 1
        return f"{count} accepted"

    return run


def _digest(rows: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


ALTERNATIVES: dict[str, Callable[[], Run]] = {
    "fhir-resources-parse": fhir_resources_parse,
    "fhirkit-check": fhirkit_check,
    "fast-check": fast_check,
    "walker-check": walker_check,
    "pipeline": pipeline,
    "pipeline-decode-all": pipeline_decode_all,
    "header-decode": header_decode,
    "read-lines": read_lines,
}
