"""Which sites may know one person is for the office alone, by counts and pseudonyms."""

from __future__ import annotations

import pytest

from natars_fhir.service.office.keeper import Asked, Keeper, Kept
from natars_fhir.service.upkeep.audit import told
from natars_fhir.service.worklist.overlap import Overlap
from tests.service.hospital import NOW
from tests.web.pages.office.conftest import Desk

AT = "/pages/trial/overlap"


def test_the_office_alone_asks_and_that_it_asked_is_in_the_audit(office: Desk) -> None:
    assert office.get(AT, "b").status_code == 403
    text = office.get(AT).text
    assert "hospital-c" in text
    assert "Nothing can be said" in text  # neither sends a number that can be compared
    assert {"overlap"} <= {act.act for _, act in told(office.reception.store, [""])}
    assert office.browser().get(f"{AT}/making", hx_request="true").headers["hx-refresh"] == "true"


def test_that_nobody_is_shared_is_said_where_two_sites_could_be_compared(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Overlap({"hospital-b": (1, 1), "hospital-c": (1, 2)}, (), {})
    monkeypatch.setattr(Keeper, "ask", lambda *_: Asked(Kept("", NOW, found), current=True))
    assert "No two sites share a person" in office.browser().get(AT).text


def test_persons_that_sites_may_share_are_told_by_their_pseudonyms(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ("hospital-b", "1" * 32), ("hospital-c", "2" * 32)
    found = Overlap({"hospital-b": (1, 1), "hospital-c": (1, 2)}, ((one, other),), {("hospital-b", "hospital-c"): 1})
    monkeypatch.setattr(Keeper, "ask", lambda *_: Asked(Kept("", NOW, found), current=True))
    text = office.browser().get(AT).text
    assert "hospital-b and hospital-c may share: 1" in text
    for _, name in (one, other):
        assert f"/pages/trial/subject?of={name}" in text
