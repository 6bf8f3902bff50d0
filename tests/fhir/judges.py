"""What each of several judges of FHIR catches, on one list of invalid and valid cases: docs/judges.md.

A judge catches a case when it calls it wrong, for whatever reason: a refusal counts, and so does a crash on the
resource itself. Warnings do not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fhirkit
from fhir.resources.R4B import get_fhir_model_class
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

from natars_fhir.fhir.check import Level, check_bytes
from natars_fhir.fhir.decode import Decoder
from natars_fhir.fhir.r4.structs import RESOURCES

Case = dict[str, Any]
#: Does it call these bytes wrong?
Judge = Callable[[bytes], bool]

CASES = Path(__file__).with_name("check_cases")


@cache
def cases(name: str) -> tuple[Case, ...]:
    """The cases of ``invalid`` or ``valid``."""
    return tuple(json.loads((CASES / f"{name}.json").read_text(encoding="utf-8")))


def raw_of(case: Case) -> bytes:
    """What is sent: the text as it stands, or the resource."""
    return (case["text"] if "text" in case else json.dumps(case["resource"], ensure_ascii=False)).encode()


def classes() -> list[str]:
    """The classes of faults, in the order of the list."""
    return list(dict.fromkeys(case["class"] for case in cases("invalid")))


# The judges


def _walker(level: Level) -> Judge:
    return lambda raw: any(issue.severity in ("error", "fatal") for issue in check_bytes(raw, level)[1])


def _fast(raw: bytes) -> bool:
    return _decoder().fast(raw) is None


def _fhirkit(raw: bytes) -> bool:
    try:
        return any(issue.severity == "error" for issue in fhirkit.validate(raw))
    except (ValueError, UnicodeDecodeError):
        return True


def _fhir_resources(raw: bytes) -> bool:
    try:
        resource = json.loads(raw)
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return True
    return False


def _pyfhircheck(raw: bytes) -> bool:
    """In memory: only its command and `validate_path` write a folder evidence/."""
    try:
        return bool(_validator().validate_resource(json.loads(raw)).errors)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return True


@cache
def _decoder() -> Decoder:
    return Decoder(RESOURCES)


@cache
def _validator() -> Validator:
    """Extensions that it does not know are no fault of the sender's: a hospital may have its own."""
    return Validator(ValidatorConfig(allow_unknown_extensions=True))


OURS = "ours, conformant"
JUDGES: Mapping[str, Judge] = {
    OURS: _walker("conformant"),
    "ours, readable": _walker("readable"),
    "ours, the fast way": _fast,
    "fhirkit-rs": _fhirkit,
    "fhir.resources R4B": _fhir_resources,
    "pyfhircheck": _pyfhircheck,
}
OTHERS = tuple(name for name in JUDGES if not name.startswith("ours"))


@cache
def found(name: str) -> Mapping[str, frozenset[str]]:
    """Case → who calls it wrong."""
    return {
        case["id"]: frozenset(judge for judge, wrong in JUDGES.items() if wrong(raw_of(case))) for case in cases(name)
    }


# What we do not call an error and another judge does, each with its reason

_BLANKS = (
    "A warning: blanks are a slip of typing, and what stands between them can be read. Nobody loses a code to one."
)
_ELSEWHERE = (
    "To see it one must read another resource. The walker judges each by itself; references are followed when facts "
    "are read."
)
ARGUED: Mapping[str, str] = {
    "reference-resolved-to-another-type": _ELSEWHERE,
    "answer-not-what-is-asked": "To see it one must read the Questionnaire; no fact is read from answers to a form.",
    "bundle-link-twice": "R4 says nothing of it, and no fact depends on it.",
    "bundle-same-resource-twice": "R4 forbids one fullUrl twice (bdl-7), which we tell. One resource told twice is two "
    "versions of it; the later one counts.",
    "reference-type-unknown": "A warning: R4 binds Reference.type extensibly, so a name that R4 has not is no error.",
    "system-relative": "A warning: hospitals name their own code systems so, and the site's mapping can hold the name.",
    **dict.fromkeys(
        (
            "warn-code-blank",
            "warn-code-full-width-blank",
            "warn-code-double-blank",
            "warn-system-blank",
            "warn-uri-blank",
        ),
        _BLANKS,
    ),
}


# The tables of docs/judges.md


def caught() -> Iterator[tuple[str, ...]]:
    """A row for each class of faults: how many cases there are, and how many each judge catches."""
    told = found("invalid")
    for name in classes():
        yield _row(name, [case["id"] for case in cases("invalid") if case["class"] == name], told)
    yield _row("**all**", list(told), told)


def refused() -> Iterator[tuple[str, ...]]:
    """What each judge refuses of the valid cases."""
    told = found("valid")
    yield _row("valid", list(told), told)


def _row(name: str, ids: list[str], told: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    counts = (sum(judge in told[case] for case in ids) for judge in JUDGES)
    return (name, str(len(ids)), *(str(count) for count in counts))


def missed() -> Iterator[tuple[str, ...]]:
    """What others catch and we do not: case, who catches it, why we do not."""
    told = found("invalid")
    for case in cases("invalid"):
        if case["id"] in ARGUED:
            who = ", ".join(judge for judge in OTHERS if judge in told[case["id"]])
            yield f"`{case['id']}`: {case['why']}", who, ARGUED[case["id"]]


def misjudged() -> Iterator[tuple[str, ...]]:
    """The valid cases that a judge refuses, and who."""
    told = found("valid")
    for case in cases("valid"):
        if who := [judge for judge in OTHERS if judge in told[case["id"]]]:
            yield f"`{case['id']}`: {case['why']}", ", ".join(who)
