"""A subject by pseudonym: a statistician can rebuild each value by hand from the lines, which hold no date."""

from __future__ import annotations

import csv
import io
import re

import pytest

from natars_fhir.service.office.derived import Derived, derived, lines
from natars_fhir.service.office.trial import Trial
from natars_fhir.store.engine import Store
from tests.service.freeze.frozen import LATER
from tests.service.hospital import intake, mappings


@pytest.fixture(scope="module")
def found(two: Store, whole: Trial) -> Derived:
    (name,) = [one.subject for one in whole.subjects if one.site == "hospital-c"]
    made = derived(two, intake(), mappings().sites, name, LATER)
    assert made is not None
    return made


def test_the_value_follows_from_its_lines(found: Derived) -> None:
    (free,) = [one for one in found.told["times"] if one["parameter"] == "PFS"]
    assert (free["status"], free["days"]) == ("event", 184)
    decisions = {step["decision"]: step["en"] for step in free["trace"]}
    assert "day 0" in decisions["from-surgery"]
    assert "day 184" in decisions["progression"]
    assert all(step["zh"] for step in free["trace"])


def test_every_fact_that_a_line_rests_on_is_known_by_its_mark(found: Derived) -> None:
    marks = {mark for time in found.told["times"] for step in time["trace"] for mark in step["facts"]}
    assert marks
    assert marks <= {*found.facts}
    assert {"index-surgery", "disease-assessment"} & {found.facts[mark] for mark in marks}


def test_the_table_has_a_row_a_line_and_no_date(found: Derived) -> None:
    text = lines(found.told, found.facts).csv().decode("utf-8-sig")
    rows = [*csv.DictReader(io.StringIO(text))]
    steps = len(found.told["trace"]) + sum(len(one["trace"]) for one in found.told["times"])
    assert len(rows) == steps
    assert {row["of"] for row in rows} == {"", *(one["parameter"] for one in found.told["times"])}
    assert not re.search(r"20\d\d-\d\d", text)
    assert "c-191" not in text


def test_another_sites_people_and_strangers_find_nobody(two: Store, found: Derived) -> None:
    name = found.subject.pseudonym
    assert derived(two, intake(), mappings().sites, name, LATER, "hospital-c") is not None
    assert derived(two, intake(), mappings().sites, name, LATER, "hospital-b") is None
    assert derived(two, intake(), mappings().sites, "0" * 32, LATER) is None
