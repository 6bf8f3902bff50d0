"""Pages: how long the worklist takes to answer at 10,000 patients on SQLite, by the slowest of its addresses.

Beside it, in the same run, what it would take to screen every patient anew for the page, as
`service.worklist.worklist` does: that is measured on a few, and taken by the number of patients. Everything goes
through the application, without a network: session, audit and template are in it.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import structlog
from sqlalchemy import insert, select

from benchmarks import generate
from benchmarks.measure import Missing
from natars_fhir.service.worklist.worklist import worklist as screened_anew
from natars_fhir.store import worklist
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import patient, screening
from natars_fhir.store.worklist import Asked, Line
from tests.service.hospital import NOW, mappings
from tests.service.spoken import HospitalA
from tests.web.pages.people import Reception

SITE, SEED, COPY = "hospital-a", 1, "Patient/copy-"
#: The list as it opens, narrowed, sorted otherwise, and its last page.
ADDRESSES = (
    "/pages/worklist",
    "/pages/worklist?place=undetermined&lacks=I-15&sort=lacks",
    "/pages/worklist?bars=I-09&since=1&sort=number",
    "/pages/worklist?sort=came&down=0&page=400",
)


def filled(folder: Path, real: int) -> Reception:
    """A site to which so many patients were pushed."""
    reception = Reception(folder)
    hospital = HospitalA(reception.store)
    for number in range(real):
        hospital.push(generate.transaction(generate.chart(number, SEED)))
    return reception


def copied(store: Store, count: int) -> None:
    """So many more patients, copies of what is kept of those that are there."""
    with store.read() as connection:
        lines = worklist.page(connection, SITE, Asked(), 0, count)
        mine = (select(one).where(one.c.site == SITE) for one in (patient, screening))
        stood, looked = (connection.execute(asked).mappings().all() for asked in mine)
    standing, found = {row["key"]: row for row in stood}, {row["patient"]: row for row in looked}
    pairs = [(lines[number % len(lines)], number) for number in range(count)]
    with store.write() as connection:
        worklist.put(connection, SITE, [_copy(line, number) for line, number in pairs])
        stands = [{**standing[one.key], "key": f"{COPY}{n}", "target": None} for one, n in pairs]
        connection.execute(insert(patient), stands)
        named = [{**found[one.key], "patient": f"{COPY}{n}"} for one, n in pairs]
        bodies = [{name: value for name, value in row.items() if name != "seq"} for row in named]
        connection.execute(insert(screening), bodies)


def _copy(line: Line, number: int) -> Line:
    return replace(line, key=f"{COPY}{number}", pseudonym=f"{number:032x}", number=f"C{number:07}")


def answer_ms(reception: Reception, rounds: int) -> float:
    """The median of the slowest address, in milliseconds."""
    browser = reception.browser(reception.person("bench", "coordinator", site=SITE))
    took: dict[str, list[float]] = {address: [] for address in ADDRESSES}
    for number in range(rounds + 1):
        for address in ADDRESSES:
            start = time.perf_counter()
            response = browser.get(address)
            if number:  # the first makes templates and statements
                took[address].append((time.perf_counter() - start) * 1000)
            if response.status_code != 200:
                raise SystemExit("the worklist does not answer: the figure means nothing")
    return max(median(times) for times in took.values())


def anew_ms(reception: Reception, patients: int) -> float:
    """What screening so many anew takes, by what those take who are there."""
    start = time.perf_counter()
    found = screened_anew(reception.store, mappings().study, SITE, NOW)
    if not found:
        raise SystemExit("nobody is in scope: the figure means nothing")
    return (time.perf_counter() - start) * 1000 / len(found) * patients


def figures(patients: int = 10_000, real: int = 100, rounds: int = 9) -> dict[str, float | Missing]:
    """How long a page takes, and what share that is of screening everybody anew."""
    configured = structlog.get_config()["processors"]
    structlog.configure(processors=[silent])
    try:
        with tempfile.TemporaryDirectory() as folder:
            reception = filled(Path(folder), real)
            try:
                anew = anew_ms(reception, patients)
                copied(reception.store, patients - real)
                ours = answer_ms(reception, rounds)
            finally:
                reception.store.close()
    finally:
        structlog.configure(processors=configured)
    return {"pages.worklist.ms": ours, "pages.worklist.ratio-to-screening-anew": ours / anew}


def silent(*_: object) -> None:
    """Of a measurement nothing is logged."""
    raise structlog.DropEvent


if __name__ == "__main__":
    for name, value in figures().items():
        print(f"{name}: {value:.3g}")
