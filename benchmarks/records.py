"""Who came, what was found to be wrong, what was done and what was written of it: R4 resources of a made hospital."""

from __future__ import annotations

from datetime import timedelta

from benchmarks import oncology as said
from benchmarks.stay import Json, Stay, about, concept, performer, quantity, whole


def patient(stay: Stay) -> Json:
    """The Patient, with its record number and address."""
    born = stay.born.isoformat()
    body = {
        "active": True,
        "name": [{"use": "official", "text": stay.name, "family": stay.name[0], "given": [stay.name[1:]]}],
        "telecom": [{"system": "phone", "value": f"010-5550{stay.chance.randrange(1000):03}", "use": "home"}],
        "gender": "female" if stay.female else "male",
        "birthDate": born,
        "address": [{"use": "home", "text": "北京市示例区示例路1号", "city": "北京市", "country": "CN"}],
        "maritalStatus": concept("已婚", (f"{said.HL7}v3-MaritalStatus", "M", "Married")),
        "communication": [{"language": concept("中文", ("urn:ietf:bcp:47", "zh-CN", "Chinese (China)"))}],
        "managingOrganization": {"reference": "Organization/hospital-a", "display": "甲医院"},
    }
    made = whole("Patient", stay, "患者基本信息", [("出生日期", born)], f"{said.MCODE}cancer-patient", body)
    made["identifier"][0]["type"] = concept("病案号", (f"{said.HL7}v2-0203", "MR", "Medical record number"))
    return made | {"id": stay.patient}


def encounter(stay: Stay, key: str, day: int, reason: str) -> Json:
    """One visit."""
    body = {
        "status": "finished",
        "class": {"system": f"{said.HL7}v3-ActCode", "code": "IMP", "display": "inpatient encounter"},
        "type": [concept("住院", (said.SNOMED, "32485007", "Hospital admission"))],
        "subject": {"reference": f"Patient/{stay.patient}", "display": stay.name},
        "participant": [{"individual": {"display": "主治医师"}}],
        "period": {"start": stay.at(day), "end": stay.at(day + 8, 930)},
        "reasonCode": [{"text": reason}],
        "serviceProvider": {"reference": "Organization/hospital-a", "display": "甲医院"},
    }
    rows = [("就诊类型", "住院"), ("入院时间", stay.at(day)), ("就诊原因", reason)]
    return whole("Encounter", stay, "就诊记录", rows, f"{said.HOSPITAL}/StructureDefinition/encounter", body) | {
        "id": key
    }


def consent(stay: Stay) -> Json:
    """Consent to this trial."""
    body = {
        "status": "active" if stay.happens(90) else "rejected",
        "scope": concept("研究", (f"{said.HL7}consentscope", "research", "Research")),
        "category": [concept("研究知情同意", (said.LOINC, "59284-0", "Consent Document"))],
        "patient": {"reference": f"Patient/{stay.patient}", "display": stay.name},
        "dateTime": stay.at(6, 600),
        "organization": [{"reference": "Organization/hospital-a", "display": "甲医院"}],
        "sourceAttachment": {"contentType": "application/pdf", "title": "NATARS（NCT05844813）知情同意书 V2.0"},
        "policy": [{"authority": said.HOSPITAL, "uri": "https://clinicaltrials.gov/study/NCT05844813"}],
        "provision": {"type": "permit", "period": {"start": stay.admitted.isoformat()}},
    }
    rows = [("研究", "NATARS"), ("签署时间", stay.at(6, 600))]
    made = whole("Consent", stay, "知情同意书", rows, f"{said.HOSPITAL}/StructureDefinition/consent", body)
    made["identifier"].append({"system": "https://clinicaltrials.gov", "value": "NCT05844813"})
    return made


def condition(stay: Stay, code: str, name: str, onset: str, extra: Json, profile: str) -> Json:
    """A diagnosis by ICD-10; *extra* is what this one has besides."""
    body = {
        **extra,
        "clinicalStatus": concept("活动", (f"{said.HL7}condition-clinical", "active", "Active")),
        "verificationStatus": concept("确诊", (f"{said.HL7}condition-ver-status", "confirmed", "Confirmed")),
        "category": [concept("诊断", (f"{said.HL7}condition-category", "encounter-diagnosis", "Encounter Diagnosis"))],
        "code": concept(name, (said.ICD_10, code, name)),
        **about(stay),
        "onsetDateTime": onset,
        "recordedDate": stay.at(1, 540),
        "recorder": {"display": "主治医师"},
    }
    rows = [("诊断", name), ("编码", code), ("发病时间", onset), ("状态", "活动，确诊")]
    return whole("Condition", stay, "诊断", rows, profile, body)


def tumour(stay: Stay) -> Json:
    """The index tumour, its morphology in mCODE's extension."""
    entity = stay.entity
    morphology = concept(entity.chinese, (said.ICD_O_3, entity.morphology, entity.english))
    extra = {
        "extension": [{"url": f"{said.MCODE}histology-morphology-behavior", "valueCodeableConcept": morphology}],
        "bodySite": [concept("腹膜后", (said.SNOMED, "82849001", "Retroperitoneal compartment structure"))],
    }
    onset = (stay.admitted - timedelta(stay.chance.randrange(20, 200))).isoformat()[:7]
    return condition(stay, *entity.diagnosis, onset, extra, f"{said.MCODE}primary-cancer-condition")


def procedure(stay: Stay, code: str, name: str, day: int) -> Json:
    """Something done, by ICD-9-CM-3."""
    body = {
        "status": "completed",
        "category": concept("操作", (said.SNOMED, "387713003", "Surgical procedure")),
        "code": concept(name, (said.ICD_9_CM_3, code, name)),
        **about(stay),
        "performedDateTime": stay.at(day, 615),
        "performer": [{"actor": {"display": "主治医师"}}],
        "location": {"display": "手术与操作中心"},
        "reasonCode": [{"text": stay.entity.diagnosis[1]}],
        "bodySite": [{"text": "腹膜后"}],
        "outcome": {"text": "顺利"},
        "note": [{"text": "操作顺利，术中出血少，患者安返病房，术后予常规监护。"}],
    }
    rows = [("名称", name), ("编码", code), ("时间", stay.at(day, 615)), ("状态", "已完成"), ("原因", "腹膜后占位")]
    return whole("Procedure", stay, "手术与操作", rows, f"{said.HOSPITAL}/StructureDefinition/procedure", body)


def drug_order(stay: Stay, code: str, name: str, dose: int, unit: str) -> Json:
    """A prescription."""
    body = {
        "status": "active",
        "intent": "order",
        "category": [concept("住院", (f"{said.HL7}medicationrequest-category", "inpatient", "Inpatient"))],
        "medicationCodeableConcept": concept(name, (said.ATC, code, name)),
        **about(stay),
        "authoredOn": stay.at(2, 570),
        "requester": {"display": "主治医师"},
        "dosageInstruction": [
            {
                "sequence": 1,
                "text": f"每次{dose}{unit}，每日一次",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": quantity(dose, unit, unit)}],
            }
        ],
        "dispenseRequest": {"quantity": {"value": 14, "unit": "次"}},
    }
    rows = [("药品", name), ("用法", f"每次{dose}{unit}"), ("开立时间", stay.at(2, 570))]
    profile = f"{said.MCODE}cancer-related-medication-request"
    return whole("MedicationRequest", stay, "医嘱", rows, profile, body)


def drug_given(stay: Stay, code: str, name: str, dose: int, unit: str) -> Json:
    """A dose that was given."""
    given = {"start": stay.at(3, 540), "end": stay.at(3, 630)}
    body = {
        "status": "completed",
        "category": concept("住院", (f"{said.HL7}medication-admin-category", "inpatient", "Inpatient")),
        "medicationCodeableConcept": concept(name, (said.ATC, code, name)),
        "subject": about(stay)["subject"],
        "context": about(stay)["encounter"],
        "effectivePeriod": given,
        "performer": [{"actor": {"display": "责任护士"}}],
        "dosage": {"text": f"{dose}{unit}", "dose": quantity(dose, unit, unit)},
        "note": [{"text": "给药过程顺利，未见输液反应。"}],
    }
    rows = [("药品", name), ("剂量", f"{dose}{unit}"), ("给药时间", given["start"]), ("状态", "已完成")]
    profile = f"{said.MCODE}cancer-related-medication-administration"
    return whole("MedicationAdministration", stay, "给药记录", rows, profile, body)


def report(stay: Stay, category: tuple[str, str], code: tuple[str, str], title: str, day: int, text: str) -> Json:
    """A report whose content is prose."""
    body = {
        "status": "final",
        "category": [concept(category[1], (f"{said.HL7}v2-0074", *category))],
        "code": concept(title, (said.LOINC, *code)),
        **about(stay),
        "effectiveDateTime": stay.at(day, 480),
        "issued": stay.at(day + 2, 1010),
        "performer": performer("诊断医师"),
        "conclusion": text,
    }
    rows = [("报告", title), ("结论", text)]
    return whole("DiagnosticReport", stay, title, rows, f"{said.HOSPITAL}/StructureDefinition/report", body)
