"""Scopes of both versions, and what is granted of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.service.access.scopes import not_scopes, scopes


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("system/Observation.cruds", "system/Observation.cruds"),
        ("system/Observation.rs", "system/Observation.rs"),
        ("system/*.rs", "system/*.rs"),
        ("system/Patient.read", "system/Patient.rs"),
        ("system/Patient.write", "system/Patient.cud"),
        ("system/Patient.*", "system/Patient.cruds"),
        ("system/*.*", "system/*.cruds"),
        ("system/Patient.r system/Patient.s", "system/Patient.rs"),
        ("system/*.rs system/Patient.rs", "system/*.rs"),
        ("system/*.rs system/Patient.crs", "system/*.rs system/Patient.c"),
    ],
)
def test_what_a_scope_means_is_one_whichever_version_writes_it(written: str, means: str) -> None:
    assert str(scopes(written)) == means
    assert not_scopes(written) == []


@pytest.mark.parametrize(
    "written",
    [
        "", "system/Observation", "system/Observation.", "system/Observation.sr", "system/Observation.dc",
        "system/Observation.rr", "patient/Observation.rs", "user/*.cruds", "openid", "launch", "offline_access",
        "system/Observation.rs?category=laboratory", "system/observation.rs", "System/Observation.rs",
        "system/Observation.rs\u00a0", "system/**.rs", "system/Obs*.rs", "system/.rs", "*/*.*", "system/*.admin",
    ],
)  # fmt: skip
def test_anything_else_is_no_scope_and_gives_nothing(written: str) -> None:
    assert not scopes(written)
    assert not_scopes(written) == [word for word in written.split(" ") if word]


@pytest.mark.parametrize(
    ("asked", "registered", "given"),
    [
        ("system/*.cruds", "system/Observation.c", "system/Observation.c"),
        ("system/Observation.cruds", "system/*.rs", "system/Observation.rs"),
        ("system/Patient.cruds system/Observation.cruds", "system/Patient.rs", "system/Patient.rs"),
        ("system/Patient.c", "system/Patient.rs", ""),
        ("system/Patient.rs", "system/Observation.rs", ""),
        ("system/*.read", "system/*.cruds", "system/*.rs"),
        ("user/*.cruds openid", "system/*.cruds", ""),
    ],
)
def test_given_is_what_is_asked_for_and_allowed(asked: str, registered: str, given: str) -> None:
    assert str(scopes(asked).within(scopes(registered))) == given


ONE = st.builds(
    lambda kind, letters: f"system/{kind}.{''.join(one for one in 'cruds' if one in letters)}",
    st.sampled_from(["*", "Patient", "Observation", "Condition"]),
    st.sets(st.sampled_from("cruds"), min_size=1),
)
SOME = st.lists(ONE, max_size=4).map(" ".join)


@given(SOME, SOME, st.sampled_from(["Patient", "Observation", "Group"]), st.sampled_from("cruds"))
def test_nothing_is_given_that_is_not_in_both(asked: str, registered: str, kind: str, letter: str) -> None:
    mine, theirs = scopes(asked), scopes(registered)
    assert mine.within(theirs).allows(kind, letter) == (mine.allows(kind, letter) and theirs.allows(kind, letter))


@given(SOME)
def test_scopes_that_are_written_out_are_read_as_the_same(written: str) -> None:
    assert scopes(str(scopes(written))) == scopes(written)
