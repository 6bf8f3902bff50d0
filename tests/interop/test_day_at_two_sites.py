"""A day at two sites, one of them away for part of it, ends in exactly what is expected: in our store, and at each
site's server. `python -m tests.interop.write_day` writes what is expected here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.fhir.check import check
from natars_fhir.service.upkeep import audit as audits
from natars_fhir.store.engine import Store
from tests.interop.day import A, B, Day, begun, end, whole_day
from tests.interop.write_day import expected
from tests.service.hospital import KEY

pytestmark = pytest.mark.xdist_group("interop")


@pytest.fixture
def over(either_store: Store, tmp_path: Path) -> Iterator[Day]:
    """The day, when it is over."""
    with begun(tmp_path, either_store) as day:
        whole_day(day)
        yield day


def test_a_day_at_two_sites_ends_as_expected_on_both_sides(over: Day) -> None:
    found = end(over)
    for name in ("ours", A, B):
        assert found[name] == expected(name), name
    assert (over.here.letters("waiting"), over.here.letters("dead")) == ([], [])
    audits.seal(over.here.store, KEY, whole=True)
    checked = audits.check(over.here.store, KEY)
    assert (checked.flaws, checked.rows > 0) == ((), True)
    _each_thing_once(over)
    _nothing_of_one_site_at_the_other(found)
    assert [check(one) for name in (A, B) for one in found[name] if check(one)] == []


def _each_thing_once(day: Day) -> None:
    """What was there is updated; nothing is made twice; and the studies come before whoever refers to them."""
    for site, there in day.sites.items():
        made = [(kind, name) for kind, name, before in there.told if not before]
        assert len(made) == len({*made}) == len(there.whole()), site
        assert [kind for kind, _ in made[:2]] == ["ResearchStudy", "ResearchStudy"], site
    assert day.sites[B].refused > 0  # it was away, and said so


def _nothing_of_one_site_at_the_other(found: dict[str, list[Any]]) -> None:
    """Neither a resource, nor a word, nor a pseudonym."""
    texts = {name: json.dumps(found[name], ensure_ascii=False) for name in (A, B)}
    subjects = {one["site"]: [subject["pseudonym"] for subject in one["subjects"]] for one in found["ours"]}
    for site, other, patient in ((A, B, "Patient/a-"), (B, A, "Patient/b-")):
        assert patient in texts[site]
        assert [word for word in (patient, f"natars-{site}", *subjects[site]) if word in texts[other]] == []


def test_what_is_expected_shows_the_day() -> None:
    """The files themselves: whoever writes them anew sees here what they must still say."""
    held = {name: expected(name) for name in (A, B)}
    subjects = {
        name: sorted(one["status"] for one in found if one["resourceType"] == "ResearchSubject")
        for name, found in held.items()
    }
    assert subjects == {
        A: ["follow-up", "ineligible", "screening", "withdrawn"],
        B: ["candidate", "candidate", "potential-candidate"],
    }
    (operated,) = [one for one in held[A] if one.get("status") == "follow-up"]
    assert operated["assignedArm"] == "The Surgery only Group"
    requests = [one["status"] for name in (A, B) for one in held[name] if one["resourceType"] == "Task"]
    assert {*requests} == {"requested", "completed", "cancelled"}
