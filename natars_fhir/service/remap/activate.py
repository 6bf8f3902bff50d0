"""Activate: the folder as it stands becomes the mapping that counts, if it loads; then everything is read with it."""

from __future__ import annotations

from datetime import datetime

import structlog

from natars_fhir.service.remap.live import Live
from natars_fhir.service.remap.remap import Remapped, remap, to_send_again
from natars_fhir.service.remap.replay import Done, try_again
from natars_fhir.service.upkeep.audit import note
from natars_fhir.service.worklist.worklist_page import fill
from natars_fhir.store import readings
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store

_log = structlog.get_logger("natars_fhir.mappings")


def activate(store: Store, live: Live, now: datetime) -> dict[str, Remapped]:
    """Site → what the new mapping changed. Nothing where the folder has faults, which go to the log one by one: they
    speak of files, and of no patient."""
    if not live.renew():
        _tell(live)
        if not live.faults:
            _log.info("mappings unchanged", mapping=live.active.mappings.hash)
        return {}
    here = live.active
    note(store, here.intake.key, Act(EVERYWHERE, now, "mapping", here.mappings.hash, by="signal"))
    return catch_up(store, live, now)


def follow(live: Live) -> bool:
    """Takes in what counts at the mapping desk, wherever somebody made it active; faults go to the log once."""
    before = live.faults
    changed = live.follow()
    if live.faults != before:
        _tell(live)
    return changed


def _tell(live: Live) -> None:
    for fault in live.faults:
        _log.error("mappings not active", file=fault.file, line=fault.line, fault=fault.text)


def catch_up(store: Store, live: Live, now: datetime) -> dict[str, Remapped]:
    """Reads with the active mapping what another one read: after a change, or a start with a changed folder."""
    here, done = live.active, dict[str, Remapped]()
    for site in sorted(here.readers):
        hash_ = here.mappings.hash_of(site)
        known = (hash_, to_send_again(hash_))
        with store.read() as connection:
            waiting = readings.stale(connection, site, known)
        if waiting:
            done[site] = remap(store, here.intake, here.any_version(site), now)
            _log.info("mappings active", site=site, mapping=hash_, **done[site].counts)
        fill(store, here.intake, here.mappings.sites[site], now)
    return done


def try_all_again(store: Store, live: Live, now: datetime) -> dict[str, Done]:
    """One round over what waits in the quarantine and was read by another mapping: a bounded number a site."""
    here = live.active
    done = {site: try_again(store, here.intake, here.any_version(site).mapping, now) for site in sorted(here.readers)}
    return {site: one for site, one in done.items() if one.tried}
