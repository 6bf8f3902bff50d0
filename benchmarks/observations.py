"""What was measured, seen and scored: R4 Observations of a made hospital."""

from __future__ import annotations

from decimal import Decimal

from benchmarks import oncology as said
from benchmarks.stay import Json, Stay, about, concept, performer, quantity, whole


def observation(stay: Stay, category: str, code: Json, at: str, value: Json, shown: str, profile: str) -> Json:
    """Something observed; *value* holds its value[x], components and ranges."""
    body = {
        "status": "final",
        "category": [concept(category, (f"{said.HL7}observation-category", category, category.title()))],
        "code": code,
        **about(stay),
        "effectiveDateTime": at,
        "issued": f"{at[:11]}17:42:09.350+08:00",
        "performer": performer("检验科"),
        **value,
    }
    rows = [("项目", code["text"]), ("结果", shown), ("时间", at), ("报告状态", "final")]
    return whole("Observation", stay, code["text"], rows, profile, body)


def measured(stay: Stay, analyte: said.Analyte, category: str, day: int) -> Json:
    """A quantity with its reference range; about one in five lies outside of it."""
    low, high, unit = analyte.low, analyte.high, (analyte.unit, analyte.ucum)
    value = drawn(stay, analyte)
    flag = ("L", "Low") if value < low else ("H", "High") if value > high else ("N", "Normal")
    found = {
        "valueQuantity": quantity(value, *unit),
        "interpretation": [concept(flag[1], (f"{said.HL7}v3-ObservationInterpretation", *flag))],
        "specimen": {"display": "静脉血"},
        "referenceRange": [{"low": quantity(low, *unit), "high": quantity(high, *unit), "text": f"{low}–{high}"}],
    }
    code = concept(analyte.chinese, (said.LOINC, analyte.code, analyte.english))
    at = stay.at(day, 390 + stay.chance.randrange(60))
    return observation(
        stay, category, code, at, found, f"{value} {analyte.unit}", f"{said.HOSPITAL}/StructureDefinition/lab"
    )


def drawn(stay: Stay, analyte: said.Analyte) -> Decimal:
    """A value with as many decimals as the laboratory reports (1.50 stays 1.50)."""
    low, high = float(analyte.low), float(analyte.high)
    value = stay.chance.gauss((low + high) / 2, (high - low) / 2.6)
    return Decimal(f"{max(value, low / 3):.{analyte.digits}f}")


def blood_pressure(stay: Stay, day: int) -> Json:
    """A panel of two components."""
    pair = [(part, drawn(stay, part)) for part in (said.SYSTOLIC, said.DIASTOLIC)]
    parts = [
        {
            "code": concept(part.chinese, (said.LOINC, part.code, part.english)),
            "valueQuantity": quantity(value, part.unit, part.ucum),
        }
        for part, value in pair
    ]
    code = concept("血压", (said.LOINC, "85354-9", "Blood pressure panel with all children optional"))
    shown = "/".join(str(value) for _, value in pair)
    profile = "http://hl7.org/fhir/StructureDefinition/bp"
    return observation(stay, "vital-signs", code, stay.at(day, 430), {"component": parts}, shown, profile)


def stained(stay: Stay, marker: str, words: str, short: str) -> Json:
    """An immunohistochemistry result by the hospital's own code, coded or as the short form of the report."""
    code = concept(f"免疫组化 {marker}", (said.PATHOLOGY_ITEMS, f"IHC-{marker.upper()}", f"{marker} 免疫组织化学染色"))
    found = (said.SNOMED, "10828004", "Positive") if "阳" in words else (said.SNOMED, "260385009", "Negative")
    value: Json = {"valueString": f"{marker}({short})"}
    if stay.happens(60):
        value = {"valueCodeableConcept": concept(words, found)}
    value |= {"method": {"text": "EnVision 法"}, "specimen": {"display": "腹膜后肿物穿刺组织，石蜡包埋"}}
    profile = f"{said.MCODE}tumor-marker-test"
    return observation(stay, "laboratory", code, stay.at(5, 600), value, words, profile)


def coded(stay: Stay, code: tuple[str, str, str], title: str, answer: Json, profile: str, day: int = 5) -> Json:
    """A finding with a coded answer."""
    value = {"valueCodeableConcept": answer, "method": {"text": "组织病理学检查与临床评估"}}
    return observation(stay, "exam", concept(title, code), stay.at(day, 640), value, answer["text"], profile)


def histology(stay: Stay) -> Json:
    """Type and behaviour by ICD-O-3."""
    entity = stay.entity
    answer = concept(entity.chinese, (said.ICD_O_3, entity.morphology, entity.english))
    code = (said.LOINC, "31206-6", "Histology and Behavior ICD-O-3 Cancer")
    return coded(stay, code, "组织学类型", answer, f"{said.MCODE}histologic-behavior-and-type")


def grade(stay: Stay, level: int) -> Json:
    """FNCLCC grade, under the code that mCODE has for it."""
    answer = {"text": f"FNCLCC {level}级"}
    made = coded(stay, (said.NCIT, "C18000", "Histologic Grade"), "组织学分级", answer, f"{said.MCODE}histologic-grade")
    return made | {"method": {"text": "FNCLCC"}}


def size(stay: Stay, dimensions: tuple[Decimal, ...]) -> Json:
    """The tumour's dimensions on imaging, the largest under its own code."""
    codes = [("33728-7", "Size.maximum dimension in Tumor", "最大径")]
    codes += [("33729-5", "Size additional dimension in Tumor", "其他径")] * 2
    parts = [
        {"code": concept(title, (said.LOINC, code, english)), "valueQuantity": quantity(value, "cm", "cm")}
        for (code, english, title), value in zip(codes, sorted(dimensions, reverse=True), strict=True)
    ]
    code = concept("肿瘤大小", (said.LOINC, "21889-1", "Size Tumor"))
    value = {"component": parts, "method": concept("CT", (said.SNOMED, "77477000", "Computed tomography"))}
    shown = "×".join(str(value) for value in dimensions) + " cm"
    return observation(stay, "imaging", code, stay.at(2, 700), value, shown, f"{said.MCODE}tumor-size")


def counted(stay: Stay, item: str, title: str, value: int, unit: str, ucum: str) -> Json:
    """A count of the slides by the hospital's own code."""
    code = concept(title, (said.PATHOLOGY_ITEMS, item, title))
    found = {"valueQuantity": quantity(value, unit, ucum), "specimen": {"display": "腹膜后肿物穿刺组织，石蜡包埋"}}
    profile = f"{said.HOSPITAL}/StructureDefinition/pathology-item"
    return observation(stay, "laboratory", code, stay.at(5, 605), found, f"{value} {unit}", profile)


def ecog(stay: Stay) -> Json:
    """Performance status as an integer."""
    level = stay.chance.choice((0, 0, 1, 1, 1, 2))
    code = concept("ECOG 体力状况评分", (said.LOINC, "89247-1", "ECOG Performance Status score"))
    profile = f"{said.MCODE}ecog-performance-status"
    return observation(stay, "survey", code, stay.at(1, 590), {"valueInteger": level}, f"{level} 分", profile)


def asa(stay: Stay) -> Json:
    """The anaesthetist's class."""
    roman, english, code = stay.chance.choice(said.ASA_CLASSES)
    answer = concept(f"ASA {roman}级", (said.SNOMED, code, english))
    observable = (said.SNOMED, "302132005", "American Society of Anesthesiologists physical status class")
    return coded(stay, observable, "ASA 分级", answer, f"{said.HOSPITAL}/StructureDefinition/asa", day=6)


def metastases(stay: Stay) -> Json:
    """The clinical M category."""
    found = stay.happens(6)
    answer = {"text": "cM1" if found else "cM0"}
    code = (said.LOINC, "21907-1", "Distant metastases.clinical [Class] Cancer")
    return coded(stay, code, "临床远处转移分期", answer, f"{said.MCODE}tnm-distant-metastases-category", day=4)


def amplified(stay: Stay, ratio: Decimal) -> Json:
    """MDM2 FISH: the answer in words."""
    answer = {"text": "MDM2 基因扩增" if ratio >= 2 else "MDM2 基因未见扩增"}
    code = (said.LOINC, "93808-4", "MDM2 gene amplification in Tissue by FISH")
    return coded(stay, code, "MDM2 荧光原位杂交", answer, f"{said.MCODE}tumor-marker-test", day=7)


def pregnancy_test(stay: Stay) -> Json:
    """Serum hCG, qualitative."""
    answer = concept("阴性", (said.SNOMED, "260385009", "Negative"))
    code = (said.LOINC, "2118-8", "Choriogonadotropin [Presence] in Serum or Plasma")
    return coded(stay, code, "血清人绒毛膜促性腺激素", answer, f"{said.HOSPITAL}/StructureDefinition/lab", day=6)
