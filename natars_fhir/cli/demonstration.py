"""The demonstration: the product at work, on loopback, in a temporary folder: a day at two invented hospitals."""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import structlog
import typer
from rich.console import Console

from natars_fhir.bulk.screen import Tally
from natars_fhir.cli.demo_case import CASES, EXPLAINED, SITES
from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.explain import show
from natars_fhir.cli.hospital import Hospital
from natars_fhir.cli.report import Report, summary
from natars_fhir.cli.running import running
from natars_fhir.cli.screens import Table, output
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.site import compiled
from natars_fhir.service.screening.screened import today
from natars_fhir.service.worklist.asking import explained
from natars_fhir.service.worklist.worklist import outcomes
from natars_fhir.settings import Settings, default_folder
from natars_fhir.store.engine import Store, open_store
from natars_fhir.web.app import create_app

#: The day of the demonstration: the fixtures' own.
NOW = datetime(2024, 6, 15, 1, 30, tzinfo=UTC)
_PATIENCE = 10.0


@dataclass(slots=True)
class Day:
    """What is running, and what came of the pushes."""

    console: Console
    adapter: str
    store: Store
    mappings: Mappings
    hospitals: dict[str, tuple[str, Hospital]]
    told: list[tuple[str, str, int, int, list[str]]] = field(default_factory=list)


def run() -> None:
    """Starts the adapter and two hospitals on loopback, pushes a day's bundles, and shows what came of it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console, started = output(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="natars-demo-") as folder, _running(console, Path(folder)) as day:
        _push(day)
        _screening(day)
        _explain(day)
        _not_understood(day)
        held = _held(day)
        console.print(
            f"\nDone in {time.monotonic() - started:.1f} s. Next: README.md, “A five-minute tour”.", style="dim"
        )
    raise typer.Exit(DONE if held else FAULTS)


@contextmanager
def _running(console: Console, folder: Path) -> Iterator[Day]:
    """The adapter and the hospitals; all of it is gone when the block ends."""
    with ExitStack() as stack:
        hospitals = {site: Hospital() for site in SITES}
        served = {site: (stack.enter_context(running(one.app)), one) for site, one in hospitals.items()}
        settings = _settings(folder, {site: f"{address}/fhir" for site, (address, _) in served.items()})
        store = open_store(settings.database)
        stack.callback(store.close)
        adapter = stack.enter_context(running(create_app(settings, now=lambda: NOW, store=store)))
        console.print(f"The adapter listens on {adapter}/fhir/r4 (and /fhir/r5).", markup=False)
        for site, (address, _) in served.items():
            console.print(f"The FHIR server of {site} listens on {address}/fhir.", markup=False)
        yield Day(console, adapter, store, load(settings.mappings), served)


def _settings(folder: Path, endpoints: dict[str, str]) -> Settings:
    """Settings of the demonstration: a mappings folder whose sites have their servers on loopback."""
    mappings = folder / "mappings"
    shutil.copytree(Settings().mappings, mappings)
    for site, address in endpoints.items():
        path = mappings / "sites" / f"{site}.toml"
        text = re.sub(r'(?m)^url = ".*"$', f'url = "{address}"', path.read_text(encoding="utf-8"), count=1)
        path.write_text(text, encoding="utf-8")
    return Settings(
        mappings=mappings,
        database=f"sqlite:///{folder / 'natars.sqlite'}",
        key_file=folder / "natars.key",
        tokens={f"token-of-{site}": site for site in endpoints},
        deliver_every=0.2,
    )


def _push(day: Day) -> None:
    """Each bundle of the day, as an integration engine would send it; the first of them twice."""
    day.console.print("\n1. A day's bundles are pushed", style="bold")
    table = Table("site", "bundle", "answer", "resources", "what was said", expand=False)
    fixtures = default_folder("fixtures", "demo_fixtures")
    first = CASES[0]
    with httpx.Client(base_url=day.adapter, timeout=30) as client:
        for site, case, again in [(*first, ""), (*first, " (again)"), *((*one, "") for one in CASES[1:])]:
            for path in _bundles(fixtures / site / case):
                headers = {"authorization": f"Bearer token-of-{site}", "content-type": "application/fhir+json"}
                answer = client.post("/fhir/r4", content=path.read_bytes(), headers=headers)
                resources, said = _summary(answer.json())
                table.add_row(site, case + again, str(answer.status_code), resources, said)
    day.console.print(table)


def _bundles(case: Path) -> list[Path]:
    return sorted(path for path in case.glob("*.json") if path.name != "expected.json")


def _summary(answer: dict[str, Any]) -> tuple[str, str]:
    """What the engine reads in an answer: how many entries were taken, and the first thing it should know."""
    if answer["resourceType"] == "Bundle":
        statuses = [entry["response"]["status"].split()[0] for entry in answer["entry"]]
        issues = [i for entry in answer["entry"] for i in entry["response"].get("outcome", {}).get("issue", ())]
        counts = ", ".join(f"{statuses.count(code)} × {code}" for code in sorted(set(statuses)))
    else:
        issues, counts = answer["issue"], ""
    grave = [one for one in issues if one["severity"] in ("fatal", "error", "warning")] or issues
    said = grave[0] if grave else {}
    told = (said.get("severity"), ", ".join(said.get("expression", ())), said.get("diagnostics"))
    return counts, ": ".join(filter(None, told))


def _screening(day: Day) -> None:
    """The coordinator's table."""
    day.console.print("\n2. What the coordinator sees", style="bold")
    report = Report("en")
    for site in SITES:
        for outcome in outcomes(day.store, day.mappings.study, site, NOW):
            report.add(outcome)
    report.show(day.console, today(NOW))


def _explain(day: Day) -> None:
    """One patient, down to the words in the pathology report."""
    site, patient = EXPLAINED
    day.console.print(f"\n3. Why? One patient of {site}, with the words and codes behind each answer", style="bold")
    reader = DocumentReader(compiled(day.mappings, site))
    outcome, sources = explained(day.store, day.mappings.study, reader, patient, today(NOW))
    if outcome is not None:
        show(day.console, outcome, sources, "en")


def _not_understood(day: Day) -> None:
    """What the engineer sees: what arrived, what was let go, and what nobody has mapped."""
    day.console.print(
        "\n4. What the integration engineer sees: what arrived, and what was not understood", style="bold"
    )
    fixtures = default_folder("fixtures", "demo_fixtures")
    for site in SITES:
        reader, tally = DocumentReader(compiled(day.mappings, site)), Tally()
        for path in (path for of, case in CASES if of == site for path in _bundles(fixtures / of / case)):
            tally.count(Document(f"{path.parent.name}/{path.name}", b""), reader(path.read_bytes()))
        day.console.print(site, style="bold")
        summary(day.console, tally, reader.mapping)


def _held(day: Day) -> bool:
    """What the hospitals hold now, asked of them over HTTP; the outbox is given a moment to empty."""
    day.console.print("\n5. What the hospitals hold now", style="bold")
    table = Table("site", "ResearchSubject", "status", "the hospital's patient", "study", expand=False)
    subjects = 0
    with httpx.Client(timeout=10) as client:
        for site, (address, _) in day.hospitals.items():
            wanted = sum(1 for _ in outcomes(day.store, day.mappings.study, site, NOW))
            for subject in _await(client, f"{address}/fhir/ResearchSubject", wanted):
                who = subject["individual"].get("reference") or "by identifier"
                table.add_row(site, subject["id"], subject["status"], who, subject["study"]["reference"])
                subjects += 1
    day.console.print(table)
    studies = {s["title"] for _, one in day.hospitals.values() for s in one.holds.get("ResearchStudy", {}).values()}
    day.console.print("\n".join(f"ResearchStudy: {title}" for title in sorted(studies)), markup=False)
    return subjects > 0


def _await(client: httpx.Client, address: str, wanted: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + _PATIENCE
    while True:
        found = [entry["resource"] for entry in json.loads(client.get(address).content)["entry"]]
        if len(found) >= wanted or time.monotonic() > deadline:
            return sorted(found, key=lambda one: json.dumps(one["individual"], sort_keys=True))
        time.sleep(0.1)
