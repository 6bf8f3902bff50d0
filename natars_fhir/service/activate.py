"""Activate: the folder as it stands becomes the mapping that counts, if it loads; then everything is read with it."""

from __future__ import annotations

from datetime import datetime

import structlog

from natars_fhir.service.live import Live
from natars_fhir.service.remap import Remapped, remap
from natars_fhir.store.engine import Store

_log = structlog.get_logger("natars_fhir.mappings")


def activate(store: Store, live: Live, now: datetime) -> dict[str, Remapped]:
    """Site → what the new mapping changed. Nothing where the folder has faults, which go to the log one by one: they
    speak of files, and of no patient."""
    if not live.renew():
        for fault in live.faults:
            _log.error("mappings not active", file=fault.file, line=fault.line, fault=fault.text)
        if not live.faults:
            _log.info("mappings unchanged", mapping=live.active.mappings.hash)
        return {}
    done: dict[str, Remapped] = {}
    for site in sorted(live.active.readers):
        done[site] = remap(store, live.active.intake, live.active.any_version(site), now)
        _log.info("mappings active", site=site, mapping=live.active.mappings.hash, **done[site].counts)
    return done
