"""All types of a plan are fetched in one chain: none waits until another is taken in, and each fails by itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from threading import Event

import httpx
import pytest
import respx

from natars_fhir.service.ingest import load
from natars_fhir.service.pull.pull import Pulled, pull
from natars_fhir.store.engine import Store
from tests.service.hospital import condition, patient
from tests.service.pull.ward import BASE, Puller, answer, asked, changed, offers, plan, searchset
from tests.web.test_over_loopback import until

FIRST, SECOND, THIRD = (f"2024-06-15T0{hour}:00:00Z" for hour in (0, 1, 2))
ONE, TWO = (
    searchset(changed(patient("1"), FIRST), next_=f"{BASE}?page=2"),
    searchset(changed(patient("2"), SECOND)),
)
OTHER = searchset(changed(condition(), THIRD))
BOTH = {"Patient": "2024-06-15T01:00:00+00:00", "Condition": "2024-06-15T02:00:00+00:00"}


@pytest.fixture
def puller(store: Store, tmp_path: Path) -> Puller:
    return Puller(store, tmp_path, plan("search", "Patient", "Condition"))


@pytest.fixture
def second(router: respx.MockRouter) -> respx.Route:
    """The second page of the patients; the first, and the conditions, are there."""
    offers(router)
    router.get(f"{BASE}/Patient").mock(return_value=answer(ONE))
    router.get(f"{BASE}/Condition").mock(return_value=answer(OTHER))
    return router.get(f"{BASE}?page=2").mock(return_value=answer(TWO))


def outcome(done: Pulled | None) -> dict[str, tuple[int, str]]:
    """Type → how many were new, and by what it failed."""
    assert done is not None
    return {one.name: (one.counts["created"], str(one.fault or "")) for one in done.parts}


@pytest.mark.usefixtures("second")
def test_the_next_type_is_asked_for_while_the_last_page_of_one_is_not_taken_in_yet(
    puller: Puller, router: respx.MockRouter
) -> None:
    there = Event()

    def conditions(_: httpx.Request) -> httpx.Response:
        there.set()
        return answer(OTHER)

    router.get(f"{BASE}/Condition").mock(side_effect=conditions)
    waited: list[bool] = []

    def seen(kind: str, *_: object) -> None:  # whoever is told holds up the taking in, and no fetching
        if kind == "Patient":
            waited.append(there.wait(20))

    done = pull(replace(puller.order(), seen=seen))
    assert waited == [True, True]
    assert outcome(done) == {"Patient": (2, ""), "Condition": (1, "")}
    assert puller.marks() == BOTH
    assert "pull-ahead" not in [one.name for one in threading.enumerate()]


@pytest.mark.usefixtures("second")
def test_a_fault_of_a_later_type_costs_nothing_of_an_earlier_one_and_marks_nothing_of_its_own(
    puller: Puller, router: respx.MockRouter
) -> None:
    conditions = router.get(f"{BASE}/Condition").mock(return_value=answer({}, 500))
    assert outcome(puller.pull()) == {"Patient": (2, ""), "Condition": (0, "away 500")}
    assert puller.marks() == {"Patient": BOTH["Patient"]}
    conditions.mock(return_value=answer(OTHER))
    assert outcome(puller.pull()) == {"Patient": (0, ""), "Condition": (1, "")}
    assert puller.marks() == BOTH
    assert "_lastUpdated" not in asked(router, "Condition")[-1]


@pytest.mark.parametrize(
    ("second_page", "fault", "then"),
    [
        pytest.param(answer({}, 400), "refused 400", True, id="refused"),
        pytest.param(answer(b"<html>"), "unreadable page", True, id="unreadable"),
        pytest.param(answer({}, 410), "expired page", True, id="gone, twice"),
        pytest.param(answer({}, 503), "away 503", False, id="the server is away"),
        pytest.param(answer({}, 401), "credentials 401", False, id="we are not believed"),
    ],
)
def test_what_came_of_a_type_before_its_fault_is_taken_in_and_the_next_type_follows_where_it_can(
    puller: Puller, second: respx.Route, second_page: httpx.Response, fault: str, then: bool
) -> None:
    second.mock(return_value=second_page)
    parts = {"Patient": (1, fault)} | ({"Condition": (1, "")} if then else {})
    assert outcome(puller.pull()) == parts
    marks = {"Patient": "2024-06-15T00:00:00+00:00"} | ({"Condition": BOTH["Condition"]} if then else {})
    assert puller.marks() == marks


def test_a_type_whose_pages_are_gone_begins_anew_from_what_came_and_before_the_next_type(
    puller: Puller, router: respx.MockRouter, second: respx.Route
) -> None:
    second.mock(side_effect=[answer({}, 410), answer(TWO)])
    assert outcome(puller.pull()) == {"Patient": (2, ""), "Condition": (1, "")}
    assert puller.marks() == BOTH
    assert [one.get("_lastUpdated") for one in asked(router, "Patient")] == [None, "ge2024-06-14T23:55:00Z"]
    assert [call.request.url.path for call in router.calls][-1] == "/fhir/Condition"


def test_a_type_of_which_not_all_came_is_not_marked_though_the_next_one_is(
    puller: Puller, router: respx.MockRouter, second: respx.Route
) -> None:
    error = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "too-costly"}]}
    second.mock(
        return_value=answer(searchset(changed(patient("2"), SECOND), error, modes={"OperationOutcome": "outcome"}))
    )
    assert outcome(puller.pull()) == {"Patient": (2, ""), "Condition": (1, "")}
    assert puller.marks() == {"Condition": BOTH["Condition"]}


@pytest.mark.parametrize("enough", [True, False], ids=["enough of it", "too little"])
def test_what_came_is_taken_in_and_marked_while_the_next_page_is_not_here(
    puller: Puller, second: respx.Route, monkeypatch: pytest.MonkeyPatch, enough: bool
) -> None:
    monkeypatch.setattr(load, "_WORTH_IT", 1 if enough else 1_000_000)
    durable: list[dict[str, str]] = []

    def late(_: httpx.Request) -> httpx.Response:
        if enough:
            until(puller.marks)
        durable.append(puller.marks())
        return answer(TWO)

    second.mock(side_effect=late)
    puller.pull()
    assert durable == [{"Patient": "2024-06-15T00:00:00+00:00"} if enough else {}]
