"""Settings: which variables are taken for a setting that is misspelt."""

from __future__ import annotations

import pytest

from natars_fhir.settings import misspelt


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("NATARS_TOKNES", "NATARS_TOKENS"),
        ("NATARS_TOKEN", "NATARS_TOKENS"),
        ("NATARS_DATABASE_URL", "NATARS_DATABASE"),
        ("NATARS_KEYFILE", "NATARS_KEY_FILE"),
        ("natars_prot", "NATARS_PORT"),
    ],
)
def test_what_looks_like_a_setting_is_told_with_the_right_name(variable: str, meant: str) -> None:
    assert misspelt([variable]) == {variable: meant}


@pytest.mark.parametrize("variable", ["NATARS_PORT", "natars_port", "NATARS_HIS_PASSWORD", "NATARS_TESTS", "PORTS", ""])
def test_a_setting_and_a_variable_of_somebodys_own_are_let_be(variable: str) -> None:
    assert misspelt([variable]) == {}
