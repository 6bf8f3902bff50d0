"""An address that is none says why: who writes `patient`, or an id with an underscore, is not left to guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.web.nowhere import why_nowhere
from tests.service.hospital import patient
from tests.web.caller import Caller, code

CASES = {
    "patient/1": (404, "not-supported"),
    "patient": (404, "not-supported"),
    "Patinet/1": (404, "not-supported"),
    "Patient/a_1": (400, "value"),
    "Patient/" + "a" * 65: (400, "value"),
    "Patient/患者": (400, "value"),
    "Patient/a b/_history": (400, "value"),
    "Patient/": (404, "not-found"),
    "Patient/1/": (404, "not-found"),
    "Patient/1/$everything": None,
    "Patient/$everything": None,
    "Patient/_search/more": None,
    "$everything": None,
    "": None,
}


@pytest.mark.parametrize(("path", "why"), CASES.items(), ids=CASES)
def test_what_is_wrong_with_an_address_is_told(path: str, why: tuple[int, str] | None) -> None:
    found = why_nowhere("PUT", path, "R4")
    assert (found and found[:2]) == why


def test_who_reads_under_such_an_id_finds_nothing() -> None:
    assert (why_nowhere("GET", "Patient/a_1", "R4") or ())[:2] == (404, "not-found")


def test_a_type_of_the_other_version_is_none_of_this_one() -> None:
    assert why_nowhere("GET", "Transport/1", "R5") is None
    assert why_nowhere("GET", "Transport/1", "R4") is not None


def test_it_is_told_over_http_and_keeps_nothing_of_the_address(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    asked = [call("PUT", "/fhir/r4/Patient/b_0017", patient()), call("GET", "/fhir/r5/patient/1")]
    assert [(one.status_code, code(one)) for one in asked] == [(400, "value"), (404, "not-supported")]
    assert not any("0017" in one.text or "patient/1" in one.text for one in asked)
    elsewhere = call("GET", "/fhir/r6/Patient/b_0017")
    assert (elsewhere.status_code, code(elsewhere)) == (404, "not-found")
