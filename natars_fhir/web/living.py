"""Living: what the application does by itself while it serves: rounds of work, rounds of sealing; and how it ends.

Of several processes on one database one makes the rounds, at a time; what waits in the outbox they deliver together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from fastapi import FastAPI

from natars_fhir.service.access.sessions import rule_of, sweep
from natars_fhir.service.deliver.deliver import Clock, Rounds, deliver_once
from natars_fhir.service.deliver.notify import Plan, notify_once
from natars_fhir.service.deliver.subscribing import Bureau
from natars_fhir.service.export.bulk_export import home
from natars_fhir.service.export.bulk_export_work import Workshop, work_once
from natars_fhir.service.handing import soon
from natars_fhir.service.http import Clients, client
from natars_fhir.service.pull.pull import Order, pausing
from natars_fhir.service.pull.rounds import Pullers
from natars_fhir.service.remap.activate import activate, catch_up, follow, try_all_again
from natars_fhir.service.remap.live import Live
from natars_fhir.service.screening.daily import rescreen_due
from natars_fhir.service.upkeep.audit import seal
from natars_fhir.service.upkeep.digest import Postman, send_due
from natars_fhir.service.upkeep.mail import post
from natars_fhir.settings import Settings
from natars_fhir.store.audit import EVERYWHERE
from natars_fhir.store.engine import Store
from natars_fhir.web.due import EVERY, Due
from natars_fhir.web.metrics import Metrics
from natars_fhir.web.rounds import rounds


@dataclass(slots=True)
class Work:
    """What a round works with. ``behind``: the store is still to be brought to the mapping that is active; ``turn`` is
    the desk's turn to which it was brought."""

    settings: Settings
    store: Store
    live: Live
    now: Clock
    metrics: Metrics
    behind: bool = True
    turn: int = 0
    due: Due = field(init=False)

    def __post_init__(self) -> None:
        self.due = Due(self.store, self.live, self.now, self.metrics, after=self.settings.screen == "after")

    def once(self, http: Clients, stopped: Callable[[], bool]) -> None:
        """One round."""
        if self.live.asked():
            activate(self.store, self.live, self.now())
            self.behind = True
        follow(self.live)
        if self.turn != self.live.active.turn:
            self.behind, self.turn = True, self.live.active.turn
        with self.store.leading("rounds") as first:
            if first:
                self._keep_house()
        deliver_once(self.store, http, self._plan(), self.now, stopped)
        self.metrics.round_made("work", self.now())

    def tell(self, http: httpx.Client, stopped: Callable[[], bool]) -> None:
        """Subscribers are told, and people by mail."""
        notify_once(self._bureau(), http, self._subscribers(), self.now, stopped)
        here, settings = self.live.active, self.settings
        send_due(
            Postman(self.store, here.intake, post(settings), settings.pages_url),
            [here.mappings.sites[name] for name in here.readers],
            self.now(),
        )
        self.metrics.round_made("tell", self.now())

    def pull(self, pullers: Pullers, stopped: Callable[[], bool]) -> None:
        """What is due is fetched from the sites' servers."""
        here, settings = self.live.active, self.settings
        pullers.once(
            Order(
                self.store,
                here.intake,
                here.any_version(name).mapping,
                settings.most_bytes,
                settings.pull_folder,
                settings.address,
                self.now,
                pausing(stopped),
            )
            for name in here.readers
            if here.mappings.sites[name].pull is not None
        )
        self.metrics.round_made("pull", self.now())

    def export(self, stopped: Callable[[], bool]) -> None:
        """What clients asked to export is made."""
        while work_once(self._workshop(), self.now, stopped) and not stopped():
            continue
        self.metrics.round_made("export", self.now())

    def seal(self) -> None:
        """The audit of every site gets its seals."""
        here = self.live.active
        seal(self.store, here.intake.key, [EVERYWHERE, *here.mappings.sites])
        self.metrics.round_made("audit", self.now())

    def _keep_house(self) -> None:
        if self.behind:
            # until nothing is left: who was under way meanwhile wrote with the mapping of before
            self.behind = bool(catch_up(self.store, self.live, self.now()))
        try_all_again(self.store, self.live, self.now())
        here = self.live.active
        for name in here.readers:
            rescreen_due(self.store, here.intake, here.mappings.sites[name], self.now())
        sweep(self.store, rule_of(self.settings), self.now())

    def _workshop(self) -> Workshop:
        here, settings = self.live.active, self.settings
        folder = home(settings.export_folder, here.intake.key)
        sites = {name: here.mappings.sites[name] for name in here.readers}
        return Workshop(self.store, here.intake, sites, folder, timedelta(hours=settings.export_hours))

    def _bureau(self) -> Bureau:
        key, settings = self.live.active.intake.key, self.settings
        return Bureau(self.store, key, settings.canonical_base, settings.address)

    def _subscribers(self) -> Plan:
        sites = self.live.active.mappings.sites.items()
        return Plan({name: site.subscriptions.hosts for name, site in sites}, self.settings.deliver_attempts)

    def _plan(self) -> Rounds:
        sites = self.live.active.mappings.sites.items()
        endpoints = {name: site.endpoint for name, site in sites if site.endpoint is not None}
        return Rounds(endpoints, self.settings.deliver_attempts)


def living(work: Work, *, ours: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Makes rounds while the application lives. The store is closed by whoever opened it: here, where it is *ours*."""
    every = work.settings.deliver_every

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        patience = work.settings.deliver_timeout
        with soon(), Clients(patience) as http, client(patience) as plain:

            def once(stopped: Callable[[], bool]) -> None:
                work.once(http, stopped)

            def tell(stopped: Callable[[], bool]) -> None:
                work.tell(plain, stopped)

            def pull(stopped: Callable[[], bool]) -> None:
                work.pull(pullers, stopped)

            others = (lambda _: work.seal(), work.export, pull)
            with closing(Pullers()) as pullers:
                async with AsyncExitStack() as made:
                    await made.enter_async_context(rounds(work.due.once, EVERY if work.due.after else every))
                    for one in (once, tell, *others):
                        await made.enter_async_context(rounds(one, every))
                    yield
        if ours:
            work.store.close()

    return lifespan
