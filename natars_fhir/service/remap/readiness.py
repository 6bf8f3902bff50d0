"""Readiness from all that a site has sent so far: `site check` of a running server, as data for a page."""

from __future__ import annotations

from datetime import datetime

from natars_fhir.domain.study import Study
from natars_fhir.mapping.heard.readiness import Readiness, readiness
from natars_fhir.mapping.heard.suggest import Suggester
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.remap.gaps import gaps
from natars_fhir.service.worklist.worklist import outcomes
from natars_fhir.store.engine import Store


def ready(store: Store, study: Study, mapping: SiteMapping, suggester: Suggester, now: datetime) -> Readiness:
    """Every element that the trial needs, of the patients in scope as they are screened today."""
    told = outcomes(store, study, mapping.site.site, now)
    people = ((one.record, one.screening.in_scope) for one in told)
    return readiness(people, study.needs, gaps(store, mapping, suggester), mapping.lore)
