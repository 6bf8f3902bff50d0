"""Rounds: while the server runs, every site is pulled by its plan; sites side by side, none twice at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial

import structlog

from natars_fhir.mapping.pull import Pull
from natars_fhir.service.pull.pull import Order, Pulled, pull, source_of
from natars_fhir.service.pull.subscription import wanted
from natars_fhir.service.pull.times import due
from natars_fhir.service.pull.turn import BusyError
from natars_fhir.store import pull_subscriptions, pulls
from natars_fhir.store.engine import Store
from natars_fhir.store.pulls import State

#: Sites that are pulled side by side.
_AT_ONCE = 4
_log = structlog.get_logger("natars_fhir.pull")


class Pullers:
    """Who pulls, while the server runs."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, "pull")
        self._under_way: dict[str, Future[None]] = {}

    def once(self, orders: Iterable[Order]) -> None:
        """Sends for what is due, and does not wait for it."""
        self._under_way = {site: one for site, one in self._under_way.items() if not one.done()}
        for order in orders:
            name = order.site.site
            if name not in self._under_way and time_for(order) is not None:
                self._under_way[name] = self._pool.submit(_one, order)

    def close(self) -> None:
        """Waits for those that are under way, which are asked to stop."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def time_for(order: Order) -> bool | None:
    """Is a pull to be made now, and of everything (True) or only of what was told (False)? None where none is."""
    found = source_of(order.site)
    if found is None or not found[0].planned:
        return None
    store = order.store.of(order.site.site)
    with store.read() as connection:
        state = pulls.state(connection, order.site.site)
    return None if state.busy(order.now()) else _asked(store, order.site.site, found[0], state, order.now())


def _asked(store: Store, site: str, plan: Pull, state: State, now: datetime) -> bool | None:
    if state.until is not None and now < state.until:
        return None
    if state.failures or state.broken_off or due(plan, state.began, now):
        return True
    if plan.mode != "subscription":
        return None
    with store.read() as connection:
        found = pull_subscriptions.of_site(connection, site)
        waits = bool(pull_subscriptions.waiting(connection, site, 1))
    return False if wanted(found, waits, plan, now) else None


def _one(order: Order) -> None:
    """Made if it is to be made still once it is our turn: another process may have been first."""
    site = order.site.site
    try:
        full = time_for(order)
        if full is not None:
            _tell(site, pull(order, full=full, still=partial(_still, order)))
    except BusyError:
        return
    except Exception as fault:  # noqa: BLE001 (the next round may go better)
        _log.error("pull failed", site=site, fault=type(fault).__name__)


def _tell(site: str, done: Pulled | None) -> None:
    if done is not None:
        faults = [str(fault) for fault in done.faults]
        counts = sum((one.counts for one in done.parts), Counter[str]())
        _log.info("pull", site=site, mode=done.mode, whole=done.whole, faults=faults, counts=dict(counts))


def _still(order: Order, state: State) -> bool:
    found = source_of(order.site)
    own = order.store.of(order.site.site)
    return found is not None and _asked(own, order.site.site, found[0], state, order.now()) is not None
