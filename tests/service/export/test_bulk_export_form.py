"""A line goes out in the version and with the elements that were asked for, and is valid as it stands then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import check
from natars_fhir.fhir.elements import SUBSETTED
from natars_fhir.fhir.r5_models import problems
from natars_fhir.service.export import bulk_export_form
from natars_fhir.service.export.bulk_export_asked import Wanted
from natars_fhir.service.export.bulk_export_filter import read
from natars_fhir.service.export.bulk_export_form import formed
from natars_fhir.service.export.exported import TYPES, Asked, Line, exported
from natars_fhir.store.engine import open_store
from tests.service.export.test_endpoints import AS_OF, CASES
from tests.service.hospital import Hospital, intake, mappings


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Line]]:
    """A subject's lines, two of each type."""
    folder: Path = tmp_path_factory.mktemp("formed")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    Hospital(store, "hospital-c").push((CASES["hospital-c"] / "bundle.json").read_bytes())
    whole = list(exported(store, intake(), Asked((mappings().sites["hospital-c"],), AS_OF)))
    yield [line for kind in TYPES for line in [one for one in whole if one.kind == kind][:2]]
    store.close()


def out(line: Line, told: list[Issue] | None = None, **asked: object) -> bytes | None:
    return formed(line.raw, line.kind, Wanted(**asked), ([] if told is None else told).append)  # type: ignore[arg-type]


def test_without_a_wish_a_line_goes_out_in_its_bytes(lines: list[Line]) -> None:
    assert [out(line) for line in lines] == [line.raw for line in lines]
    assert {line.kind for line in lines} == {*TYPES}


def test_what_passes_no_filter_of_its_type_does_not_go_out(lines: list[Line]) -> None:
    wanted = (read("Observation?_id=nobody"),)
    assert {line.kind for line in lines if out(line, filters=wanted) is None} == {"Observation"}


def test_with_the_elements_that_are_asked_for_every_line_is_still_valid(lines: list[Line]) -> None:
    for line in lines:
        raw, other = (out(line, elements=("Patient.gender",), version=name) for name in ("R4", "R5"))
        assert raw is not None
        assert check(json.loads(raw)) == []
        assert problems(json.loads(other or b"")) == []
        assert (b"SUBSETTED" in raw) == (len(json.loads(raw)) < len(json.loads(line.raw)))
        assert len(raw) <= len(line.raw) + len(json.dumps(SUBSETTED)) + 2


def test_in_r5_every_line_is_said_whole_and_is_valid(lines: list[Line]) -> None:
    told: list[Issue] = []
    made = {line.kind: out(line, told, version="R5") for line in lines}
    assert told == []
    assert all(made.values())
    subject = json.loads(made["ResearchSubject"] or b"")
    assert (subject["status"], "individual" in subject, "subject" in subject) == ("active", False, True)
    assert b"occurrenceDateTime" in (made["Procedure"] or b"")


def test_in_r5_elements_go_by_the_names_of_r5(lines: list[Line]) -> None:
    (procedure, *_) = [line for line in lines if line.kind == "Procedure"]
    made = json.loads(out(procedure, version="R5", elements=("Procedure.occurrence",)) or b"")
    assert made.keys() == {"resourceType", "id", "meta", "status", "subject", "occurrenceDateTime"}


def test_what_is_no_valid_r5_does_not_go_out_and_is_told(lines: list[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Issue] = []
    monkeypatch.setattr(bulk_export_form, "problems", lambda _: [Issue("error", "value", "Patient", "PLANTED")])
    (patient, *_) = [line for line in lines if line.kind == "Patient"]
    assert out(patient, told, version="R5") is None
    assert [(one.severity, one.expression) for one in told] == [("error", "Patient")]
    assert "PLANTED" not in str(told)
