"""The collector of cyclic garbage: how rarely it looks, and that it looks."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from natars_fhir.collector import spare_the_collector, spare_while_serving
from natars_fhir.web import workers


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_of_a_run_it_looks_rarely() -> None:
    spare_the_collector()
    assert gc.get_threshold()[0] >= 100_000


def test_of_a_server_it_looks_rarely_and_not_at_what_was_there_before() -> None:
    there = [[] for _ in range(10)]  # type: list[list[int]]
    spare_while_serving()
    assert gc.get_threshold()[0] >= 10_000
    assert all(one is not each for one in there for each in gc.get_objects())


def test_a_server_still_lets_go_of_what_holds_itself() -> None:
    """A cycle that is made while it serves goes, and soon: a failed request leaves one, with all that it had read."""

    class Ring:
        def __init__(self) -> None:
            self.me = self

    spare_while_serving()
    rings = [weakref.ref(Ring()) for _ in range(200_000)]
    assert sum(ring() is not None for ring in rings) < 100_000


def test_a_worker_spares_it_once_its_application_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    done = list[str]()
    monkeypatch.setattr(workers, "log_to_stderr", lambda _: None)
    monkeypatch.setattr(workers, "create_app", lambda _: done.append("made"))
    monkeypatch.setattr(workers, "spare_while_serving", lambda: done.append("spared"))
    workers.application()
    assert done == ["made", "spared"]
