"""Which documents are taken in at once: those that have nothing in common, and ask nothing of what is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.service.ingest.pushed import Pushed, runs
from tests.service.hospital import (
    MRN,
    NOW,
    Node,
    born_on_30_february,
    bundle,
    condition,
    dose,
    encounter,
    intake,
    medication,
    patient,
    pushed,
    reader,
    transaction,
)


def asking(resource: Node, **request: str) -> Node:
    """A transaction of one resource, with another request."""
    made = transaction(resource)
    made["entry"][0]["request"] |= request
    return made


FIRST = pushed(transaction(patient("1", "n1"), condition()))


@pytest.mark.parametrize(
    ("second", "together"),
    [
        pytest.param(transaction(patient("2", "n2"), condition("c2", of="Patient/2")), True, id="another patient's"),
        pytest.param(bundle("collection", encounter()), True, id="what is let go"),
        pytest.param(bundle("collection", patient("2"), born_on_30_february("3")), True, id="a part of it unreadable"),
        pytest.param(condition("c2", of="Patient/2"), True, id="a single resource"),
        pytest.param(transaction(condition("c2")), False, id="the same patient's"),
        pytest.param(transaction(patient("2", "n1")), False, id="a patient with the same number"),
        pytest.param(transaction(condition("c1", of="Patient/2")), False, id="the same resource, of somebody else"),
        pytest.param(asking(condition("c1", of="Patient/2"), method="DELETE"), False, id="the same resource, gone"),
        pytest.param(b"{", False, id="what is refused whole"),
        pytest.param(
            asking(condition("c2", of="Patient/2"), method="POST", ifNoneExist=f"identifier={MRN}|k"), False,
            id="a condition",
        ),
        pytest.param(
            asking(condition("c2", of="Patient/2"), url=f"Condition?identifier={MRN}|k"), False, id="by a condition",
        ),
        pytest.param(asking(condition("c2", of="Patient/2"), ifMatch='W/"1"'), False, id="a version that is expected"),
        pytest.param(
            transaction(condition("c2", of=f"Patient?identifier={MRN}|n9")), False, id="a conditional reference"
        ),
        pytest.param({"resourceType": "Task", "id": "t"}, False, id="what may be an answer to a request of ours"),
    ],
)  # fmt: skip
def test_what_has_nothing_in_common_with_another_goes_with_it(second: Node | bytes, together: bool) -> None:
    one = pushed(second)
    assert ([*runs([FIRST, one])] == [[FIRST, one]]) is together
    assert ([*runs([one, FIRST])] == [[one, FIRST]]) is together


def test_what_facts_rest_on_is_in_common() -> None:
    rests = pushed(transaction(dose(of="Patient/2")))
    assert len([*runs([rests, pushed(transaction(medication()))])]) == 2
    assert len([*runs([rests, pushed(transaction(medication("m2")))])]) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(FIRST, now=NOW + timedelta(days=1)), id="of another day"),
        pytest.param(replace(FIRST, act="load"), id="on another occasion"),
        pytest.param(replace(FIRST, intake=replace(intake(), after=True)), id="screened otherwise"),
        pytest.param(replace(FIRST, reader=reader("hospital-a")), id="of another site"),
        pytest.param(replace(FIRST, came=NOW), id="tried once more"),
    ],
)
def test_what_is_taken_in_otherwise_goes_by_itself(other: Pushed) -> None:
    second = pushed(transaction(patient("2")))
    assert [*runs([other, second])] == [[other], [second]]


_ONE = st.builds(
    lambda who, what: pushed(transaction(patient(who), condition(what, of=f"Patient/{who}"))),
    st.sampled_from("12345"),
    st.sampled_from(["c1", "c2", "c3", "c4"]),
)


@given(st.lists(_ONE | st.just(pushed(b"{")), max_size=8))
def test_runs_keep_the_order_and_hold_nothing_in_common(several: list[Pushed]) -> None:
    told = [*runs(several)]
    assert [one for run in told for one in run] == several
    for run in told:
        assert sum(len(one.touches) for one in run) == len({name for one in run for name in one.touches})
        assert len(run) == 1 or not any(one.goes_alone for one in run)
