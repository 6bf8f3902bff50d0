"""What whoever looks after the interfaces finds in the house: gaps, a version that waits, documents set apart, letters
that were given up, tokens. All of the same site, and of nobody real."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.service.access import bearers
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.remap import mapped
from natars_fhir.service.remap.open_gaps import ident_of
from natars_fhir.store import gaps as stored
from natars_fhir.store import letters, outbox, quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.outbox import Attempt, Settled
from natars_fhir.store.quarantine import Unused
from tests import ward
from tests.service.hospital import KEY, Node, bundle, condition, patient

SITE = "hospital-b"
LIS = "http://his.hospital-b.example/lis"
#: A neutrophil count under the code of a new system.
NEW_CODE = Gap("code", "Observation", LIS, "LIS0103")
GAP = ident_of(KEY, SITE, NEW_CODE)
#: What a bedside device calls the same count, without any code.
NAME = "中性粒细胞绝对数（床旁）"
REPORT = (
    "病理诊断：（腹膜后）去分化脂肪肉瘤，FNCLCC分级2级，肿瘤大小18cm×15cm×9cm。\n"
    "免疫组化：MDM2（+），CDK4（+），p16（+），S-100（-），Ki-67（约20%+）。建议行MDM2基因FISH检测。"
)
#: Readable by now; an earlier program refused it.
READABLE: Node = bundle("collection", {**patient("apart"), "id": "apart"})


def count(number: int, code: str = "LIS0103", **more: object) -> Node:
    """A neutrophil count under a code that is not mapped."""
    coding = {"system": LIS, "code": code, "display": "中性粒细胞绝对值（新系统）"}
    told = {"valueQuantity": {"value": 1.0 + number, "unit": "10*9/L"}, "effectiveDateTime": "2024-06-10"}
    subject = {"reference": f"Patient/desk-{number}"}
    ident = {"id": f"desk-{number}-{code}", "status": "final", "subject": subject, "code": {"coding": [coding]}}
    return {"resourceType": "Observation", **ident, **told, **more}


def called(number: int) -> Node:
    """The same count under a name in words alone."""
    return count(number, "words") | {"code": {"text": NAME}}


def fill_desk(store: Store, now: datetime) -> None:
    """All of it, as of *now*."""
    intake = Intake(ward.mappings().study, KEY, "https://natars.example/fhir", 10_000)
    for number in range(1, 4):
        who = f"desk-{number}"
        sent = bundle("collection", patient(who), condition(f"c-{who}", of=f"Patient/{who}"), count(number))
        sent["entry"] += [{"resource": called(number)}] if number < 3 else []
        push(store, intake, ward.reader(SITE), json.dumps(sent).encode(), now - timedelta(minutes=10 * number))
    with store.of(SITE).write() as connection:
        found = {
            Gap("code", "Observation", LIS, "LIS0311"): ("血清钾", 412),
            Gap("unit", "Observation", "platelets", "×10⁹／升"): ("", 96),
            Gap("text", "Observation", "ecog", "一般情况可"): ("", 31),
            Gap("code", "Procedure", "http://his.hospital-b.example/operation", ""): ("", 7),
        }
        stored.count(connection, SITE, found, now - timedelta(days=2))
    _set_apart(store, now)
    _given_up(store, now)
    row = Row(Code(system=LIS, code="LIS0103"), Target("asked", "anc"), "中性粒细胞绝对值（新系统）")
    mapped.put(store, KEY, ward.mappings(), SITE, 0, row, "an operator", now - timedelta(hours=1))
    for label, roles in (("engine", ("engine",)), ("worklist", ("coordinator",))):
        wanted = bearers.Wanted(SITE, label, roles, "", now + timedelta(days=300))
        bearers.add(store, KEY, wanted, now - timedelta(days=65))


def _set_apart(store: Store, now: datetime) -> None:
    """Two documents that cannot be used, and one that can be by now."""
    day = Issue("error", "value", "Bundle.entry[0].resource.birthDate", "«birthDate» is no date of the calendar.")
    gender = Issue("error", "code-invalid", "Patient.gender", "The code is not among those that R4 allows here.")
    wrong = [{**patient(f"apart-{number}"), name: "x"} for number, name in enumerate(("birthDate", "gender"))]
    told = [(json.dumps(one).encode(), (issue,), "Patient") for one, issue in zip(wrong, (day, gender), strict=True)]
    told.append((json.dumps(READABLE).encode(), (day,), ""))
    with store.of(SITE).write() as connection:
        for raw, issues, kind in told:
            quarantine.set_apart(connection, SITE, Unused("", raw, issues, kind), now - timedelta(hours=3))


def _given_up(store: Store, now: datetime) -> None:
    """The first letters of the site were refused by its server."""
    with store.of(SITE).write() as connection:
        found = outbox.due_letters(connection, SITE, now, 2)
        settled = [Settled(one, Attempt(now, "422", ("business-rule",)), "dead") for one in found]
        outbox.write_down(connection, settled)
        outbox.settle(connection, settled)
        assert letters.left(connection, [SITE])[SITE, "dead"]
