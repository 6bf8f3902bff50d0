"""A day at two sites, by real HTTP and each site's token: what their records bring, what people say of it, and a server
that is away from nine to eleven.

The days of the data are the fixtures'; the clock is given, and so is the key: the same day ends in the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from natars_fhir.mapping.files import load
from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.people.moves import WITHDRAWALS, Said, move
from natars_fhir.service.people.subjects import as_json, subjects_of
from natars_fhir.service.upkeep import audit as audits
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import patient, quarantine
from tests.interop.ours import Clock, Ours, case, ours, part
from tests.interop.site_server import SiteServer
from tests.service.hospital import KEY, intake
from tests.service.spoken import COORDINATOR, INVESTIGATOR, answers, item
from tests.service.subjects import SIGNER
from tests.web.caller import FHIR
from tests.web.test_over_loopback import until

A, B = "hospital-a", "hospital-b"
#: What each site asks for besides studies, subjects and requests.
ASKED = {A: 'also = ["Provenance"]\n', B: ""}
MORNING = datetime(2024, 6, 15, 0, 0, tzinfo=UTC)

LMS, DDLPS, CORRECTED, UNREADABLE, OPERATED = (
    "every-criterion-decided-lms-candidate",
    "ddlps-grade-2-mdm2-cdk4-positive-candidate",
    "correction-of-mdm2-from-positive-to-negative-ineligible",
    "an-unreadable-entry-costs-only-itself",
    "final-pathology-wdlps-after-surgery-off-study",
)
WORDS, SUPPLEMENT, FEBRUARY = "candidate-by-text-alone", "stain-corrected-by-supplement", "thirtieth-of-february"


@dataclass(frozen=True, slots=True)
class Day:
    """What is running."""

    here: Ours
    sites: dict[str, SiteServer]
    mappings: Path

    def push(self, site: str, document: dict[str, Any], minutes: int = 10) -> None:
        """A document, and some minutes go by."""
        self.here.push(site, document)
        self.here.clock.turn(minutes=minutes)

    def heard(self, site: str) -> None:
        """Waits until the site's server has everything."""
        until(lambda: not self.here.letters(site=site))

    def pseudonym(self, site: str, key: str) -> str:
        asked = select(patient.c.target).where(patient.c.site == site, patient.c.key == key)
        with self.here.store.read() as connection:
            return str(connection.execute(asked).scalar_one()).rpartition("%7C")[2]

    def tokens(self, role: str) -> dict[str, str]:
        """The trial office's own token, of no site."""
        made = bearers.add(self.here.store, KEY, Wanted("", "office", (role,)), self.here.clock())[1]
        return {**FHIR, "authorization": f"Bearer {made}"}


@contextmanager
def begun(folder: Path, store: Store) -> Iterator[Day]:
    """The morning: both servers are up."""
    with ExitStack() as stack:
        sites = {name: SiteServer() for name in (A, B)}
        for one in sites.values():
            one.up()
            stack.callback(one.away)
        servers = {name: (one.url, ASKED[name]) for name, one in sites.items()}
        here = stack.enter_context(ours(folder, store, servers, Clock(MORNING)))
        yield Day(here, sites, folder / "mappings")


def morning(day: Day) -> None:
    """Both sites: a diagnosis, a biopsy, its stains, images, each as it is there."""
    lms, ddlps, words = case(A, LMS), case(A, DDLPS), case(B, WORDS)
    day.push(A, part(lms, 0, 1, 2, 3))
    day.push(B, part(words, 0, 1))
    day.push(A, part(lms, 4))
    day.push(A, part(lms, 5, 7))
    day.push(B, part(words, 2))
    day.push(A, part(ddlps, *range(7)))
    day.push(A, part(ddlps, *range(7, len(ddlps["entry"]))))
    for site in (A, B):
        day.heard(site)


def while_b_is_away(day: Day) -> None:
    """Nobody listens at B, then it says "later"; B's records go on coming, and A hears everything all the while."""
    there, supplement = day.sites[B], case(B, SUPPLEMENT)
    there.away()
    day.push(B, part(case(B, WORDS), 3))
    day.push(B, part(supplement, 0, 1, 2))
    day.push(A, case(A, CORRECTED, "1-bundle.json"))
    day.push(A, case(A, UNREADABLE))
    day.push(A, case(A, CORRECTED, "2-bundle.json"))
    day.heard(A)
    assert day.here.letters(site=B) != []
    there.retry_after = 1800
    there.up()
    day.here.clock.turn(hours=2)
    until(lambda: there.refused > 0)
    day.push(B, part(supplement, 3, 4))
    day.push(B, part(case(B, WORDS), 4))
    day.push(B, case(B, FEBRUARY), minutes=0)
    day.push(B, case(B, FEBRUARY), minutes=0)
    assert day.here.letters(site=B) != []
    there.retry_after = 0
    day.here.clock.turn(hours=2)
    day.heard(B)


def people(day: Day) -> None:
    """The rest of her record but the team's word on the margins, which a person states; the signature, the arm, and the
    surgery of the same day."""
    lms = case(A, LMS)
    day.push(A, part(lms, 6, 8, *range(10, len(lms["entry"]))))
    day.push(A, part(lms, 0, 1, 2, 3))  # sent again: nothing new
    at = day.here.clock().isoformat()
    stated = answers(item("I-15", "yes", "MDT of 14 June"), by=COORDINATOR, authored=at)
    signed = answers(status="completed", by=INVESTIGATOR, authored=at, id="qr-2")
    for said in (stated, signed):
        told = day.here(A, "POST", "/fhir/r4/QuestionnaireResponse", said)
        assert told.status_code == 201, told.text
        day.here.clock.turn(minutes=10)
    arm = {"arm": "surgery-only", "by": SIGNER, "date": "2024-06-15"}
    address = f"{day.here.address}/api/subjects/{day.pseudonym(A, 'Patient/a-102')}/allocation"
    kept = httpx.post(address, json=arm, headers=day.tokens("trial-office"), trust_env=False, timeout=30)
    assert kept.status_code == 201, kept.text
    day.push(A, operated())
    day.heard(A)


def operated() -> dict[str, Any]:
    """The operation that another patient's fixture tells of, as hers, and of this day."""
    document = case(A, OPERATED)
    found = [one for one in document["entry"] if one["resource"]["id"] == "a-191-procedure-2"]
    text = json.dumps({**document, "entry": found}, ensure_ascii=False)
    told: dict[str, Any] = json.loads(text.replace("a-191", "a-102").replace("A-191", "A-102"))
    resource = told["entry"][0]["resource"]
    resource["id"] = "a-102-procedure-3"
    resource["identifier"][0]["value"] = "A-102-PROCEDURE-3"
    resource["performedDateTime"] = "2024-06-15T13:40:00+08:00"
    told["entry"][0] |= {"fullUrl": "https://his.hospital-a.example/fhir/Procedure/a-102-procedure-3"}
    if "request" in told["entry"][0]:
        told["entry"][0]["request"]["url"] = "Procedure/a-102-procedure-3"
    return told


def evening(day: Day) -> None:
    """A stain is taken back at A; and a patient withdraws the use of the data."""
    gone = day.here(A, "DELETE", "/fhir/r4/Observation/a-101-obs-5")
    assert gone.status_code == 204, gone.text
    day.heard(A)
    day.here.clock.turn(minutes=10)
    site, whose = load(day.mappings).sites[A], day.pseudonym(A, "Patient/a-101")
    said = Said(WITHDRAWALS["use"], SIGNER, day.here.clock().date(), "as the patient told us")
    answer = move(day.here.store, intake(), site, whose, said, day.here.clock())
    assert answer.status == 201, answer.body
    for one in (A, B):
        day.heard(one)


def ours_at_the_end(day: Day) -> list[dict[str, Any]]:
    """What our store knows of each site: verdicts, where every subject stands, and what could not be read."""
    store, now = day.here.store, day.here.clock()
    sites, found = load(day.mappings).sites, []
    for site in (A, B):
        with store.read() as connection:
            rows = connection.execute(select(patient).where(patient.c.site == site).order_by(patient.c.key)).all()
            subjects = list(subjects_of(connection, intake(), sites[site], now))
            apart = connection.execute(select(quarantine).where(quarantine.c.site == site)).all()
        told = {
            "site": site,
            "verdicts": {row.key: row.verdict for row in rows},
            "subjects": sorted((_stands(as_json(one)) for one in subjects), key=lambda one: one["pseudonym"]),
            "quarantine": [{"place": one.place, "state": one.state, "count": one.count} for one in apart],
            "audit": [act.act for _, act in audits.told(store, [site])],
        }
        found.append(told)
    return found


def _stands(subject: dict[str, Any]) -> dict[str, Any]:
    told = ("pseudonym", "state", "since", "arm", "mayBeUsed", "request")
    steps = [{name: one[name] for name in ("state", "since", "cause")} for one in subject["steps"]]
    return {name: subject[name] for name in told} | {"steps": steps}


def end(day: Day) -> dict[str, list[Any]]:
    """The end state on both sides: of ours an object a site, of each site's server everything that it holds."""
    held = {name: [_of_any_mapping(resource) for resource in one.whole()] for name, one in day.sites.items()}
    return {"ours": ours_at_the_end(day)} | held


def _of_any_mapping(resource: dict[str, Any]) -> dict[str, Any]:
    """Without the mark of the mapping, which holds the port of this run; that there is one, is left."""
    for source in resource.get("entity", ()):
        known = source["what"].get("identifier", {})
        if known.get("system", "").endswith("/NamingSystem/mapping"):
            known["value"] = "" if not known["value"] else "of-this-run"
    return resource


def whole_day(day: Day) -> None:
    for hours in (morning, while_b_is_away, people, evening):
        hours(day)
