"""While the server runs every site is pulled at its times, after a failure, and after whoever died over it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import respx

from natars_fhir.service.pull import rounds
from natars_fhir.service.pull.rounds import Pullers, time_for
from natars_fhir.store import pulls
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, patient
from tests.service.pull.telling import held
from tests.service.pull.ward import BASE, Puller, answer, changed, offers, plan, searchset


@pytest.fixture
def puller(store: Store, tmp_path: Path) -> Puller:
    return Puller(store, tmp_path, plan(every=60))


def state(puller: Puller, **more: Any) -> None:
    """How the last pull went."""
    with puller.store.write() as connection:
        pulls.take(connection, "generic", "x", NOW)
        pulls.leave(connection, "generic", "x")
        pulls.begun(connection, "generic", NOW)
        if "outcome" in more:
            pulls.ended(connection, "generic", more["outcome"], NOW, more.get("until"))


@pytest.mark.parametrize(
    ("of", "went", "minutes", "expected"),
    [
        ({}, None, 0, None),
        ({"every": 60}, None, 0, True),
        ({"every": 60}, {"outcome": ""}, 59, None),
        ({"every": 60}, {"outcome": ""}, 60, True),
        ({"every": 60}, {}, 1, True),  # it was broken off
        ({"every": 60}, {"outcome": "away 503", "until": NOW + timedelta(minutes=5)}, 4, None),
        ({"every": 60}, {"outcome": "away 503", "until": NOW + timedelta(minutes=5)}, 5, True),
        ({"mode": "subscription"}, {"outcome": ""}, 1, False),  # there is none yet
        ({"mode": "subscription", "every": 60}, {"outcome": ""}, 60, True),
    ],
)
def test_when_a_pull_is_made(
    puller: Puller, of: dict[str, Any], went: dict[str, Any] | None, minutes: int, expected: bool | None
) -> None:
    puller.of = plan(**of)
    puller.now = lambda: NOW + timedelta(minutes=minutes)
    if went is not None:
        state(puller, **went)
    assert time_for(puller.order()) is expected


def test_a_subscription_that_is_well_asks_for_nothing(puller: Puller) -> None:
    puller.of = plan("subscription")
    state(puller, outcome="")
    held(puller.store)
    assert time_for(puller.order()) is None


def test_while_one_is_at_work_none_is_made(puller: Puller) -> None:
    with puller.store.write() as connection:
        pulls.take(connection, "generic", "another", NOW)
    assert time_for(puller.order()) is None


def test_a_round_sends_for_what_is_due_once_and_does_not_wait_for_it(puller: Puller, router: respx.MockRouter) -> None:
    offers(router)
    begun, go_on = Event(), Event()

    def slow(_: Any) -> Any:
        begun.set()
        assert go_on.wait(10)
        return answer(searchset(changed(patient("1"), "2024-06-15T00:00:00Z")))

    route = router.get(f"{BASE}/Patient").mock(side_effect=slow)
    pullers = Pullers()
    pullers.once([puller.order()])
    assert begun.wait(10)
    pullers.once([puller.order()])
    go_on.set()
    pullers.close()
    assert (route.call_count, puller.marks()) == (1, {"Patient": "2024-06-15T00:00:00+00:00"})


def test_a_pull_that_breaks_does_not_break_the_rounds(
    puller: Puller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise RuntimeError("PLANTED")

    monkeypatch.setattr(rounds, "pull", breaks)
    pullers = Pullers()
    pullers.once([puller.order()])
    pullers.close()
    said = capsys.readouterr()
    assert "RuntimeError" in said.out + said.err
    assert "PLANTED" not in said.out + said.err


def test_what_is_not_to_be_made_any_more_once_it_is_ones_turn_is_not_made(
    puller: Puller, router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers(router)
    route = router.get(f"{BASE}/Patient").mock(return_value=answer(searchset()))
    first = rounds.time_for
    monkeypatch.setattr(rounds, "time_for", lambda order: state(puller, outcome="") or first(order) or True)
    pullers = Pullers()
    pullers.once([puller.order()])  # another process was first, between the look and the turn
    pullers.close()
    assert route.call_count == 0
