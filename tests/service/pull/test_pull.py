"""One pull: on either database, in either version; one at a time; what another overtook says no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import respx

from natars_fhir.mapping.schema import Site
from natars_fhir.service.pull.explained import explained
from natars_fhir.service.pull.fault import KINDS, PullError
from natars_fhir.service.pull.pull import pausing, pull, source_of
from natars_fhir.service.pull.turn import BusyError, turn
from natars_fhir.store import pulls
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, Hospital, condition, patient
from tests.service.pull.ward import BASE, Puller, answer, changed, mapping, offers, plan, searchset

FIRST = "2024-06-15T00:00:00Z"


def gives(router: respx.MockRouter) -> None:
    offers(router)
    router.get(f"{BASE}/Patient").mock(return_value=answer(searchset(changed(patient("1"), FIRST))))
    router.get(f"{BASE}/Condition").mock(return_value=answer(searchset(changed(condition(), FIRST))))


def test_on_either_database_what_is_pulled_is_known_as_what_is_pushed(
    either_store: Store, tmp_path: Path, router: respx.MockRouter
) -> None:
    gives(router)
    puller = Puller(either_store, tmp_path, plan("search", "Patient", "Condition"))
    assert puller.counts() == {"created": 2}
    assert ("histology", "LMS") in Hospital(either_store).concepts()
    assert puller.counts() == {"unchanged": 2}
    assert [act for act, _ in puller.acts()] == ["pull", "pull", "screening", "pull made", "pull", "pull", "pull made"]
    assert puller.state().ended == NOW


def test_a_server_of_r5_is_read_in_r5(store: Store, tmp_path: Path, router: respx.MockRouter) -> None:
    gives(router)
    participant = {"actor": {"reference": "Practitioner/1"}}
    told = changed({**condition(), "clinicalStatus": {"text": "active"}, "participant": [participant]}, FIRST)
    router.get(f"{BASE}/Condition").mock(return_value=answer(searchset(told)))
    puller = Puller(store, tmp_path, plan("search", "Patient", "Condition"), endpoint={"version": "R5"})
    assert puller.counts() == {"created": 2}


def test_absolute_references_at_the_server_itself_are_the_hospitals_own(
    store: Store, tmp_path: Path, router: respx.MockRouter
) -> None:
    gives(router)
    told = changed(condition(of=f"{BASE}/Patient/1"), FIRST)
    router.get(f"{BASE}/Condition").mock(return_value=answer(searchset(told)))
    Puller(store, tmp_path, plan("search", "Condition", "Patient")).pull()
    assert ("histology", "LMS") in Hospital(store).concepts()


def test_two_at_once_are_one(store: Store, tmp_path: Path) -> None:
    puller = Puller(store, tmp_path, plan())
    with turn(store, "generic", lambda: NOW), pytest.raises(BusyError):
        puller.pull()


def test_whoever_is_overtaken_says_no_more(store: Store, tmp_path: Path, router: respx.MockRouter) -> None:
    gives(router)
    puller = Puller(store, tmp_path, plan())

    def another(_: float) -> None:
        with store.write() as connection:
            pulls.take(connection, "generic", "another", NOW + timedelta(hours=1))

    puller.stopped = another
    done = puller.pull()
    assert (done.overtaken, done.whole, puller.marks(), puller.state().ended) == (True, False, {}, None)


def test_a_site_without_a_plan_or_without_a_server_is_not_pulled(store: Store, tmp_path: Path) -> None:
    site = mapping(plan()).site
    assert source_of(site) == (site.pull, site.endpoint)
    bare: Site = site.model_copy(update={"pull": None})
    assert source_of(bare) is None
    assert source_of(site.model_copy(update={"endpoint": None})) is None
    order = Puller(store, tmp_path, plan()).order()
    with pytest.raises(KeyError):
        pull(replace(order, mapping=replace(order.mapping, site=bare)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_explained_in_both_languages(kind: str) -> None:
    en, zh = explained(PullError(kind, "401"))  # type: ignore[arg-type]
    assert en
    assert en.isascii()
    assert any("\u4e00" <= one <= "\u9fff" for one in zh)


def test_a_pause_ends_when_we_are_asked_to_stop() -> None:
    looks = iter([False, True])
    with pytest.raises(PullError, match="stopped"):
        pausing(lambda: next(looks))(60.0)
    pausing(lambda: False)(0.0)
