"""The CDISC map: the shipped one is whole, and a wrong one is told with every fault, file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from natars_fhir.export.cdisc.readings import READINGS
from natars_fhir.mapping.faults import MappingError
from natars_fhir.service.export.cdisc_map import FILE, cdisc_map, told_of
from tests import ward
from tests.export.cdisc_made import by_map

SHIPPED = ward.mappings().folder / FILE


def test_every_concept_of_the_trial_has_a_place_or_a_reason() -> None:
    plan, told = by_map().plan, told_of(ward.mappings())
    assert plan.without_place(told) == []
    assert {one.concept for one in plan.left_out} & {*plan.places(told)} == set()


def test_the_datasets_that_were_asked_for_are_there() -> None:
    names = [one.name for one in by_map().plan.dataset]
    assert {"DM", "AE", "PR", "CM", "LB", "MH", "TU", "TR", "RS", "EX", "DS"} <= {*names}


def test_every_reading_and_every_variable_is_used() -> None:
    plan = by_map().plan
    assert {one.source for one in plan.variable if one.source} == {*READINGS}
    assert {one.name for one in plan.variable} == {name for one in plan.dataset for name in one.variables}


def test_a_family_has_a_code_of_its_own_for_each() -> None:
    places = by_map().places
    assert (places["ihc-h-caldesmon"].code, places["ihc-h-caldesmon"].term) == (
        "HCALDESM", "h-caldesmon immunohistochemistry",
    )  # fmt: skip


WRONG = {
    'dataset = "SS"': ('dataset = "SX"', "concept last-known-alive: dataset SX is not known"),
    'from = "death-flag"': (
        'from = "deth-flag"',
        "variable DTHFL: filling deth-flag is not known; did you mean death-",
    ),
    'name = "sex"': ('name = "sexx"', "concept sexx: concept sexx is not known; did you mean sex?"),
    'terms = "AGEU"': ('terms = "AGEX"', "variable AGEU: code list AGEX is not known"),
    'constant = "CHN"': ('constant = ""', "variable COUNTRY: either `from` or a `constant`"),
    'code = "NEUT"': ('code = "WBC"', "dataset LB: 2 concepts have the code WBC"),
    'code = "HGB"': ('code = ""', "concept haemoglobin: LB asks for a code"),
    'code = "SEX"': ('code = "SEXX"', "concept sex: its code must name a variable of DM"),
    '"g/L" = "g/L"': ("", "units: g/L, the unit of haemoglobin, has no name"),
    'concept = "birth-date"': ('concept = "birthdate"', "left_out: concept birthdate is not known; did you mean birth"),
    'amplified = "DETECTED"': ('amplifid = "DETECTED"', "concept fish-mdm2: value amplifid is not known"),
    '"DTHFL", "SITEID"': ('"DTHFL", "SITE"', "dataset DM: variable SITE is not known"),
    '"SUBJID", "DTHFL"': ('"--DY", "DTHFL"', "dataset DM: a row is a subject, which cannot fill --DY"),
    '"AVAL", "AVALU"': ('"AVAL", "AVAL"', "dataset ADTTE: AVAL stands twice"),
    'term = "ALLOCATED"\ncategory': ('term = ""\ncategory', "concept allocation: its term is missing"),
    'name = "AGEU"': ('name = "AGE"', "variable AGE stands 2 times"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose map has every one of the faults."""
    folder = tmp_path_factory.mktemp("mappings")
    (folder / "export").mkdir()
    return folder


@pytest.mark.parametrize(("right", "wrong", "told"), [(right, *rest) for right, rest in WRONG.items()])
def test_a_fault_is_told_with_its_line(broken: Path, right: str, wrong: str, told: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert right in text
    (broken / FILE).write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(MappingError) as caught:
        cdisc_map(replace(ward.mappings(), folder=broken))
    found = [fault for fault in caught.value.faults if told in fault.text]
    assert found, caught.value
    assert all(fault.line > 0 for fault in found)
