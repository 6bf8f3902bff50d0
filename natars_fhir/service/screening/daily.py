"""Daily: patients whose findings time alone may have changed are screened again, and nobody else.

A day's change touches few: who becomes of age, whose infarction leaves its window, whose pregnancy test grows too old,
of whom a fact was dated ahead. Which day that is was written down when the patient was screened last.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.service.screening.rescreen import rescreen
from natars_fhir.service.screening.screened import today
from natars_fhir.service.worklist.log import tell_log
from natars_fhir.store import patients
from natars_fhir.store.audit import Act, write
from natars_fhir.store.engine import Store

#: As many patients as one transaction screens.
_PAGE = 500


def rescreen_due(store: Store, intake: Intake, site: Site, now: datetime) -> Rescreened:
    """Screens those who are due by today, in pages, and tells the day's log where it is asked for; all their counts."""
    done = Rescreened()
    with store.read() as connection:
        due = patients.due(connection, site.site, today(now))
    for start in range(0, len(due), _PAGE):
        with store.of(site.site).write() as connection:
            persons = patients.persons(connection, site.site, due[start : start + _PAGE])
            told = rescreen(connection, intake, site, persons, {}, now, "day")
            write(connection, intake.key, Act(site.site, now, "day", "", 200, told.counts))
        done = done.and_more(told)
    return replace(done, queued=done.queued + tell_log(store, intake, site, now))
