"""Exact values, from the bytes that came to the JSON that goes out: digits, offsets, fractions, and the bytes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from natars_fhir.cli import run
from natars_fhir.emit.prefilled import as_json
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.quote import quote
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.worklist.worklist import history_of, screening_of
from natars_fhir.store import versions
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import resource_version
from tests import ward
from tests.service.hospital import NOW, intake, mappings
from tests.service.hospital import reader as reader_of
from tests.ward import ICD_10, OWN, concept, resource

#: written as no JSON library of ours would write it
SIZE = """{ "resourceType":"Observation", "id" :"o1",
  "status":"final", "code":{"coding":[{"system":"OWN","code":"tumour-size"}]},"subject":{"reference":"Patient/p1"},
  "effectiveDateTime":"2024-05-01T10:00:00.120+05:30", "issued":"2024-05-01T23:59:59.9990000-03:00",
  "valueQuantity":{"value":NUMBER,"unit":"cm", "system":"http://unitsofmeasure.org","code":"cm" } }"""
SARCOMA = resource("Condition", "c1", code=concept(ICD_10, "C48.0", text="腹膜后平滑肌肉瘤"))

#: as they are written, and as they go out
NUMBERS = [
    "1.50",
    "1.5",
    "12",
    "12.0",
    "0.010",
    "99.99999999999999999",
    "12.345678901234567890",
    "12.345678901234567",
    "0.10000000000000001",
]


def low(text: str) -> str:
    """The digits of the one size in the contract's JSON."""
    return text.partition('"concept":"tumour-size","value":{"low":')[2].partition(",")[0]


def sent(number: str) -> bytes:
    return SIZE.replace("OWN", OWN).replace("NUMBER", number).encode()


@pytest.fixture(autouse=True)
def _mappings_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_keeps_its_digits_from_a_file_to_the_json(
    number: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(sent(number))
    assert run(["screen", str(path), "--format", "json", "--as-of", "2024-06-15"]) == 0
    assert low(capsysbinary.readouterr().out.decode()) == number


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_keeps_its_digits_through_the_store(number: str, store: Store) -> None:
    for document in (sent(number), ward.raw(SARCOMA)):
        push(store, intake(), reader_of(), document, NOW)
    found = screening_of(store, mappings().study, "generic", "Patient/p1", NOW)
    assert low(as_json(found).decode()) == number
    *_, last = history_of(store, "generic", "Patient/p1")
    assert low(as_json(last.body).decode()) == number


@pytest.mark.parametrize(
    "more", ['"_status":{"id":"x"},', '"modifierExtension":[{"url":"urn:x","valueCode":"y"}],', ""]
)
@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_number_keeps_its_digits_where_a_second_look_or_another_version_is_read(more: str, version: Name) -> None:
    raw = sent("12.340").replace(b'"status"', more.encode() + b'"status"', 1)
    (reading,) = reader_of("generic", version)(raw).readings
    (fact,) = reading.facts
    assert str(fact.value.low) == "12.340"  # type: ignore[union-attr]


def test_what_was_read_before_changes_no_digits() -> None:
    for number in ("1.50", "1.5", "1.500"):
        (fact,) = ward.reader()(sent(number)).readings[0].facts
        assert str(fact.value.low) == number  # type: ignore[union-attr]


def test_a_number_in_another_unit_is_exact_and_not_rounded() -> None:
    raw = sent("123.4567890123456789").replace(b'"cm"', b'"mm"')
    (fact,) = ward.reader()(raw).readings[0].facts
    assert fact.value.low == Decimal("12.34567890123456789")  # type: ignore[union-attr]


def test_moments_keep_their_offset_and_their_fraction(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(sent("1"))
    run(["screen", str(path), "--format", "json", "--as-of", "2024-06-15"])
    (fact,) = json.loads(capsysbinary.readouterr().out)["facts"]
    assert (fact["when"], fact["known"]) == ("2024-05-01T10:00:00.120+05:30", "2024-05-01T23:59:59.9990000-03:00")


@pytest.mark.parametrize(
    "wrap", ["IT", '\ufeff{"resourceType":"Bundle","type":"collection","entry":[ {"resource":IT } ]}']
)
def test_the_bytes_of_the_evidence_are_kept_as_they_came(store: Store, wrap: str) -> None:
    raw = wrap.replace("IT", sent("1.50").decode()).encode()
    push(store, intake(), reader_of(), raw, NOW)
    with store.read() as connection:
        (key,) = connection.execute(select(resource_version.c.key)).scalars()
        (kept,) = versions.versions(connection, "generic", key)
    assert kept.raw == sent("1.50")


def test_what_is_quoted_has_the_digits_that_were_written() -> None:
    ((reading, found),) = ward.reader().resources(sent("15.50"))
    assert quote(reading.facts[0].evidence, found) == "15.50 cm"
