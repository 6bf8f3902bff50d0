"""Writers of an embedded database who come while another writes share one transaction, and one's fault is its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, event, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from natars_fhir.store import locks
from natars_fhir.store.actor import acting, actor
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.core import resource_alias
from tests.blank import blank

_WAIT = 20.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A file: this is about databases that take one writer at a time."""
    opened = open_store(blank(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def commits(store: Store) -> list[int]:
    """How many rows were there at each commit."""
    told: list[int] = []
    event.listen(store._engine, "commit", lambda connection: told.append(len(_aliases(connection))))
    return told


def _aliases(connection: Connection) -> list[str]:
    return list(connection.execute(select(resource_alias.c.alias).order_by(resource_alias.c.alias)).scalars())


def _adding(alias: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(resource_alias).values(site="a", alias=alias, key=actor().request))
        return alias

    return work


def _while_one_writes(store: Store, works: list[Callable[[Connection], str]]) -> list[Future[str]]:
    """Somebody writes; meanwhile the others come, in this order."""
    begun, go_on, futures = Event(), Event(), list[Future[str]]()

    def slow(connection: Connection) -> str:
        begun.set()
        assert go_on.wait(_WAIT)
        return _adding("0")(connection)

    def come(work: Callable[[Connection], str], request: str) -> str:
        with acting("site", request):
            return store.of("a").done((), work)

    with ThreadPoolExecutor(len(works) + 1) as pool:
        futures.append(pool.submit(come, slow, "r0"))
        assert begun.wait(_WAIT)
        for number, work in enumerate(works, 1):
            futures.append(pool.submit(come, work, f"r{number}"))
            _until(lambda number=number: len(store._together._waiting) == number)
        go_on.set()
    return futures[1:]


def _until(true: Callable[[], bool]) -> None:
    end = monotonic() + _WAIT
    while not true() and monotonic() < end:
        sleep(0.001)
    assert true()


def test_who_comes_while_another_writes_is_kept_with_all_who_came(store: Store, commits: list[int]) -> None:
    done = _while_one_writes(store, [_adding(str(number)) for number in range(1, 6)])
    assert [one.result() for one in done] == ["1", "2", "3", "4", "5"]
    assert commits[:2] == [1, 6]  # the first alone, the five together


def test_each_acts_in_its_own_name(store: Store) -> None:
    _while_one_writes(store, [_adding("1"), _adding("2")])
    with store.read() as connection:
        rows = connection.execute(select(resource_alias.c.alias, resource_alias.c.key)).all()
    assert dict(map(tuple, rows)) == {"0": "r0", "1": "r1", "2": "r2"}


def test_what_one_raises_is_told_to_that_one_and_nothing_of_it_is_kept(store: Store) -> None:
    done = _while_one_writes(store, [_adding("1"), _adding("0"), _adding("3")])
    assert [type(one.exception()) for one in done] == [type(None), IntegrityError, type(None)]
    with store.read() as connection:
        assert _aliases(connection) == ["0", "1", "3"]


def test_a_commit_that_fails_answers_nobody(store: Store) -> None:
    def refuse(connection: Connection) -> None:
        raise OperationalError("COMMIT", None, Exception("disk full"))

    def last(connection: Connection) -> str:
        event.listen(store._engine, "commit", refuse)
        return _adding("2")(connection)

    done = _while_one_writes(store, [_adding("1"), last])
    event.remove(store._engine, "commit", refuse)
    assert [type(one.exception()) for one in done] == [OperationalError, OperationalError]
    with store.read() as connection:
        assert _aliases(connection) == ["0"]


def test_after_one_commit_that_failed_each_is_kept_once_by_itself(store: Store) -> None:
    def refuse(connection: Connection) -> None:
        event.remove(store._engine, "commit", refuse)
        raise OperationalError("COMMIT", None, Exception("disk full"))

    done_by: list[str] = []

    def last(connection: Connection) -> str:
        if not done_by:
            event.listen(store._engine, "commit", refuse)
        done_by.append("2")
        return _adding("2")(connection)

    done = _while_one_writes(store, [_adding("1"), last])
    assert ([one.result() for one in done], done_by) == (["1", "2"], ["2", "2"])
    with store.read() as connection:
        assert _aliases(connection) == ["0", "1", "2"]


def test_who_is_stopped_in_anothers_work_is_stopped_alone(store: Store) -> None:
    """As when the main thread, which does the work of all, is interrupted."""
    stopped: list[int] = []

    def stop_once(connection: Connection) -> str:
        if not stopped:
            stopped.append(1)
            raise KeyboardInterrupt
        return _adding("2")(connection)

    done = _while_one_writes(store, [_adding("1"), stop_once, _adding("3")])
    faults = [one.exception() for one in done if one.exception() is not None]  # whoever of them did the work
    assert [type(one) for one in faults] == [KeyboardInterrupt]
    with store.read() as connection:
        assert _aliases(connection) == ["0", *(one.result() for one in done if one.exception() is None)]


def test_who_is_stopped_while_it_writes_for_all_leaves_nothing_behind(store: Store) -> None:
    def stop(_: Connection) -> str:
        raise KeyboardInterrupt

    done = _while_one_writes(store, [_adding("1"), stop])
    assert type(done[1].exception()) is KeyboardInterrupt
    with store.read() as connection:
        assert _aliases(connection) == ["0", *(one.result() for one in done if one.exception() is None)]
    assert store.done((), _adding("4")) == "4"


def test_more_than_share_a_transaction_are_all_kept(store: Store, commits: list[int]) -> None:
    done = _while_one_writes(store, [_adding(f"{number:02}") for number in range(1, 21)])
    assert [one.result() for one in done] == [f"{number:02}" for number in range(1, 21)]
    assert commits[:3] == [1, 17, 21]


def test_nobody_goes_apart_while_another_writes_and_somebody_may_while_it_is_committed(store: Store) -> None:
    begun, go_on, inside = Event(), Event(), Event()

    def slow(connection: Connection) -> str:
        begun.set()
        assert go_on.wait(_WAIT)
        assert not inside.is_set()
        return _adding("1")(connection)

    def long() -> None:
        with store.of("a").apart():
            inside.set()

    event.listen(store._engine, "commit", lambda _: inside.wait(_WAIT))
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(store.done, (), slow)
        assert begun.wait(_WAIT)
        reading = pool.submit(long)
        sleep(0.05)
        go_on.set()
        assert writing.result(_WAIT) == "1"
        reading.result(_WAIT)


@pytest.mark.parametrize("stopped", [IntegrityError, KeyboardInterrupt])
def test_whoever_fails_in_writing_keeps_nobody_from_going_apart(store: Store, stopped: type[BaseException]) -> None:
    def fail(_: Connection) -> None:
        raise IntegrityError("", None, Exception()) if stopped is IntegrityError else KeyboardInterrupt

    with pytest.raises(stopped):
        store.done((), fail)
    with store.apart():
        pass


def test_one_is_apart_at_a_time(store: Store) -> None:
    here, most = list[int](), list[int]()

    def long(number: int) -> None:
        with store.apart():
            here.append(number)
            most.append(len(here))
            sleep(0.002)
            here.remove(number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(long, range(8)))
    assert most == [1] * 8


def _while_busy(store: Store, joining: list[tuple[str, Callable[..., list[str]]]]) -> list[Future[str]]:
    """Somebody writes; meanwhile each comes with an item and the work that is to be done with it."""
    begun, go_on, futures = Event(), Event(), list[Future[str]]()
    own = store.of("a")

    def slow(connection: Connection, items: Sequence[str]) -> list[str]:
        begun.set()
        assert go_on.wait(_WAIT)
        return [*items]

    waiting = own._together if own._embedded else own._of_site()
    with ThreadPoolExecutor(len(joining) + 1) as pool:
        pool.submit(own.joined, ["0"], "0", slow)
        assert begun.wait(_WAIT)
        for number, (item, work) in enumerate(joining, 1):
            futures.append(pool.submit(own.joined, [item], item, work))
            _until(lambda number=number: len(waiting._waiting) == number)
        go_on.set()
    return futures


def _add_all(connection: Connection, items: Sequence[str]) -> list[str]:
    connection.execute(insert(resource_alias), [{"site": "a", "alias": one, "key": ",".join(items)} for one in items])
    return [f"{one} of {len(items)}" for one in items]


def _add_others(connection: Connection, items: Sequence[str]) -> list[str]:
    return _add_all(connection, items)


def _rows(store: Store) -> dict[str, str]:
    with store.of("a").read() as connection:
        return dict(map(tuple, connection.execute(select(resource_alias.c.alias, resource_alias.c.key))))


def test_those_whose_work_is_the_same_have_it_done_at_once(either_store: Store) -> None:
    come = [("1", _add_all), ("2", _add_all), ("3", _add_others), ("4", _add_all)]
    done = _while_busy(either_store, come)
    assert [one.result() for one in done] == ["1 of 2", "2 of 2", "3 of 1", "4 of 1"]
    assert _rows(either_store) == {"1": "1,2", "2": "1,2", "3": "3", "4": "4"}


def test_where_one_of_those_fails_each_is_done_by_itself(either_store: Store) -> None:
    done = _while_busy(either_store, [("1", _add_all), ("1", _add_all), ("3", _add_all)])
    assert [type(one.exception()) for one in done] == [type(None), IntegrityError, type(None)]
    assert _rows(either_store) == {"1": "1", "3": "3"}


def test_on_a_servers_database_the_names_of_all_of_them_are_held(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[set[str]] = []
    hold = locks.hold

    def noted(connection: Connection, site: str | None, names: Collection[str] | None) -> None:
        held.append({*(names or ())})
        hold(connection, site, names)

    monkeypatch.setattr(locks, "hold", noted)
    _while_busy(postgres_store, [("1", _add_all), ("2", _add_all)])
    assert held == [{"0"}, {"1", "2"}]


@pytest.mark.parametrize(
    ("fault", "each"),
    [
        pytest.param(OperationalError("BEGIN", None, Exception("gone")), 0, id="the database is gone"),
        pytest.param(OperationalError("LOCK", None, DeadlockDetected()), 3, id="another stood in the way"),
    ],
)
def test_a_transaction_that_cannot_be_begun_is_told_to_all_who_came(
    store: Store, monkeypatch: pytest.MonkeyPatch, fault: Exception, each: int
) -> None:
    """Each would else wait for a database that is gone, one after the other."""
    together, alone = store._together, list[int]()
    surely = together._surely

    def gone(names: Collection[str] | None) -> AbstractContextManager[Connection]:
        raise fault

    def noted(names: Collection[str] | None, work: Callable[[Connection], None]) -> None:
        alone.append(1)
        surely(names, work)

    monkeypatch.setattr(together, "_write", gone)
    monkeypatch.setattr(together, "_surely", noted)
    done = _while_one_writes(store, [_adding("1"), _adding("2"), _adding("3")])
    assert len(alone) == 1 + each  # the first of all was alone
    assert [one.exception() for one in done] == ([None] * 3 if each else [fault] * 3)
