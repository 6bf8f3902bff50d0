"""A type is read page by page from its mark on; the mark moves only with what is durable, by their clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from natars_fhir.service.ingest import load
from natars_fhir.service.pull.chain import query
from natars_fhir.service.pull.pull import pull
from natars_fhir.store.engine import Store
from tests.service.hospital import Hospital, born_on_30_february, condition, intake, patient
from tests.service.pull.ward import BASE, Puller, answer, asked, capability, changed, offers, plan, searchset

FIRST, SECOND, THIRD = (f"2024-06-15T0{hour}:00:00Z" for hour in (0, 1, 2))
PAGES = (
    searchset(changed(patient("1"), FIRST), next_=f"{BASE}?page=2&a=b|c"),
    searchset(changed(patient("2"), SECOND), changed(patient("3"), THIRD)),
)


@pytest.fixture
def puller(store: Store, tmp_path: Path) -> Puller:
    return Puller(store, tmp_path, plan())


def two_pages(router: respx.MockRouter) -> None:
    offers(router)
    router.get(f"{BASE}/Patient").mock(return_value=answer(PAGES[0]))
    router.get(f"{BASE}?page=2&a=b|c").mock(return_value=answer(PAGES[1]))


def test_every_page_comes_in_as_a_push_does_and_the_mark_is_the_latest_change(
    puller: Puller, router: respx.MockRouter
) -> None:
    two_pages(router)
    assert puller.counts() == {"created": 3}
    assert puller.marks() == {"Patient": "2024-06-15T02:00:00+00:00"}
    assert puller.acts() == [("pull", 200), ("pull", 200), ("screening", 200), ("pull made", 200)]
    assert asked(router, "Patient") == [{"_sort": "_lastUpdated", "_count": "200"}]


def test_the_next_pull_asks_from_the_mark_with_an_overlap_and_the_same_again_changes_nothing(
    puller: Puller, router: respx.MockRouter
) -> None:
    two_pages(router)
    puller.pull()
    assert puller.counts() == {"unchanged": 3}
    assert asked(router, "Patient")[-1]["_lastUpdated"] == "ge2024-06-15T01:55:00Z"
    assert puller.marks() == {"Patient": "2024-06-15T02:00:00+00:00"}


def test_with_again_everything_is_asked_for_from_its_beginning(puller: Puller, router: respx.MockRouter) -> None:
    two_pages(router)
    puller.pull()
    puller.pull(again=True)
    assert "_lastUpdated" not in asked(router, "Patient")[-1]


def test_another_query_makes_the_mark_void(puller: Puller, router: respx.MockRouter) -> None:
    two_pages(router)
    puller.pull()
    puller.of = plan(types={"Patient": "gender=male"})
    puller.pull()
    assert asked(router, "Patient")[-1] == {"gender": "male", "_sort": "_lastUpdated", "_count": "200"}


def test_another_server_makes_the_mark_void(puller: Puller, router: respx.MockRouter) -> None:
    two_pages(router)
    puller.pull()
    puller.base = "https://his.hospital.example/other"
    router.get(f"{puller.base}/metadata").mock(return_value=answer(capability()))
    there = router.get(f"{puller.base}/Patient").mock(return_value=answer(searchset(changed(patient("4"), FIRST))))
    assert puller.counts() == {"created": 1}
    assert "_lastUpdated" not in there.calls.last.request.url.params
    assert puller.marks() == {"Patient": "2024-06-15T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("updated", "date", "mark"),
    [
        pytest.param("2024-06-15T02:59:00Z", True, "2024-06-15T02:59:00+00:00", id="the latest change"),
        pytest.param("2031-01-01T00:00:00Z", True, "2024-06-15T03:00:00+00:00", id="never after the search began"),
        pytest.param("2024-06-15T10:59:00+08:00", True, "2024-06-15T02:59:00+00:00", id="in another zone"),
        pytest.param("2024-06-15T02:59:00", True, "2024-06-15T03:00:00+00:00", id="without a zone: their Date"),
        pytest.param(None, True, "2024-06-15T03:00:00+00:00", id="no change is told: their Date"),
        pytest.param(None, False, None, id="nothing tells the time: no mark"),
    ],
)
def test_the_mark_is_told_by_their_clock(
    puller: Puller, router: respx.MockRouter, updated: str | None, date: bool, mark: str | None
) -> None:
    offers(router)
    body = searchset({**patient("1"), "meta": {"lastUpdated": updated} if updated else {}})
    told = answer(body)
    if not date:
        del told.headers["date"]
    router.get(f"{BASE}/Patient").mock(return_value=told)
    puller.pull()
    assert puller.marks() == ({"Patient": mark} if mark else {})


def test_where_pages_come_in_order_the_mark_moves_with_them_and_a_pull_that_broke_off_goes_on_there(
    puller: Puller, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MOST_DOCUMENTS", 1)
    offers(router)
    router.get(f"{BASE}/Patient").mock(return_value=answer(PAGES[0]))
    second = router.get(f"{BASE}?page=2&a=b|c").mock(side_effect=httpx.ReadTimeout)
    assert puller.fault() == "away ReadTimeout"
    assert puller.marks() == {"Patient": "2024-06-15T00:00:00+00:00"}
    second.mock(return_value=answer(PAGES[1]))
    second.side_effect = None
    assert puller.counts() == {"created": 2, "unchanged": 1}
    assert asked(router, "Patient")[-1]["_lastUpdated"] == "ge2024-06-14T23:55:00Z"


@pytest.mark.parametrize("changes", [(SECOND, FIRST), (None, SECOND)], ids=["out of order", "one does not tell"])
def test_where_pages_do_not_come_in_order_the_mark_waits_for_the_end(
    puller: Puller, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch, changes: tuple[Any, Any]
) -> None:
    monkeypatch.setattr(load, "MOST_DOCUMENTS", 1)
    offers(router)
    pages = [searchset(changed(patient(str(number)), one) if one else patient(str(number)), next_=f"{BASE}?page=2")
             for number, one in enumerate(changes)]  # fmt: skip
    router.get(f"{BASE}/Patient").mock(return_value=answer(pages[0]))
    router.get(f"{BASE}?page=2").mock(
        side_effect=[answer({**pages[1], "link": []} | {"link": [{"relation": "next", "url": f"{BASE}?page=3"}]})]
    )
    router.get(f"{BASE}?page=3").mock(return_value=answer(b"", 500))
    assert puller.fault() == "away 500"
    assert puller.marks().get("Patient", "") in ("", f"{FIRST[:-1]}+00:00", f"{SECOND[:-1]}+00:00")
    if changes[0] is None:
        assert puller.marks() == {}


def totalled(router: respx.MockRouter, total: int | None, *pages: list[Any]) -> None:
    """Pages of a search that tells how many there are."""
    offers(router)
    more = {} if total is None else {"total": total}
    for number, found in enumerate(pages, 1):
        link = f"{BASE}?page={number + 1}" if number < len(pages) else ""
        at = router.get(f"{BASE}/Patient") if number == 1 else router.get(f"{BASE}?page={number}")
        at.mock(return_value=answer(searchset(*found, next_=link, **more)))


ONE, TWO, THREE = (changed(patient(str(number)), at) for number, at in enumerate((FIRST, SECOND, THIRD), 1))
AGAIN = changed(patient("1"), THIRD, 2)


@pytest.mark.parametrize(
    ("total", "pages", "whole"),
    [
        pytest.param(3, [[ONE], [THREE]], False, id="one slid to a page that was read"),
        pytest.param(3, [[ONE], [THREE, AGAIN]], False, id="one came twice in its place"),
        pytest.param(3, [[ONE, TWO], [TWO, THREE]], True, id="one came twice besides"),
        pytest.param(3, [[ONE, TWO], [THREE], []], True, id="all came"),
        pytest.param(2, [[ONE, TWO], [THREE]], True, id="more than it said"),
        pytest.param(None, [[ONE], [THREE]], True, id="it does not say how many"),
        pytest.param(3, [[ONE], [{**TWO, "id": None}, THREE]], True, id="one has no id"),
        pytest.param(3, [[ONE], [{**TWO, "meta": 3}, THREE]], True, id="one cannot be read"),
    ],
)
def test_fewer_than_the_server_says_are_told_and_the_mark_stays_where_it_was(
    puller: Puller, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch,
    total: int | None, pages: list[list[Any]], whole: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(load, "MOST_DOCUMENTS", 1)
    totalled(router, total, *pages)
    puller.pull()
    missing = ("Patient", "incomplete") in puller.problems
    assert (missing, puller.marks()) == (not whole, {"Patient": "2024-06-15T02:00:00+00:00"} if whole else {})


def test_a_mark_that_moved_with_pages_of_which_one_slid_goes_back_to_where_it_was(
    puller: Puller, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MOST_DOCUMENTS", 1)
    totalled(router, 1, [ONE])
    puller.pull()
    totalled(router, 4, [ONE], [TWO], [THREE])
    assert not puller.pull().whole
    assert puller.marks() == {"Patient": "2024-06-15T00:00:00+00:00"}
    totalled(router, 3, [ONE, TWO], [THREE])
    assert puller.pull().whole
    assert puller.marks() == {"Patient": "2024-06-15T02:00:00+00:00"}


def test_without_sorting_offered_none_is_asked_for(puller: Puller, router: respx.MockRouter) -> None:
    offers(router, capability(changed=False))
    router.get(f"{BASE}/Patient").mock(return_value=answer(searchset(changed(patient("1"), FIRST))))
    puller.pull()
    assert asked(router, "Patient") == [{"_count": "200"}]
    assert puller.marks() == {"Patient": "2024-06-15T00:00:00+00:00"}


def test_what_is_to_come_along_is_asked_for_where_it_is_offered_and_told_where_it_is_not(
    puller: Puller, router: respx.MockRouter
) -> None:
    puller.of = plan(
        types={
            "Condition": {"include": ["Condition:subject", "Condition:asserter"], "revinclude": ["Procedure:reason"]}
        }
    )
    offers(router, capability(Condition={"searchInclude": ["Condition:subject"], "searchRevInclude": ["*"]}))
    found = searchset(changed(condition(), FIRST), patient("1"), modes={"Patient": "include"})
    route = router.get(f"{BASE}/Condition").mock(return_value=answer(found))
    assert puller.counts() == {"created": 2}
    params = route.calls.last.request.url.params.multi_items()
    assert [pair for pair in params if "include" in pair[0]] == [
        ("_include", "Condition:subject"),
        ("_revinclude", "Procedure:reason"),
    ]
    assert puller.problems == [("Condition", "not-supported")]


def test_a_server_that_refuses_to_sort_or_to_bring_along_is_asked_without(
    puller: Puller, router: respx.MockRouter
) -> None:
    puller.of = plan(types={"Condition": {"include": ["Condition:subject"]}})
    offers(router, capability(Condition={"searchInclude": ["*"]}))

    def plain(request: httpx.Request) -> httpx.Response:
        refused = {"_sort", "_include"} & {*request.url.params}
        return answer({}, 400) if refused else answer(searchset(changed(condition(), FIRST)))

    router.get(f"{BASE}/Condition").mock(side_effect=plain)
    assert puller.counts() == {"created": 1}
    assert [sorted({*one} - {"_count"}) for one in asked(router, "Condition")] == [
        ["_include", "_sort"],
        ["_include"],
        [],
    ]


def test_an_operation_outcome_in_a_searchset_is_told_by_its_code_and_an_error_keeps_the_mark(
    puller: Puller, router: respx.MockRouter
) -> None:
    offers(router)
    issue = {"severity": "error", "code": "too-costly", "diagnostics": "PLANTED"}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    found = searchset(changed(patient("1"), FIRST), outcome, modes={"OperationOutcome": "outcome"})
    router.get(f"{BASE}/Patient").mock(return_value=answer(found))
    done = puller.pull()
    assert puller.problems == [("Patient, page 1", "too-costly")]
    assert (puller.marks(), done.whole, done.parts[0].counts["created"]) == ({}, False, 1)


def test_an_entry_that_cannot_be_read_costs_itself(puller: Puller, router: respx.MockRouter) -> None:
    offers(router)
    found = searchset(changed(patient("1"), FIRST), changed(born_on_30_february(), SECOND))
    found["entry"].append("no entry")
    router.get(f"{BASE}/Patient").mock(return_value=answer(found))
    done = puller.pull()
    assert (done.parts[0].counts["created"], done.parts[0].counts["refused"], done.whole) == (1, 2, False)
    assert Hospital(puller.store).screening() is not None
    assert puller.marks() == {"Patient": "2024-06-15T01:00:00+00:00"}


def test_a_page_that_is_more_than_is_taken_at_once_keeps_the_mark(puller: Puller, router: respx.MockRouter) -> None:
    two_pages(router)
    done = pull(replace(puller.order(), intake=intake(1)))
    assert done is not None
    assert (done.parts[0].counts["created"], done.parts[0].short, done.whole) == (1, True, False)
    assert puller.problems == [("Patient, page 2", "too-long")]
    assert puller.marks() == {}


def endless(page: Any) -> Iterator[httpx.Response]:
    while True:
        yield answer(page)


def counting(base: str, *found: Any) -> Iterator[httpx.Response]:
    """Pages of the same, whose links differ."""
    number = 0
    while True:
        number += 1
        yield answer(searchset(*found, next_=f"{base}?turn={number}", total=number))


@pytest.mark.parametrize(
    ("pages", "fault"),
    [
        pytest.param(
            endless(searchset(changed(patient("1"), FIRST), next_=f"{BASE}/Patient?x")), "repeats page", id="one"
        ),
        pytest.param(counting(f"{BASE}/Patient", changed(patient("1"), FIRST)), "repeats page", id="under other links"),
        pytest.param(counting(f"{BASE}/Patient"), "repeats empty", id="empty ones"),
    ],
)
def test_a_source_that_repeats_a_page_for_ever_is_stopped_and_told(
    puller: Puller, router: respx.MockRouter, pages: Iterator[httpx.Response], fault: str
) -> None:
    offers(router)
    router.get(url__startswith=f"{BASE}/Patient").mock(side_effect=pages)
    assert puller.fault() == fault


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/fhir?page=2",
        "http://his.hospital.example/fhir?page=2",
        "https://his.hospital.example:8443/fhir?page=2",
        "//elsewhere.example/fhir?page=2",
        "https://who:secret@his.hospital.example/fhir?page=2",
        "file:///etc/passwd",
    ],
)
def test_a_page_at_another_server_is_never_asked_for(puller: Puller, router: respx.MockRouter, link: str) -> None:
    offers(router)
    router.get(f"{BASE}/Patient").mock(return_value=answer(searchset(changed(patient("1"), FIRST), next_=link)))
    assert puller.fault() == "elsewhere link"
    assert len(router.calls) == 2


def test_a_link_may_be_relative(puller: Puller, router: respx.MockRouter) -> None:
    offers(router)
    page = searchset(changed(patient("1"), FIRST), next_="?page=2")
    router.get(f"{BASE}/Patient", params={"page": "2"}).mock(return_value=answer(PAGES[1]))
    router.get(f"{BASE}/Patient").mock(return_value=answer(page))
    assert puller.counts() == {"created": 3}


def test_pages_that_are_gone_in_mid_search_begin_it_anew_once(puller: Puller, router: respx.MockRouter) -> None:
    two_pages(router)
    gone = router.get(f"{BASE}?page=2&a=b|c")
    gone.mock(side_effect=[answer({}, 410), answer(PAGES[1])])
    assert puller.counts() == {"created": 3, "unchanged": 1} or puller.marks()["Patient"].startswith("2024-06-15T02")
    gone.mock(side_effect=endless(b"{}"))
    gone.side_effect = None
    gone.return_value = answer({}, 410)
    assert puller.fault() == "expired page"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param(b'{"resourceType": "Bundle", "entry": [', "unreadable page", id="cut off"),
        pytest.param(b"<html>Log in</html>", "unreadable page", id="a page for people"),
        pytest.param({"resourceType": "OperationOutcome", "issue": []}, "unreadable page", id="no Bundle"),
        pytest.param({"resourceType": "Bundle", "type": "history"}, "unreadable page", id="no searchset"),
    ],
)
def test_what_is_no_page_is_asked_for_once_more_and_told(
    puller: Puller, router: respx.MockRouter, body: Any, fault: str
) -> None:
    offers(router)
    route = router.get(f"{BASE}/Patient").mock(return_value=answer(body))
    assert (puller.fault(), route.call_count, puller.marks()) == (fault, 2, {})


def test_a_type_that_is_refused_costs_itself_and_a_server_that_is_away_ends_the_pull(
    puller: Puller, router: respx.MockRouter
) -> None:
    puller.of = plan("search", "Condition", "Patient")
    two_pages(router)
    conditions = router.get(f"{BASE}/Condition").mock(return_value=answer({}, 404))
    assert [(one.name, str(one.fault or "")) for one in puller.pull().parts] == [
        ("Condition", "refused 404"),
        ("Patient", ""),
    ]
    conditions.mock(return_value=answer({}, 503))
    assert [(one.name, str(one.fault)) for one in puller.pull().parts] == [("Condition", "away 503")]


def test_a_query_of_the_plan_is_sent_as_it_stands_there() -> None:
    told = query("code=http://loinc.org|1-8,2-3&date=ge2020", None, 50, [])
    assert told == "code=http://loinc.org|1-8,2-3&date=ge2020&_count=50"
