"""Documents of a stream are read type by type, and nobody who asks for them sees it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from natars_fhir.bulk import by_type
from natars_fhir.bulk.by_type import read_by_type
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.reading import ReadDocument, Reading
from tests.ward import SNOMED, bundle, concept, observation, raw, reader, resource

POSITIVE = concept(SNOMED, "10828004")
BROKEN = Issue("error", "incomplete", "", "The file is cut off or damaged: what follows could not be read.")
MIXED: list[Any] = [
    observation("ihc-mdm2", "o1", valueCodeableConcept=POSITIVE),
    resource("Patient", "p1", birthDate="1960-01-01"),
    observation("ihc-cdk4", "o2", valueCodeableConcept=POSITIVE),
    bundle(observation("ihc-s100", "o3", valueCodeableConcept=POSITIVE)),
    resource("Encounter", "e1", status="finished", **{"class": {"code": "AMB"}}),
    {**observation("ihc-mdm2", "o4", valueCodeableConcept=POSITIVE), "status": "done"},
    resource("Patient", "p2", birthDate="1961-01-01"),
]


def stream(count: int = 1) -> list[Document]:
    return [Document("a", raw(one), line) for line, one in enumerate(MIXED * count, 1)]


def keys(told: Reading | ReadDocument | None) -> list[str]:
    several = told.readings if isinstance(told, ReadDocument) else () if told is None else (told,)
    return [one.key for one in several]


@pytest.mark.parametrize("most", [1, 2, 3, 1_000])
def test_documents_come_in_their_order_and_say_what_each_says_alone(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_type, "_MOST", most)
    given, one_by_one = stream(2), reader("generic")
    found = list(read_by_type(iter(given), reader("generic")))
    assert [document for document, _ in found] == given
    for document, told in found:
        alone = one_by_one(document.raw)
        assert told == alone if isinstance(told, ReadDocument) else (told,) == alone.readings


def test_what_has_no_bytes_keeps_its_place_and_is_not_read() -> None:
    given = [*stream()[:2], Document("a", b"", issues=(BROKEN,)), *stream()[2:3]]
    assert [keys(told) for _, told in read_by_type(given, reader("generic"))] == [
        ["Observation/o1"], ["Patient/p1"], [], ["Observation/o2"],
    ]  # fmt: skip


def test_those_of_one_type_and_code_are_read_together() -> None:
    asked: list[bytes] = []

    class Watched:
        route = None
        asked = staticmethod(lambda line: asked.append(line))
        several = staticmethod(lambda line: ReadDocument("", ()))

    list(read_by_type(stream(2), Watched()))  # type: ignore[arg-type]
    kinds = [(line[17:23], line[line.find(b'"code"') :][:70]) for line in asked]
    assert len(kinds) == 2 * len(MIXED)
    assert len([1 for one, other in pairwise(kinds) if one != other]) == len(set(kinds)) - 1


def test_no_more_is_held_than_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_type, "_MOST_BYTES", len(raw(MIXED[0])))
    fetched: list[int] = []

    def counted() -> Iterator[Document]:
        for document in stream():
            fetched.append(document.line or 0)
            yield document

    next(read_by_type(counted(), reader("generic")))
    assert fetched == [1, 2]
