"""What two mappings make of one patient, compared: values with their places, answers, verdicts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.mapping.heard.difference import NOBODY, Change, Stand, changes, counts, stand
from tests import ward
from tests.ward import observation

SIZE, HERE = "tumour-size", "Observation/1 Observation.valueQuantity"


def one(*facts: tuple[str, str, str], verdict: str = "candidate", **answers: str) -> Stand:
    return Stand(Counter(facts), answers, verdict, in_scope=True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(one((SIZE, HERE, "9 cm")), one((SIZE, HERE, "9 cm")), [], id="the same"),
        pytest.param(
            one((SIZE, HERE, "9 cm")), one((SIZE, HERE, "90 cm")),
            [("value", SIZE, "9 cm", "90 cm", HERE)], id="another value at the same place is one change",
        ),
        pytest.param(one(), one((SIZE, HERE, "9 cm")), [("value", SIZE, "", "9 cm", HERE)], id="a new value"),
        pytest.param(one((SIZE, HERE, "9 cm")), one(), [("value", SIZE, "9 cm", "", HERE)], id="a value that is gone"),
        pytest.param(
            one((SIZE, HERE, "9 cm")), one(("wbc", HERE, "9 cm")),
            [("value", SIZE, "9 cm", "", HERE), ("value", "wbc", "", "9 cm", HERE)], id="another concept is two",
        ),
        pytest.param(
            one((SIZE, HERE, "9 cm"), (SIZE, HERE, "9 cm")), one((SIZE, HERE, "9 cm")),
            [("value", SIZE, "9 cm", "", HERE)], id="told once and not twice",
        ),
        pytest.param(
            one(**{"I-11": "no"}), one(verdict="ineligible", **{"I-11": "yes"}),
            [("verdict", "", "candidate", "ineligible", ""), ("answer", "I-11", "no", "yes", "")], id="both",
        ),
        pytest.param(
            one(), NOBODY, [("verdict", "", "candidate", "", ""), ("scope", "", "in scope", "not in scope", "")],
            id="a patient who is gone",
        ),
    ],
)  # fmt: skip
def test_what_differs_is_told(old: Stand, new: Stand, told: list[tuple[str, ...]]) -> None:
    assert changes({"p": old}, {"p": new}) == [Change("p", *change) for change in told]  # type: ignore[arg-type]


def test_the_figures_count_values_patients_answers_and_verdicts() -> None:
    old = {"p": one((SIZE, HERE, "1 cm"), **{"I-11": "no"}), "q": one((SIZE, HERE, "1 cm")), "r": one()}
    new = {"p": one((SIZE, HERE, "2 cm"), verdict="ineligible", **{"I-11": "yes"}), "q": one(), "r": one()}
    assert counts(changes(old, new)) == (2, 2, 1, 1)


FACTS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from("12")), max_size=5)


@given(FACTS, FACTS)
def test_the_changes_lead_from_one_side_to_the_other(old: list[Any], new: list[Any]) -> None:
    told = changes({"p": one(*old)}, {"p": one(*new)})
    gone = Counter((c.name, c.place, c.before) for c in told if c.before)
    come = Counter((c.name, c.place, c.after) for c in told if c.after)
    assert Counter(old) - gone + come == Counter(new)


def test_a_value_is_told_with_what_would_be_a_change_and_without_its_mapping() -> None:
    sent = ward.bundle(
        {"resourceType": "Patient", "id": "p1"},
        observation("tumour-size", "a", valueQuantity={"value": 12, "unit": "cm", "comparator": ">"}),
        observation("ihc-mdm2", "b", status="preliminary", valueString="弱（+）"),
    )
    found = ward.outcome(sent)
    values = {concept: value for concept, _, value in stand(found.record, found.screening).facts}
    assert values["tumour-size"] == "12–… cm, 2024-05-01"
    assert values["ihc-mdm2"] == "positive, intensity weak, 2024-05-01, pending"
