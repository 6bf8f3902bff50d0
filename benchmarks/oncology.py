"""What a made hospital can say of a sarcoma patient: codes, units, markers and phrases (clinical.md §4 and §5)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_O_3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
ICD_9_CM_3 = "http://hl7.org/fhir/sid/icd-9-cm"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
HOSPITAL = "https://his.hospital-a.example/fhir"
PATHOLOGY_ITEMS = f"{HOSPITAL}/CodeSystem/pathology-items"


class Entity(NamedTuple):
    """A tumour, how often it comes, and what its slides show."""

    weight: int
    morphology: str
    english: str
    chinese: str
    diagnosis: tuple[str, str]
    positive: frozenset[str]


SARCOMA = ("C48.0", "腹膜后恶性肿瘤")
UNCERTAIN = ("D48.3", "腹膜后动态未定或动态未知的肿瘤")

ENTITIES = (
    Entity(
        45,
        "8858/3",
        "Dedifferentiated liposarcoma",
        "去分化脂肪肉瘤",
        SARCOMA,
        frozenset({"MDM2", "CDK4", "P16"}),
    ),
    Entity(25, "8890/3", "Leiomyosarcoma, NOS", "平滑肌肉瘤", SARCOMA, frozenset({"SMA", "Desmin", "h-caldesmon"})),
    Entity(
        10,
        "8851/3",
        "Liposarcoma, well differentiated, NOS",
        "高分化脂肪肉瘤",
        SARCOMA,
        frozenset({"MDM2", "CDK4", "P16", "S-100"}),
    ),
    Entity(10, "8815/1", "Solitary fibrous tumor, NOS", "孤立性纤维性肿瘤", UNCERTAIN, frozenset({"STAT6", "CD34"})),
    Entity(5, "8802/3", "Undifferentiated pleomorphic sarcoma", "未分化多形性肉瘤", SARCOMA, frozenset({"P16"})),
    Entity(5, "8800/3", "Sarcoma, NOS", "肉瘤，类型待定", SARCOMA, frozenset()),
)

MARKERS = ("MDM2", "CDK4", "P16", "STAT6", "CD34", "Desmin", "SMA", "S-100", "h-caldesmon")

#: How the slides are reported: the coded answer where there is one, and the words.
POSITIVE = (
    ("阳性（+++）", "+++"),
    ("阳性（++）", "++"),
    ("阳性（+）", "+"),
    ("阳性（弱+）", "弱+"),
    ("阳性（灶+）", "灶+"),
)
NEGATIVE = (("阴性（－）", "-"), ("阴性（-）", "-"))


class Analyte(NamedTuple):
    """A measured quantity: how it is coded, its unit, its reference range, and how it spreads."""

    code: str
    english: str
    chinese: str
    unit: str
    ucum: str
    low: Decimal
    high: Decimal
    digits: int


def _analyte(code: str, english: str, chinese: str, unit: str, low: str, high: str, ucum: str = "") -> Analyte:
    digits = len(low.partition(".")[2])
    return Analyte(code, english, chinese, unit, ucum or unit, Decimal(low), Decimal(high), digits)


BLOOD_COUNT = (
    _analyte(
        "751-8",
        "Neutrophils [#/volume] in Blood by Automated count",
        "中性粒细胞绝对值",
        "×10⁹/L",
        "1.80",
        "6.30",
        "10*9/L",
    ),
    _analyte(
        "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "白细胞计数", "×10⁹/L", "3.50", "9.50", "10*9/L"
    ),
    _analyte(
        "777-3", "Platelets [#/volume] in Blood by Automated count", "血小板计数", "×10⁹/L", "125", "350", "10*9/L"
    ),
    _analyte("718-7", "Hemoglobin [Mass/volume] in Blood", "血红蛋白", "g/L", "115", "150"),
)
CHEMISTRY = (
    _analyte("14682-9", "Creatinine [Moles/volume] in Serum or Plasma", "肌酐", "μmol/L", "41.0", "81.0", "umol/L"),
    _analyte(
        "14631-6", "Bilirubin.total [Moles/volume] in Serum or Plasma", "总胆红素", "μmol/L", "5.0", "21.0", "umol/L"
    ),
    _analyte(
        "1742-6",
        "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
        "丙氨酸氨基转移酶",
        "U/L",
        "7",
        "40",
    ),
    _analyte(
        "1920-8",
        "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
        "天冬氨酸氨基转移酶",
        "U/L",
        "13",
        "35",
    ),
    _analyte(
        "2532-0",
        "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma",
        "乳酸脱氢酶",
        "U/L",
        "120",
        "250",
    ),
    _analyte("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "白蛋白", "g/L", "40.0", "55.0"),
)
HEART = (
    _analyte("10230-1", "Left ventricular Ejection fraction", "左室射血分数", "%", "50", "70"),
    _analyte("8636-3", "Q-T interval corrected", "QTc间期", "ms", "360", "450"),
    _analyte(
        "33762-6",
        "Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma",
        "N末端脑钠肽前体",
        "pg/mL",
        "10.0",
        "125.0",
    ),
)
#: What every admission measures and no criterion asks for.
ROUTINE = (
    _analyte("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "钠", "mmol/L", "137.0", "147.0"),
    _analyte("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "钾", "mmol/L", "3.50", "5.30"),
    _analyte("2075-0", "Chloride [Moles/volume] in Serum or Plasma", "氯", "mmol/L", "99.0", "110.0"),
    _analyte("2000-8", "Calcium [Moles/volume] in Serum or Plasma", "钙", "mmol/L", "2.11", "2.52"),
    _analyte("14749-6", "Glucose [Moles/volume] in Serum or Plasma", "葡萄糖", "mmol/L", "3.90", "6.10"),
    _analyte("22664-7", "Urea [Moles/volume] in Serum or Plasma", "尿素", "mmol/L", "2.60", "7.50"),
    _analyte("14933-6", "Urate [Moles/volume] in Serum or Plasma", "尿酸", "μmol/L", "155", "357", "umol/L"),
    _analyte(
        "6768-6",
        "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma",
        "碱性磷酸酶",
        "U/L",
        "35",
        "100",
    ),
    _analyte("2885-2", "Protein [Mass/volume] in Serum or Plasma", "总蛋白", "g/L", "65.0", "85.0"),
    _analyte("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "C反应蛋白", "mg/L", "0.50", "8.00"),
    _analyte("5902-2", "Prothrombin time (PT)", "凝血酶原时间", "s", "9.4", "12.5"),
    _analyte(
        "3255-7",
        "Fibrinogen [Mass/volume] in Platelet poor plasma by Coagulation assay",
        "纤维蛋白原",
        "g/L",
        "2.00",
        "4.00",
    ),
    _analyte(
        "731-0",
        "Lymphocytes [#/volume] in Blood by Automated count",
        "淋巴细胞绝对值",
        "×10⁹/L",
        "1.10",
        "3.20",
        "10*9/L",
    ),
    _analyte(
        "742-7",
        "Monocytes [#/volume] in Blood by Automated count",
        "单核细胞绝对值",
        "×10⁹/L",
        "0.10",
        "0.60",
        "10*9/L",
    ),
    _analyte(
        "2324-2",
        "Gamma glutamyl transferase [Enzymatic activity/volume] in Serum or Plasma",
        "γ-谷氨酰转移酶",
        "U/L",
        "7",
        "45",
    ),
)
VITALS = (
    _analyte("8867-4", "Heart rate", "心率", "次/分", "60", "100", "/min"),
    _analyte("8310-5", "Body temperature", "体温", "℃", "36.0", "37.2", "Cel"),
    _analyte("9279-1", "Respiratory rate", "呼吸频率", "次/分", "12", "20", "/min"),
    _analyte("2708-6", "Oxygen saturation in Arterial blood", "血氧饱和度", "%", "95", "100"),
    _analyte("29463-7", "Body weight", "体重", "kg", "45.0", "90.0"),
    _analyte("8302-2", "Body height", "身高", "cm", "150.0", "185.0"),
)
SYSTOLIC = _analyte("8480-6", "Systolic blood pressure", "收缩压", "mmHg", "90", "139", "mm[Hg]")
DIASTOLIC = _analyte("8462-4", "Diastolic blood pressure", "舒张压", "mmHg", "60", "89", "mm[Hg]")

#: Roman numeral, name and SNOMED CT code of the anaesthetist's classes.
ASA_CLASSES = (
    ("Ⅰ", "American Society of Anesthesiologists physical status class 1", "413495001"),
    ("Ⅱ", "American Society of Anesthesiologists physical status class 2", "413496000"),
    ("Ⅲ", "American Society of Anesthesiologists physical status class 3", "413497009"),
    ("Ⅳ", "American Society of Anesthesiologists physical status class 4", "413498004"),
)

#: Other conditions: how often in a hundred, code, name. A few of them bear on a criterion.
COMORBIDITIES = (
    (40, "I10", "特发性（原发性）高血压"),
    (20, "E11.9", "2型糖尿病不伴有并发症"),
    (30, "E78.5", "高脂血症"),
    (25, "K76.0", "脂肪肝，不可归类在他处者"),
    (4, "I48", "心房颤动和扑动"),
    (3, "I63.9", "脑梗死"),
    (3, "J18.9", "肺炎"),
    (3, "C50.9", "乳腺恶性肿瘤"),
    (2, "F41.1", "广泛性焦虑障碍"),
)
PROCEDURES = (
    (100, "54.24", "腹腔内肿物闭合性［经皮］活组织检查"),
    (100, "88.01", "腹部CT检查"),
    (100, "89.52", "心电图检查"),
    (70, "88.72", "超声心动图检查"),
    (20, "54.4", "腹膜后肿瘤切除术"),
    (8, "54.11", "剖腹探查术"),
    (5, "99.25", "恶性肿瘤化学治疗"),
)
#: Ordered and given: how often in a hundred, ATC code, name, dose, unit.
DRUGS: tuple[tuple[int, str, str, int, str], ...] = (
    (100, "A02BC01", "奥美拉唑肠溶胶囊", 20, "mg"),
    (80, "C08CA01", "苯磺酸氨氯地平片", 5, "mg"),
    (60, "N02BE01", "对乙酰氨基酚片", 500, "mg"),
    (8, "L01DB01", "盐酸多柔比星脂质体注射液", 40, "mg"),
    (8, "L01AA06", "注射用异环磷酰胺", 1000, "mg"),
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂华建文国红志玉兰"
