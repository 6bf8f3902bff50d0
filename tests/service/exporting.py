"""A trial for the tests of exports, whose lines anybody may change: what comes out of it is what stands here."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.service.access.caller import Caller, caller
from natars_fhir.service.export.bulk_export import Depot, home, kick_off, manifest
from natars_fhir.service.export.bulk_export_asked import Wanted
from natars_fhir.service.export.bulk_export_work import Workshop, work_once
from natars_fhir.service.export.exported import Asked, Line
from natars_fhir.store import exports
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.exports import Job
from tests.service.hospital import KEY, NOW, Node, intake, mappings

A, B = "hospital-a", "hospital-b"
OFFICE = caller("token office", "", ["trial-office"])


def of_site(site: str, by: str = "client engine") -> Caller:
    return caller(by, site, ["engine"])


@dataclass
class Trial:
    """Site → subject → the resources of each; and whose data is not to be used."""

    records: dict[str, dict[str, list[Node]]] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    #: is called before each line
    meanwhile: Callable[[Line], None] = lambda _: None

    def has(self, site: str, subject: str, *resources: Node) -> None:
        self.records.setdefault(site, {})[subject] = list(resources)

    def __call__(
        self, store: Store, intake: Any, asked: Asked, *, seen: Any, withheld: Any, told: Any
    ) -> Iterator[Line]:
        for site in asked.sites:
            here = self.records.get(site.site, {})
            for number, (subject, resources) in enumerate(sorted(here.items()), 1):
                if subject in self.withheld:
                    withheld(site.site, self.withheld[subject])
                    continue
                if subject and asked.subjects and subject not in asked.subjects:
                    continue
                for one in resources:
                    if not asked.types or one["resourceType"] in asked.types:
                        line = Line(one["resourceType"], one["id"], json.dumps(one).encode(), subject)
                        self.meanwhile(line)
                        yield line
                seen(number, len(here))
            for issue in self.issues:
                told(issue)


def patient(ident: str, **more: Any) -> Node:
    return {"resourceType": "Patient", "id": ident, **more}


def seen(ident: str, code: str = "718-7", **more: Any) -> Node:
    coded = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return {"resourceType": "Observation", "id": ident, "status": "final", "code": coded, **more}


def study() -> Node:
    return {"resourceType": "ResearchStudy", "id": "natars", "status": "active"}


def small() -> Trial:
    """Two sites: two subjects at one, one at the other."""
    trial = Trial()
    for site in (A, B):
        trial.has(site, "", study())
    trial.has(A, "a1", patient("pa1"), seen("oa1"), seen("oa2", "2160-0"))
    trial.has(A, "a2", patient("pa2"))
    trial.has(B, "b1", patient("pb1"), seen("ob1"))
    return trial


class Desk:
    """One installation: exports are asked for, and made, and looked at; an hour goes by with each."""

    def __init__(self, store: Store, folder: Path, trial: Trial | None = None, **more: Any) -> None:
        self.store, self.trial, self.now = store, trial or small(), NOW
        self.folder = home(folder, KEY)
        self.depot = Depot(store, KEY, lambda: (A, B), folder, more.pop("most_jobs", 2), lambda: self.now)
        sites = {name: mappings().sites[name] for name in (A, B)}
        self.shop = Workshop(store, intake(), sites, self.folder, timedelta(hours=24), self.trial, **more)

    def ask(self, who: Caller = OFFICE, *, lenient: bool = False, **wanted: Any) -> Job:
        return kick_off(self.depot, who, Wanted(**wanted), "https://x.example/$export", lenient=lenient)

    def work(self, stopped: Callable[[], bool] = lambda: False) -> bool:
        self.now += timedelta(hours=1)
        return work_once(self.shop, lambda: self.now, stopped)

    def made(self, who: Caller = OFFICE, **wanted: Any) -> Made:
        job = self.ask(who, **wanted)
        assert self.work()
        return self.look(job.id)

    def look(self, ident: str) -> Made:
        job = self.job(ident)
        assert job is not None
        return Made(job, manifest(self.depot, job, str))

    def job(self, ident: str) -> Job | None:
        with self.store.read() as connection:
            return exports.one(connection, ident)


@dataclass
class Made:
    """What an export came to."""

    job: Job
    told: Node

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.told["transactionTime"])

    def lines(self, role: str = "output") -> list[Node]:
        folder = Path(self.job.folder) / self.job.id
        read: Sequence[str] = [
            line for one in self.told[role] for line in (folder / one["url"]).read_text("utf-8").splitlines()
        ]
        return [json.loads(line) for line in read]

    def ids(self) -> list[str]:
        return sorted(f"{one['resourceType']}/{one['id']}" for one in self.lines())

    def deleted(self) -> list[str]:
        return [entry["request"]["url"] for bundle in self.lines("deleted") for entry in bundle["entry"]]

    def said(self) -> list[tuple[str, str]]:
        return [(one["issue"][0]["code"], one["issue"][0]["diagnostics"]) for one in self.lines("error")]


def _dies() -> None:
    """`python -m tests.service.exporting DATABASE FOLDER`: a process that is killed in mid-work."""
    store = open_store(sys.argv[1])
    desk = Desk(store, Path(sys.argv[2]))
    desk.now += timedelta(hours=1)

    def killed(line: Line) -> None:
        if line.id == "pb1":
            os.kill(os.getpid(), signal.SIGKILL)

    desk.trial.meanwhile = killed
    desk.work()


if __name__ == "__main__":
    _dies()
