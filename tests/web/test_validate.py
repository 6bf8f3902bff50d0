"""`$validate` over HTTP: at both bases and at every type, for a known site alone, and nothing is kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.core import metadata
from tests.service.hospital import Node, born_on_30_february, bundle, condition, patient, transaction
from tests.web.caller import Caller, code

R5_DOSE = {
    "resourceType": "MedicationAdministration",
    "status": "completed",
    "subject": {"reference": "Patient/1"},
    "medication": {"concept": {"text": "多柔比星"}},
    "occurenceDateTime": "2024-02-30",
}


#: R5, but for the word of its status
R4_WORD = {"resourceType": "MedicationStatement", "id": "m", "status": "active", "subject": {"reference": "Patient/1"}}
R4_WORD |= {"medication": {"concept": {"text": "多柔比星"}}}
OF_R4, OF_R5 = ({"content_type": f"application/fhir+json; fhirVersion={number}"} for number in ("4.0", "5.0"))


def places(response: Any) -> list[str]:
    return [expression for issue in response.json()["issue"] for expression in issue.get("expression", [])]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/fhir/r4/$validate", patient(), []),
        ("/fhir/r4/Patient/$validate", patient(), []),
        ("/fhir/r4/$validate", born_on_30_february(), ["Patient.birthDate"]),
        ("/fhir/r4/Bundle/$validate", transaction(patient(), born_on_30_february()),
         ["Bundle.entry[1].resource.birthDate"]),
        ("/fhir/r4/$validate", R5_DOSE, ["MedicationAdministration.medication", "MedicationAdministration"]),
        ("/fhir/r5/$validate", R5_DOSE, ["MedicationAdministration.occurenceDateTime"]),
        ("/fhir/r5/MedicationAdministration/$validate", R5_DOSE, ["MedicationAdministration.occurenceDateTime"]),
        ("/fhir/r5/$validate", R4_WORD, ["MedicationStatement.status"]),
        ("/fhir/r5/$validate", bundle("collection", patient(), R5_DOSE | {"id": "d"}),
         ["Bundle.entry[1].resource.occurenceDateTime"]),
    ],
)  # fmt: skip
def test_every_problem_is_told_with_its_place(shared: Caller, path: str, body: Node, expected: list[str]) -> None:
    response = shared("POST", path, body)
    assert response.status_code == 200
    assert set(expected) <= set(places(response))
    assert bool(expected) == bool(places(response))
    assert response.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "issue"),
    [
        ("POST", "/fhir/r4/$validate", b"", {}, 400, "structure"),
        ("POST", "/fhir/r4/$validate", b"{", {}, 400, "structure"),
        ("POST", "/fhir/r4/$validate", b"<Patient/>", {"content_type": "application/fhir+xml"}, 415, "not-supported"),
        ("POST", "/fhir/r4/$validate", patient(), OF_R5, 415, "not-supported"),
        ("POST", "/fhir/r5/$validate", patient(), OF_R4, 415, "not-supported"),
        ("POST", "/fhir/r4/$validate", b"{}", {"content_encoding": "br"}, 415, "not-supported"),
        ("POST", "/fhir/r4/Observation/$validate", patient(), {}, 400, "invalid"),
        ("POST", "/fhir/r4/Transport/$validate", patient(), {}, 404, "not-found"),
        ("POST", "/fhir/r5/Media/$validate", patient(), {}, 404, "not-found"),
        ("POST", "/fhir/r4/Patient/1/$validate", patient(), {}, 404, "not-found"),
        ("GET", "/fhir/r4/$validate", None, {}, 405, "not-supported"),
        ("GET", "/fhir/r4/Patient/$validate", None, {}, 405, "not-supported"),
    ],
)  # fmt: skip
def test_a_request_that_is_none_is_told(
    call: Caller, method: str, path: str, body: Any, headers: dict[str, str], status: int, issue: str
) -> None:
    response = call(method, path, body, **headers)
    assert (response.status_code, code(response)) == (status, issue)


def test_only_a_known_site_is_answered(tmp_path: Path) -> None:
    call = Caller(tmp_path, tokens={"secret of a": "hospital-a"})
    assert call("POST", "/fhir/r4/$validate", patient()).status_code == 401
    assert call("POST", "/fhir/r4/$validate", patient(), authorization="Bearer secret of a").status_code == 200


def test_too_much_is_refused(tmp_path: Path) -> None:
    call = Caller(tmp_path, most_bytes=10_000, most_entries=1)
    assert call("POST", "/fhir/r4/$validate", b" " * 10_001).status_code == 413
    assert call("POST", "/fhir/r4/$validate", bundle("collection", patient("1"), patient("2"))).status_code == 413


def test_nothing_is_kept_and_nothing_is_logged_of_it(call: Caller) -> None:
    with capture_logs() as logs:
        response = call(
            "POST", "/fhir/r4/$validate?mode=PLANTED", transaction(patient("PLANTED"), condition(text="PLANTED"))
        )
        call("POST", "/fhir/r4/PLANTED/$validate", patient())
    assert response.status_code == 200
    assert "PLANTED" not in response.text + str(logs)
    assert [entry["route"] for entry in logs] == ["/fhir/r4/$validate", "/fhir/r4/{kind}/$validate"]
    store = open_store(call.settings.database)
    with store.read() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
    store.close()
    assert {name for name, count in counts.items() if count} <= {"store"}
