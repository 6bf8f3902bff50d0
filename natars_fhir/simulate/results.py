"""Tells results: the scan, the slides, the gene, the blood, the heart, the scales; as items or as reports in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from natars_fhir.fhir.build import Node
from natars_fhir.simulate import wording
from natars_fhir.simulate.dialect import concept
from natars_fhir.simulate.rates import rates, table
from natars_fhir.simulate.story import Event
from natars_fhir.simulate.teller import Teller, quantity

#: Stains that a report of a biopsy always tells, where they are told at all.
_ALWAYS = ("MDM2", "CDK4")


def scan(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The scan before treatment: a report, or the diameters."""
    if teller.in_words("scan"):
        yield teller.report(name, event.day, "scan", wording.scan(teller.chance(name), teller.story, teller.tumour))
    elif teller.told("size"):
        yield teller.observation(name, event.day, teller.dialect.item("size"), _diameters(teller), "imaging")


def _diameters(teller: Teller) -> Node:
    """By LOINC each diameter is a component; the other hospital's item is the largest alone."""
    if "loinc" not in teller.dialect.told["codes"]["size"]:
        return {"valueQuantity": quantity(teller.tumour.size, "cm", "cm")}
    codes = [("33728-7", "最大径"), ("33729-5", "其他径"), ("33729-5", "其他径")]
    parts = [
        {"code": concept(title, "loinc", code), "valueQuantity": quantity(size, "cm", "cm")}
        for (code, title), size in zip(codes, sorted(teller.tumour.dimensions, reverse=True), strict=True)
    ]
    return {"component": parts, "method": concept("CT", "snomed", "77477000")}


def plain_scan(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """A scan of somebody with another disease."""
    text = f"检查所见：腹膜后未见肿大淋巴结，双侧膈肌光整。诊断意见：{event.value['name']}，请结合临床。"
    yield teller.report(name, event.day, "scan", text)


def pathology(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The biopsy's report: prose, or an item each."""
    chance, tumour = teller.chance(name), teller.tumour
    called = "黏液样脂肪肉瘤" if event.value["opinion"] else tumour.name
    stains = _panel(teller, tumour.stains)
    if teller.in_words("pathology"):
        text = wording.biopsy(chance, teller.story, tumour, stains, called)
        yield teller.report(name, event.day, "pathology", text, event.value["taken"])
    else:
        items = list(_items(teller, event, name, called, stains))
        found = [{"reference": f"Observation/{one['id']}"} for one in items]
        yield teller.report(name, event.day, "pathology", "", event.value["taken"]) | {"result": found}
        yield from items


def _panel(teller: Teller, stains: Mapping[str, str]) -> dict[str, str]:
    """MDM2 and CDK4, all that is positive, and a few that are not."""
    chance = teller.chance("panel")
    others = [marker for marker, found in stains.items() if marker not in _ALWAYS and found != "positive"]
    shown = {*chance.some_of(others, min(4, len(others))), *(m for m, f in stains.items() if f == "positive"), *_ALWAYS}
    return {marker: found for marker, found in stains.items() if marker in shown and teller.told(marker)}


def _items(teller: Teller, event: Event, name: str, called: str, stains: Mapping[str, str]) -> Iterator[Node]:
    dialect, tumour = teller.dialect, teller.tumour
    code = "8852/3" if event.value["opinion"] else tumour.morphology
    written = f"M{code[:4]}0{code[4:]}" if dialect.told["national"] else code
    answer: Node = {"valueCodeableConcept": concept(called, dialect.told["icd-o"], written)}
    more: dict[str, Any] = {"specimen": {"display": f"{wording.place(tumour)}肿物穿刺组织"}}
    item = teller.observation(f"{name}-type", event.day, dialect.item("histology"), answer, "laboratory", **more)
    if event.value["opinion"]:
        yield item
        return
    yield item | ({"status": "preliminary"} if tumour.hedged else {})
    if teller.told("grade"):
        graded: Node = {"valueCodeableConcept": {"text": f"FNCLCC {tumour.grade}级"}, "method": {"text": "FNCLCC"}}
        yield teller.observation(f"{name}-grade", event.day, dialect.item("grade"), graded, "laboratory")
    yield from _counts(teller, event, name)
    for marker, found in stains.items():
        asked = dialect.item("stain", of=marker)
        yield teller.observation(
            f"{name}-{marker.lower()}", event.day, asked, dialect.value(found), "laboratory", **more
        )
    if "loinc" in dialect.told["codes"]["size"]:
        ki67: Node = {"valueQuantity": quantity(tumour.ki67, "%", "%")}
        yield teller.observation(f"{name}-ki67", event.day, dialect.item("stain", of="Ki-67"), ki67, "laboratory")


def _counts(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    for item, value, unit, ucum in (
        ("mitoses", teller.tumour.mitoses, "个/10HPF", "{mitoses}/10.[HPF]"),
        ("necrosis", teller.tumour.necrosis, "%", "%"),
    ):
        if teller.told(item):
            counted: Node = {"valueQuantity": quantity(value, unit, ucum)}
            yield teller.observation(f"{name}-{item}", event.day, teller.dialect.item(item), counted, "laboratory")


def awaited(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The biopsy is with the pathologist: a report that holds nothing yet."""
    text = "标本已收到，诊断待回报。"
    report = teller.report(name, event.day, "pathology", text)
    yield report | {"status": "registered"}


def gene(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """MDM2 by hybridisation."""
    if teller.in_words("pathology"):
        text = wording.gene(teller.chance(name), teller.tumour, failed=event.value["failed"])
        yield teller.report(name, event.day, "pathology", text)
        return
    word = "failed" if event.value["failed"] else "amplified" if teller.tumour.amplified else "not-amplified"
    said = teller.dialect.value(word)
    yield teller.observation(name, event.day, teller.dialect.item("fish"), said, "laboratory")
    if not event.value["failed"]:
        counted: Node = {"valueQuantity": quantity(teller.tumour.ratio, "1", "1")}
        yield teller.observation(f"{name}-ratio", event.day, teller.dialect.item("ratio"), counted, "laboratory")


def asa(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The anaesthetist's class: as words in the visit's note, or as an item."""
    score = event.value["class"]
    if teller.in_words("asa"):
        report = teller.report(name, event.day, "scan", wording.anaesthesia(teller.chance(name), score))
        yield report | {"code": {"text": "麻醉前访视记录"}}
    else:
        yield teller.observation(name, event.day, teller.dialect.item("asa"), teller.dialect.value(f"asa-{score}"))


def ecog(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """Performance status."""
    said: Node = {"valueInteger": event.value["score"]}
    yield teller.observation(name, event.day, teller.dialect.item("ecog"), said, "survey")


def staging(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The clinical M category."""
    said = teller.dialect.value(event.value["category"])
    yield teller.observation(name, event.day, teller.dialect.item("staging"), said)


def pregnancy_test(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """Serum hCG, qualitative."""
    said = teller.dialect.value("hcg-positive" if event.value["positive"] else "hcg-negative")
    yield teller.observation(name, event.day, teller.dialect.item("hcg"), said, "laboratory")


def blood(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """The blood: where the patient's own values lie, less what treatment takes from them (`nadir`: 0 to 1)."""
    own = teller.chance("blood")
    for analyte in ("anc", "wbc", "platelets", "haemoglobin", "creatinine", "bilirubin", "alt", "ast", "albumin"):
        low, high = table("words")["analytes"][analyte][4:6]
        healthy = own.spread(low + 0.45 * (high - low), (high - low) / 7)
        yield _measured(teller, event, name, analyte, event.value.get(analyte) or _lowered(analyte, healthy, event))


def _lowered(analyte: str, healthy: float, event: Event) -> float:
    depth, cycle = float(event.value["nadir"]), int(event.value["cycle"])
    if analyte in ("anc", "wbc", "platelets"):
        return healthy * (1 - 0.7 * depth)
    if analyte == "haemoglobin":
        return healthy - float(rates("course")["nadir"]["haemoglobin-loss-a-cycle"]) * cycle
    return healthy * (1 + 0.2 * depth) if analyte in ("alt", "ast") else healthy


def _measured(teller: Teller, event: Event, name: str, analyte: str, value: float) -> Node:
    code, title, unit, ucum, low, high, digits = table("words")["analytes"][analyte]
    own = teller.dialect.told["codes"].get(analyte)
    asked = teller.dialect.item(analyte, title) if own else concept(title, "loinc", code)
    measured: Node = {"valueQuantity": quantity(round(max(value, 0.01), digits), unit, ucum)}
    limits = [{"low": quantity(low, unit, ucum), "high": quantity(high, unit, ucum)}]
    return teller.observation(f"{name}-{analyte}", event.day, asked, measured, "laboratory", referenceRange=limits)


def heart(teller: Teller, event: Event, name: str) -> Iterator[Node]:
    """Ejection fraction and QTc."""
    own = teller.chance("heart", name)
    for analyte in ("lvef", "qtc"):
        low, high = table("words")["analytes"][analyte][4:6]
        yield _measured(teller, event, name, analyte, own.spread((low + high) / 2, (high - low) / 8))
