"""What is measured: each alternative prepares itself (imports, models) and gives the run that the clock sees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

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
    """Our fast way: one strict decode."""
    from natars_fhir.fhir.decode import Decoder

    decode = Decoder().decode
    return _each(lambda line: decode(line) is not None)


def walker_check() -> Run:
    """Our thorough way: the walker, which lists every problem."""
    from natars_fhir.fhir.check import check_bytes

    return _each(lambda line: not check_bytes(line))


def pipeline() -> Run:
    """File to verdicts, routed by code."""
    return _screening(decode_all=False)


def pipeline_decode_all() -> Run:
    """File to verdicts, every resource decoded strictly."""
    return _screening(decode_all=True)


def read_lines() -> Run:
    """The file, line by line."""
    return _each(bool)


def _screening(*, decode_all: bool) -> Run:
    from natars_fhir.bulk.screen import screen_files

    def run(path: Path) -> str:
        return _digest(str(screening) for screening in screen_files([path], decode_all=decode_all))

    return run


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
    "read-lines": read_lines,
}
