"""The table of roles: who may what, and which of them are of a site."""

from __future__ import annotations

from typing import get_args

import pytest

from natars_fhir.service.access.caller import caller, owner
from natars_fhir.service.access.roles import NAMES, ROLES, May, allowed, fault


def test_every_role_and_everything_that_can_be_needed_is_in_the_table() -> None:
    assert set(ROLES) == set(NAMES)
    assert frozenset().union(*ROLES.values()) == set(get_args(May))


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("engine", {"push", "read"}, {"attest", "sign", "worklist", "metrics", "counts"}),
        ("coordinator", {"worklist", "attest", "read"}, {"sign", "push", "quarantine", "export"}),
        ("investigator", {"sign", "attest", "read"}, {"push", "quarantine", "export"}),
        ("trial-office", {"counts", "allocate", "export", "overlap"}, {"push", "read", "sign", "tokens"}),
        ("operator", {"quarantine", "tokens", "metrics"}, {"push", "read", "sign", "export"}),
    ],
)
def test_a_role_may_what_it_is_for_and_no_more(role: str, may: set[str], may_not: set[str]) -> None:
    assert may <= allowed([role])
    assert not may_not & allowed([role])


def test_roles_add_up_and_a_role_that_is_none_may_nothing() -> None:
    assert allowed(["engine", "coordinator"]) == allowed(["engine"]) | allowed(["coordinator"])
    assert allowed(["admin", ""]) == frozenset()


@pytest.mark.parametrize(
    ("site", "roles", "can"),
    [
        ("hospital-a", ["engine", "coordinator", "investigator", "operator"], True),
        ("", ["trial-office", "operator"], True),
        ("", ["operator"], True),
        ("", ["engine"], False),
        ("", ["trial-office", "investigator"], False),
        ("hospital-a", ["trial-office"], False),
        ("hospital-a", ["admin"], False),
        ("hospital-a", [], False),
    ],
)
def test_a_sites_roles_are_of_a_site_and_the_trial_office_is_of_none(site: str, roles: list[str], can: bool) -> None:
    assert (fault(site, roles) == "") is can


def test_who_is_of_no_site_speaks_across_and_a_sites_token_does_not() -> None:
    assert caller("token 1", "", ["trial-office"]).across
    assert not caller("token 2", "hospital-a", ["engine"]).across
    assert owner("generic").may == set(get_args(May))
