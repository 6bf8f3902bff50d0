"""Of a document in which a name stands twice nothing is lost: what can be told apart counts, the rest is kept apart."""

from __future__ import annotations

import json

import pytest

from natars_fhir.fhir.named_once import TWICE
from natars_fhir.store import quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Unused
from tests.service.hospital import Hospital

GOOD, OTHER = '{"resourceType":"Patient","id":"1"}', '{"resourceType":"Patient","id":"2"}'
PUT = '{"method":"PUT","url":"Patient/1"}'
ENTRY = f'{{"resource":{GOOD},"request":{PUT}}}'
#: Which of two it is, nobody can say.
TWO = f'{{"resource":{GOOD},"resource":{OTHER},"request":{PUT}}}'
ASKS = f'{{"resource":{OTHER},"request":{{"method":"PUT","method":"GET","url":"Patient/2"}}}}'


def apart(store: Store) -> list[Unused]:
    with store.read() as connection:
        return [*quarantine.set_aside(connection, "generic")]


@pytest.mark.parametrize("twice", [TWO, ASKS])
def test_in_a_batch_such_an_entry_costs_itself_alone_and_is_kept_apart(
    hospital: Hospital, store: Store, twice: str
) -> None:
    answer = hospital.push(f'{{"resourceType":"Bundle","type":"batch","entry":[{twice},{ENTRY}]}}'.encode())
    told = [one["response"] for one in answer.body["entry"]]
    assert [one["status"] for one in told] == ["422 Unprocessable Entity", "201 Created"]
    assert [one["diagnostics"] for one in told[0]["outcome"]["issue"]] == [TWICE.text]
    assert [(one.place, one.raw.decode()) for one in apart(store)] == [("Bundle.entry[0]", twice)]


@pytest.mark.parametrize(
    "document",
    [
        f'{{"resourceType":"Bundle","type":"transaction","entry":[{ENTRY},{TWO}]}}',
        f'{{"resourceType":"Bundle","type":"batch","entry":[{ENTRY}],"entry":[]}}',
        f'{{"resourceType":"Bundle","type":"batch","entry":[{ENTRY}],"resourceType":"Patient"}}',
        f'{{"resourceType":"Patient","resourceType":"Bundle","type":"batch","entry":[{ENTRY}]}}',
        f'{{"resourceType":"Patient","id":"1","resourceType":"Parameters","parameter":[{{"resource":{GOOD}}}]}}',
        f'{{"resourceType":"Parameters","parameter":[{{"resource":{GOOD}}}],"parameter":[]}}',
        '{"resourceType":"Bundle","resourceType":"Patient"}',
    ],
)
def test_such_a_document_is_refused_whole_and_kept_apart(hospital: Hospital, store: Store, document: str) -> None:
    answer = hospital.push(document.encode())
    assert (answer.status, answer.body["resourceType"]) == (422, "OperationOutcome")
    assert TWICE.text in json.dumps(answer.body)
    assert [one.raw.decode() for one in apart(store)] == [document]
