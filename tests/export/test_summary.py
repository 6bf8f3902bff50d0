"""Over all subjects: survival by arm, those never operated by arm and reason."""

from __future__ import annotations

from natars_fhir.export.summary import NeverRow, as_object, differences, never_operated, survival
from tests.domain.endpoints.course import NEO, SURGERY_ONLY
from tests.export.made import EVERYBODY, A, B
from tests.extras import needed

needed("statistics", "lifelines")


def test_survival_is_told_by_parameter_and_arm() -> None:
    found = {(one.parameter, one.arm): one for one in survival(EVERYBODY, (12,))}
    assert set(found) == {(name, arm) for name in ("PFS", "OS", "PFS-ITT", "OS-ITT") for arm in (NEO, SURGERY_ONLY)}
    treated, operated = found["OS", NEO], found["OS", SURGERY_ONLY]
    assert (treated.curve.subjects, treated.curve.events, treated.curve.median) == (1, 1, 400)
    assert (operated.curve.subjects, operated.curve.events, operated.undated) == (1, 0, 1)
    assert found["OS-ITT", NEO].curve.subjects == 2  # with the one who waits for surgery


def test_the_test_between_arms_stands_beside_the_curves() -> None:
    tested = differences([A, B])
    assert set(tested) == {"PFS", "OS", "PFS-ITT", "OS-ITT"}
    told = as_object(survival([A, B], (12,)), tested)
    assert told[0]["logRank"]["freedom"] == 1
    assert told[0]["landmarks"][0]["months"] == 12


def test_one_arm_alone_is_not_tested() -> None:
    assert differences([A]) == {}
    assert as_object(survival([A], ()), {})[0]["logRank"] is None


def test_those_never_operated_are_listed_by_arm_and_reason() -> None:
    assert never_operated(EVERYBODY) == [NeverRow(NEO, "pending", 1)]
