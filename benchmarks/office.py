"""Office: how long the trial's figures take at 10,000 patients in scope on SQLite, and how long every list page then
takes to answer: those of the office, of the feeds, of the mapping desk, and the worklist.

The figures are made beside the requests, and a page says how far they are: nobody waits for them, but what is shown is
so much older. The patients are copies of some that were pushed, with all that is known of them.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import structlog
from sqlalchemy import Connection, Table, insert, select

from benchmarks.measure import Missing
from benchmarks.pages import SITE, filled, silent
from natars_fhir.domain.issue import Issue
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.office.trial import trial
from natars_fhir.service.screening.screened import today
from natars_fhir.store import quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Unused
from natars_fhir.store.tables.core import outbox, patient, patient_name, reading, screening
from natars_fhir.store.tables.worklist import worklist
from tests import ward
from tests.pages.crowd import enrolled, whole
from tests.service.hospital import NOW, intake, mappings
from tests.web.pages.people import Reception

#: Role → the lists that it opens; of each the slowest page counts.
LISTS: Mapping[str, tuple[str, ...]] = {
    "trial-office": (
        "/pages/trial", "/pages/trial/missing", "/pages/trial/visits?all=1", "/pages/trial/endpoints",
        "/pages/trial/events", "/pages/trial/subjects", "/pages/people",
    ),
    "operator": (
        f"/pages/feeds?site={SITE}", f"/pages/feeds/quarantine?site={SITE}&state=all",
        f"/pages/feeds/outbox?site={SITE}", f"/pages/mapping?site={SITE}",
    ),
    "coordinator": ("/pages/worklist", "/pages/worklist?place=undetermined&lacks=I-15&sort=lacks"),
}  # fmt: skip
#: Where a person's key stands, by table; other tables tell nothing that the figures are made of.
_OF: Mapping[Table, str] = {
    patient: "key", patient_name: "key", reading: "subject", screening: "patient", worklist: "key"
}  # fmt: skip
#: Documents in quarantine.
_APART = 1_000
_LATER = timedelta(days=500)


def hospital(folder: Path, real: int, subjects: int) -> Reception:
    """A site to which so many patients were pushed, and some who are in the trial."""
    reception = filled(folder, real)
    for one in islice(enrolled(), subjects):
        push(reception.store, intake(), ward.reader(SITE), whole(one), NOW)
    reception.clock.at = NOW + _LATER
    return reception


def copied(store: Store, wanted: int) -> int:
    """Copies of everybody in scope until so many are; how many there are."""
    with store.read() as connection:
        persons = _persons(connection)
    copies = -(-wanted // len(persons)) - 1
    for number in range(copies):
        with store.write() as connection:
            for rows in persons.values():
                for table, told in rows.items():
                    connection.execute(insert(table), [_copy(row, number) for row in told])
    return len(persons) * (copies + 1)


def _persons(connection: Connection) -> dict[str, dict[Table, list[dict[str, Any]]]]:
    """Person → their rows, by table."""
    asked = select(patient.c.key).where(patient.c.site == SITE, patient.c.in_scope)
    found: dict[str, dict[Table, list[dict[str, Any]]]] = {key: {} for (key,) in connection.execute(asked)}
    for table, name in _OF.items():
        for row in connection.execute(select(table).where(table.c.site == SITE)).mappings():
            if row[name] in found:
                found[row[name]].setdefault(table, []).append(dict(row))
    letters = connection.execute(select(outbox).where(outbox.c.site == SITE)).mappings().all()
    for key, row in zip(found, letters, strict=False):
        found[key][outbox] = [dict(row)]
    return found


#: A reference within a site, wherever it stands.
_REFERENCE = re.compile(r"([A-Z][A-Za-z]+/[A-Za-z0-9.-]+)")


def _copy(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The row of another person, to whom the same happened."""
    made = {name: value for name, value in row.items() if name != "seq"}
    for name in ("key", "name", "subject", "patient", "target"):
        if isinstance(made.get(name), str):
            made[name] = f"{made[name]}-c{number}"
    if "pseudonym" in made:
        made |= {"pseudonym": f"{made['pseudonym'][:24]}{number:08x}", "number": f"{made['number']}-{number}"}
    if "subject" in made and made["body"] is not None:
        made["body"] = _REFERENCE.sub(rf"\1-c{number}", made["body"].decode()).encode()
    return made


def waiting(store: Store) -> None:
    """Documents that could not be used."""
    issue = Issue("error", "value", "Bundle.entry[0].resource.birthDate", "This day is not in the calendar.")
    with store.of(SITE).write() as connection:
        for number in range(_APART):
            quarantine.set_apart(connection, SITE, Unused("", f'{{"n":{number}}}'.encode(), (issue,), "Patient"), NOW)


def figures_s(store: Store, wanted: int) -> tuple[float, int]:
    """Seconds until the figures of all sites are made, and how many patients in scope they tell of."""
    start = time.perf_counter()
    made = trial(store, intake(), [*mappings().sites.values()], today(NOW + _LATER))
    if not made.subjects or made.flow.in_scope < wanted:
        raise SystemExit("fewer are in scope, or in the trial, than are said: the figure means nothing")
    return time.perf_counter() - start, made.flow.in_scope


def lists_ms(reception: Reception, rounds: int) -> Iterator[tuple[str, float]]:
    """The median of each list, in milliseconds, when the figures are there."""
    for role, addresses in LISTS.items():
        site = "" if role == "trial-office" else SITE
        browser = reception.browser(reception.person(f"bench-{role}", role, site=site))
        for address in addresses:
            yield address, median([_answered(browser, address) for _ in range(rounds + 1)][1:])


def _answered(browser: Any, address: str) -> float:
    """How long the whole page takes; while its figures are being made, it is asked again."""
    for _ in range(10_000):
        start = time.perf_counter()
        response = browser.get(address)
        if "data-making" not in response.text and response.status_code == 200:
            return (time.perf_counter() - start) * 1000
        if response.status_code not in (200, 503):
            raise SystemExit(f"{address} does not answer: the figure means nothing")
        time.sleep(0.1)
    raise SystemExit("the figures are never made")


def figures(
    patients: int = 10_000, real: int = 40, subjects: int = 2, rounds: int = 5, lists: dict[str, float] | None = None
) -> dict[str, float | Missing]:
    """The figures' seconds for *patients* (of fewer by their number), and the slowest list; each goes into *lists*."""
    configured = structlog.get_config()["processors"]
    structlog.configure(processors=[silent])
    try:
        with tempfile.TemporaryDirectory() as folder:
            reception = hospital(Path(folder), real, subjects)
            try:
                copied(reception.store, patients)
                waiting(reception.store)
                seconds, found = figures_s(reception.store, patients)
                took = dict(lists_ms(reception, rounds))
            finally:
                reception.store.close()
    finally:
        structlog.configure(processors=configured)
    if lists is not None:
        lists |= took
    return {"pages.office.figures-s": seconds * 10_000 / found, "pages.lists.slowest-ms": max(took.values())}


if __name__ == "__main__":
    every: dict[str, float] = {}
    for name, value in figures(lists=every).items():
        print(f"{name}: {value:.3g}")
    for address, value in every.items():
        print(f"# {address}: {value:.0f} ms")
