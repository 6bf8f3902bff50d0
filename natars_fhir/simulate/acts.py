"""Tells who it is, what is wrong, what was done, given and agreed: the same in every dialect, by its codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from natars_fhir.fhir.build import Node
from natars_fhir.simulate import wording
from natars_fhir.simulate.dialect import concept, system
from natars_fhir.simulate.rates import table
from natars_fhir.simulate.story import Event
from natars_fhir.simulate.teller import Teller, at, quantity, status

_GRADE = "http://hl7.org/fhir/us/mcode/StructureDefinition/ctcae-grade"
_MORPHOLOGY = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"
_RESIDENTS = "urn:oid:2.999.156.99.1"


def person(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The Patient."""
    who = teller.story.person
    born = {"day": who.born.isoformat(), "year": str(who.born.year), "none": None}[who.birth_told]
    numbers = [
        {"use": "usual", "type": {"text": "病案号"}, "system": teller.dialect.told["record"], "value": who.record}
    ]
    if who.resident:
        numbers.append({"type": {"text": "模拟居民身份号码"}, "system": _RESIDENTS, "value": who.resident})
    gender = "female" if who.female else "male"
    yield teller.resource(
        "Patient", name, event.day, identifier=numbers, name=[{"text": who.name}], gender=gender, birthDate=born
    )


def visit(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A stay in the hospital; R5 tells its class and its period otherwise."""
    kind = {"system": system("hl7") + "v3-ActCode", "code": "IMP", "display": "inpatient encounter"}
    if teller.dialect.told["version"] == "R5":
        told: dict[str, Any] = {"status": "in-progress", "class": [{"coding": [kind]}]}
        told |= {"actualPeriod": {"start": at(event.day, 500)}, "reason": [{"value": [{"concept": _said(event)}]}]}
    else:
        told = {
            "status": "in-progress",
            "class": kind,
            "period": {"start": at(event.day, 500)},
            "reasonCode": [_said(event)],
        }
    yield teller.resource("Encounter", name, event.day, **told)


def _said(event: Event) -> Node:
    return {"text": event.value["reason"]}


def diagnosis(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The tumour: provisional until the tissue is read, then confirmed, with its type."""
    tumour, certain = teller.tumour, event.value["certain"]
    place = "uncertain" if tumour.histology == "SFT" and tumour.site == "retroperitoneum" else tumour.site
    code, title = table("words")["sites"][place]
    typed = certain and not tumour.hedged and teller.told("pathology")
    called = f"{wording.place(tumour)}{tumour.name}" if typed and teller.in_words("pathology") else title
    coded = typed and not teller.in_words("pathology")
    yield _condition(teller, event.day, name, code, called if certain else f"{wording.place(tumour)}占位性病变") | {
        "verificationStatus": status(
            "ver-status", "confirmed" if certain else "provisional", "确诊" if certain else "待查"
        ),
        **({"extension": [{"url": _MORPHOLOGY, "valueCodeableConcept": _morphology(teller)}]} if coded else {}),
    }


def _morphology(teller: Teller) -> Node:
    code = teller.tumour.morphology
    written = f"M{code[:4]}0{code[4:]}" if teller.dialect.told["national"] else code
    return concept(teller.tumour.name, teller.dialect.told["icd-o"], written)


def _condition(teller: Teller, day: date, name: str, code: str, title: str, **more: Any) -> Node:
    written = f"{code}00x001" if teller.dialect.told["national"] and "." in code else code
    return teller.resource(
        "Condition",
        name,
        day,
        clinicalStatus=status("clinical", "active", "活动"),
        verificationStatus=status("ver-status", "confirmed", "确诊"),
        code=concept(title, teller.dialect.told["icd-10"], written),
        recordedDate=at(day, 560),
        **more,
    )


def condition(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """Another diagnosis, with the day on which it began and, where it is over, ended."""
    told = event.value
    code, title = (told["code"], told["name"]) if "code" in told else table("words")["conditions"][told["what"]]
    made = _condition(
        teller, event.day, name, code, title, onsetDateTime=told["onset"], abatementDateTime=told.get("ended")
    )
    yield made | ({"clinicalStatus": status("clinical", "resolved", "已愈")} if "ended" in told else {})


def operation(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A biopsy, or something done years ago."""
    what = event.value["what"]
    note = "术中仅取活检，未切除肿瘤。" if what == "laparotomy" else None
    yield _procedure(teller, event.value.get("on", event.day), name, what, note=note)


def _procedure(teller: Teller, day: date, name: str, what: str, note: str | None = None) -> Node:
    code, national, title = table("words")["operations"][what]
    written = national if teller.dialect.told["national"] else code
    return teller.resource(
        "Procedure",
        name,
        day,
        status="completed",
        code=concept(title, teller.dialect.told["icd-9"], written),
        performedDateTime=at(day, 570),
        bodySite=[{"text": wording.place(teller.tumour)}] if what in ("biopsy", "resection", "laparotomy") else None,
        note=[{"text": note}] if note else None,
    )


def surgery(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The tumour's resection, the organs with it, the surgeon's report, the margin."""
    organs = [table("words")["operations"][organ][2].removesuffix("术") for organ in event.value["organs"]]
    yield _procedure(teller, event.day, name, "resection")
    for organ in event.value["organs"]:
        yield _procedure(teller, event.day, f"{name}-{organ}", organ)
    margin = event.value["margin"]
    text = wording.operation(teller.chance(name), teller.tumour, margin, organs)
    if teller.in_words("pathology"):
        yield teller.report(f"{name}-note", event.day, "operation-note", text)
    said = (
        {"valueString": f"{margin}切除"}
        if teller.dialect.told["national"]
        else {"valueCodeableConcept": {"text": margin}}
    )
    yield teller.observation(f"{name}-margin", event.day, teller.dialect.item("margin"), said)


def final(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The pathologist's report of the surgeon's specimen."""
    cut = teller.story.first("surgery")
    margin = cut.value["margin"] if cut is not None else "R0"
    kind = event.value["histology"]
    changed = kind != teller.tumour.histology
    called, code = table("words")["tumours"][kind][0] if changed else (teller.tumour.name, teller.tumour.morphology)
    viable = event.value["viable"]
    if teller.in_words("pathology") or not viable:
        text = wording.final(teller.chance(name), teller.tumour, called, margin, viable=viable)
        yield teller.report(name, event.day, "pathology", text)
        return
    written = f"M{code[:4]}0{code[4:]}" if teller.dialect.told["national"] else code
    said: Node = {"valueCodeableConcept": concept(called, teller.dialect.told["icd-o"], written)}
    specimen = {"display": f"{wording.place(teller.tumour)}肿瘤切除标本"}
    yield teller.observation(name, event.day, teller.dialect.item("histology"), said, "laboratory", specimen=specimen)


def dose(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A drug of a cycle, given from its first day to its last."""
    told = event.value
    _, title, unit = table("words")["drugs"][told["drug"]]
    given = {"start": at(event.day, 600), "end": at(told["to"], 660)}
    amount = quantity(told["dose"], unit, unit)
    yield teller.resource(
        "MedicationAdministration",
        f"{name}-{told['drug']}",
        event.day,
        status="completed",
        medicationCodeableConcept=teller.dialect.item(told["drug"], title) | {"text": title},
        effectivePeriod=given,
        dosage={"text": f"每次{told['dose']:g}{unit}", "dose": amount},
    )


def earlier_drug(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A drug of earlier years, as the history has it."""
    code, title, _ = table("words")["drugs"][event.value["drug"]]
    given = {"start": str(event.value["from"]), "end": str(event.value["to"])}
    yield teller.resource(
        "MedicationStatement",
        name,
        event.day,
        status="completed",
        medicationCodeableConcept=concept(title, "atc", code),
        effectivePeriod=given,
        dateAsserted=str(event.day),
    )


def consent(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """Consent to this trial, or its refusal."""
    given = event.value["answer"] == "given"
    trial = teller.dialect.told["ethics"]
    yield teller.resource(
        "Consent",
        name,
        event.day,
        status="active" if given else "rejected",
        scope=concept("研究", system("hl7") + "consentscope", "research"),
        category=[concept("知情同意书", "loinc", "59284-0")],
        dateTime=at(event.day, 630),
        policyRule={"text": trial},
        policy=None,
        provision={"type": "permit" if given else "deny"},
    )


def allocation(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The arm, as the site's own record of the trial has it."""
    yield teller.resource(
        "ResearchSubject",
        name,
        event.day,
        status="on-study",
        period={"start": str(event.day)},
        study={"reference": "ResearchStudy/NCT05844813"},
        assignedArm=event.value["arm"],
    )


def toxicity(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """An adverse event of treatment with its CTCAE grade."""
    yield teller.resource(
        "AdverseEvent",
        f"{name}-{event.value['what']}",
        event.day,
        actuality="actual",
        event={"text": table("words")["terms"][event.value["what"]]},
        date=at(event.day, 700),
        extension=[{"url": _GRADE, "valueString": f"{event.value['grade']}级"}],
    )


def complication(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A complication's Clavien-Dindo grade."""
    said = {"valueString": f"Grade {event.value['grade']}"}
    yield teller.observation(name, event.day, teller.dialect.item("complication"), said)


def follow_up(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A scan after surgery, its assessment, and the day on which the patient was seen."""
    word = event.value["assessment"]
    if teller.in_words("scan"):
        text = wording.follow_up(teller.chance(name), teller.tumour, word)
        yield teller.report(f"{name}-scan", event.day, "scan", text)
    yield teller.observation(name, event.day, teller.dialect.item("assessment"), teller.dialect.value(word))
    seen: Node = {"valueDateTime": str(event.day)}
    yield teller.observation(f"{name}-alive", event.day, teller.dialect.item("alive"), seen, "survey")
