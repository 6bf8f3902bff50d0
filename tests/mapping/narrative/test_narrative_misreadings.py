"""Sentences whose wrong reading would harm: a stain, a grade, a size, a metastasis or a tumour that is not so."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Kind, Words, read

from .written import line, lines

STAINS = [
    ("MDM2 +/-", ["mdm2 equivocal"]),
    ("MDM2/CDK4: +/-", ["mdm2 equivocal", "cdk4 equivocal"]),
    ("MDM2(阴性对照-)，CDK4(阳性对照+)", []),
    ("MDM2 control (+), MDM2 tumor (-)", ["mdm2 negative"]),
    ("对照组织MDM2(+)，肿瘤MDM2(-)", ["mdm2 negative"]),
    ("MDM2 positive in scattered histiocytes only", []),
    ("通常MDM2、CDK4阳性", []),
    ("去分化脂肪肉瘤常表达MDM2、CDK4", []),
    ("DDLPS typically expresses MDM2 and CDK4", []),
    ("需MDM2阳性方可诊断", []),
    ("MDM2弱+，难以判定", ["mdm2 positive hedged"]),
    ("MDM2（+），但非特异", ["mdm2 positive hedged"]),
    ("MDM2（+，考虑非特异着色）", ["mdm2 equivocal hedged"]),
    ("MDM2(+，背景着色)", ["mdm2 equivocal"]),
    ("MDM2阳性细胞<1%", ["mdm2 equivocal"]),
    ("MDM2(强弱不均+)", ["mdm2 positive"]),
    ("CDK4 negative - MDM2 positive", ["cdk4 negative", "mdm2 positive"]),
    ("患者可见皮疹，MDM2(+)", ["mdm2 positive"]),
    ("MDM2阳性率0%", ["mdm2 negative"]),
    ("MDM2未见明确阳性", ["mdm2 negative"]),
    ("MDM2并非弥漫阳性", ["mdm2 equivocal"]),
    ("MDM2 is not diffusely positive", ["mdm2 equivocal"]),
    ("MDM2 is not only positive but strong", ["mdm2 positive"]),
    ("MDM2 疑阳性", ["mdm2 equivocal"]),
    ("MDM2无过表达", ["mdm2 negative"]),
    ("MDM2突变阴性", []),
    ("MDM2、CDK4（+、-）", ["mdm2 positive", "cdk4 negative"]),
    ("MDM2，CDK4分别为阳性、阴性", ["mdm2 positive", "cdk4 negative"]),
    ("MDM2 and CDK4 are positive and negative, respectively", ["mdm2 positive", "cdk4 negative"]),
    ("MDM2/CDK4/p16 (+/+/-)", ["mdm2 positive", "cdk4 positive", "p16 negative"]),
    ("MDM2、CDK4、p16分别为+、-", []),
    ("MDM2阳性表达缺失", ["mdm2 negative"]),
    ("MDM2(-)，局灶(+)，CDK4(+)", ["mdm2 equivocal", "cdk4 positive"]),
    ("MDM2基本阴性", ["mdm2 equivocal"]),
    ("MDM2阳性不明显", ["mdm2 equivocal"]),
    ("MDM2阴性，复染阳性", ["mdm2 negative hedged"]),
]
GENES = [
    ("MDM2基因扩增（FISH）：结果见补充报告", []),
    ("MDM2基因扩增：", []),
    ("MDM2基因扩增：有", ["amplified"]),
    ("MDM2 gene amplification: not detected", ["not-amplified"]),
    ("MDM2无明显扩增", ["not-amplified"]),
    ("MDM2 FISH未提示扩增", ["not-amplified"]),
    ("MDM2基因未达扩增标准", ["not-amplified"]),
    ("MDM2 copy number gain without amplification", ["not-amplified"]),
    ("MDM2基因拷贝数增加，未达扩增", ["not-amplified"]),
    ("MDM2 amplification cannot be confirmed", ["amplified hedged"]),
    ("MDM2扩增可见于去分化脂肪肉瘤", []),
    ("MDM2 FISH：信号比1:6", []),
    ("FISH检测MDM2基因扩增", ["amplified hedged"]),
    ("FISH检测MDM2基因扩增，结果未归", ["pending pending"]),
    ("FISH检测MDM2基因扩增，结果：阴性", ["not-amplified"]),
    ("FISH检测MDM2基因扩增，MDM2/CEP12=5.2", ["amplified"]),
    ("外院FISH示MDM2扩增，本院复查未见扩增", ["amplified hedged"]),
    ("外院FISH示MDM2扩增，本院复查扩增", ["amplified"]),
    ("MDM2（FISH）：无扩增", ["not-amplified"]),
]
NUMBERS: list[tuple[str, Kind, list[str]]] = [
    ("活检组织FNCLCC 1级，不排除更高级别", "pathology", ["fnclcc-grade [1,3]"]),
    ("FNCLCC 1级。注：活检组织有限，分级可能低估。", "pathology", ["fnclcc-grade [1,3]"]),
    ("至少FNCLCC 1级", "pathology", ["fnclcc-grade [1,3]"]),
    ("at least grade 1 (FNCLCC)", "pathology", ["fnclcc-grade [1,3]"]),
    ("at most FNCLCC grade 2", "pathology", ["fnclcc-grade [1,2]"]),
    ("FNCLCC 3+1+1=5", "pathology", ["fnclcc-grade 2"]),
    ("FNCLCC分级标准：1级2-3分，2级4-5分，3级6-8分", "pathology", []),
    ("按FNCLCC分级标准为2级", "pathology", ["fnclcc-grade 2"]),
    ("FNCLCC grade 3 is defined as score 6-8", "pathology", []),
    ("FNCLCC分级由2级更正为3级", "pathology", ["fnclcc-grade 3"]),
    ("原报告FNCLCC 1级，现更正为2级", "pathology", ["fnclcc-grade 2"]),
    ("ASA Ⅲ级/Ⅳ级", "operation", ["asa-class [3,4]"]),
    ("入组标准：ECOG 0~1，ASA 1~3", "other", []),
    ("肿块8cm以上", "imaging", ["tumour-size [8,)"]),
    ("肿块10cm以下", "imaging", ["tumour-size [0,10]"]),
    ("肿块不小于8cm", "imaging", ["tumour-size [8,)"]),
    ("肿块超过8cm", "imaging", ["tumour-size (8,)"]),
    ("肿块近10cm", "imaging", ["tumour-size [0,10]"]),
    ("mass nearly 10 cm in size", "imaging", ["tumour-size [0,10]"]),
    ("左大腿肿物20cm", "imaging", []),
    ("左大腿见一肿物，大小20cm×15cm", "imaging", []),
    ("肝囊肿12cm×10cm", "imaging", []),
    ("腹股沟淋巴结，大小12cm×10cm", "imaging", []),
    ("肿块由5cm增大至12cm", "imaging", ["tumour-size 12"]),
    ("更正：肿瘤大小由5cm更正为15cm", "pathology", ["tumour-size 15"]),
    ("长约12cm肠管与肿瘤粘连", "imaging", []),
    ("A mass is seen in the left retroperitoneum measuring 15 cm.", "imaging", ["tumour-size 15"]),
    ("肿块可见于左侧腹膜后，大小15cm×12cm", "imaging", ["tumour-size 15"]),
    ("囊实性肿块伴囊变，大小约15×12cm", "imaging", ["tumour-size 15"]),
    ("扫描范围12cm，肿块显示不清", "imaging", []),
    ("肿块内囊变区约10cm×8cm", "imaging", []),
    ("肿瘤体积约1200cm3", "imaging", []),
    ("穿刺组织3条，长1.2cm，直径0.1cm：平滑肌肉瘤", "pathology", []),
    ("核分裂象(5-10)/10HPF", "pathology", ["mitoses-per-10hpf [5,10]"]),
    ("核分裂象4个以上/10HPF", "pathology", ["mitoses-per-10hpf [4,)"]),
    ("核分裂象3个以下/10HPF", "pathology", ["mitoses-per-10hpf [0,3]"]),
    ("核分裂象10个/10HPF以上", "pathology", ["mitoses-per-10hpf [10,)"]),
    ("FNCLCC2级", "pathology", ["fnclcc-grade 2"]),
    ("FNCLCC2-3级", "pathology", ["fnclcc-grade [2,3]"]),
    ("FNCLCCG1", "pathology", ["fnclcc-grade 1"]),
    ("FNCLCC三级", "pathology", ["fnclcc-grade 3"]),
    ("FNCLCC三级分级系统：2级", "pathology", ["fnclcc-grade 2"]),
    ("肿块由10×8cm增大至15×12cm", "imaging", ["tumour-size 15"]),
    ("肿块约15.2（左右）×10.1（前后）×18（上下）cm", "imaging", ["tumour-size 18"]),
    ("肿块大小(cm)：15×12×10", "imaging", ["tumour-size 15"]),
    ("肿块大小(mm)：150×120×100", "imaging", ["tumour-size 15"]),
    ("肿块大小15×12×10（IM20）", "imaging", []),
    ("左腹膜后肿块，约18cm，边界清", "imaging", ["tumour-size 18"]),
    ("肿瘤侵犯膈肌，约3cm", "imaging", []),
    ("PS 1分", "other", ["ecog 1"]),
    ("ECOG 1. ASA class II.", "other", ["ecog 1", "asa-class 2"]),
]
SPREAD: list[tuple[str, Kind, list[str]]] = [
    ("双肺结节，M1?", "imaging", ["suspected hedged"]),
    ("建议除外转移", "imaging", ["suspected hedged"]),
    ("建议PET-CT以除外肝转移", "imaging", ["suspected hedged"]),
    ("双肺小结节，建议随访除外转移", "imaging", ["suspected hedged"]),
    ("不除外转移", "imaging", ["suspected hedged"]),
    ("无法排除肝转移", "imaging", ["suspected hedged"]),
    ("难以除外转移", "imaging", ["suspected hedged"]),
    ("CT to rule out metastasis", "imaging", ["suspected hedged"]),
    ("已除外转移", "imaging", ["absent"]),
    ("淋巴结转移癌0/5", "pathology", ["absent"]),
    ("淋巴结0/12见转移", "pathology", ["absent"]),
    ("淋巴结（2/15）见转移", "pathology", ["present"]),
    ("若出现转移则停药", "other", []),
    ("cT3N0M0", "other", ["cM0"]),
    ("TNM分期：T2N0M1", "other", ["cM1"]),
    ("淋巴结转移情况：0/12", "pathology", ["absent"]),
    ("转移淋巴结数/淋巴结总数：0/12", "pathology", ["absent"]),
    ("淋巴结转移情况：2/12", "pathology", ["present"]),
    ("远处转移（-）", "pathology", ["absent"]),
    ("远处转移：否", "other", ["absent"]),
    ("有无远处转移：无", "other", ["absent"]),
    ("远处转移（+）", "other", ["present"]),
    ("转移部位：肝", "other", ["present"]),
    ("远处转移：", "other", []),
    ("远处转移：不详", "other", []),
    ("转移情况：未见转移", "other", ["absent"]),
    ("评估有无转移", "other", ["suspected hedged"]),
    ("请临床除外转移", "pathology", ["suspected hedged"]),
]
TUMOURS = [
    ("2018年右大腿去分化脂肪肉瘤", []),
    ("(左大腿)平滑肌肉瘤", []),
    ("既往乳腺癌病史", []),
    ("2015年胃平滑肌肉瘤术后，本次（腹膜后）去分化脂肪肉瘤", ["DDLPS"]),
    (
        "History of leiomyosarcoma of the uterus, now retroperitoneal mass: undifferentiated pleomorphic sarcoma",
        ["UPS"],
    ),
    ("腹膜后去分化脂肪肉瘤侵及大腿", ["DDLPS"]),
    ("大腿根部及腹膜后去分化脂肪肉瘤", ["DDLPS"]),
    ("形态类似去分化脂肪肉瘤", ["DDLPS hedged"]),
    ("去分化脂肪肉瘤相关基因检测", []),
    ("目前证据支持去分化脂肪肉瘤，但不能确诊", ["DDLPS hedged"]),
    ("Suspicious for, but not diagnostic of, leiomyosarcoma", ["LMS hedged"]),
    ("鉴别：平滑肌肉瘤？去分化脂肪肉瘤？", []),
    ("冰冻病理：平滑肌肉瘤", ["LMS hedged"]),
    ("平滑肌肉瘤，待石蜡切片进一步明确", ["LMS hedged"]),
    ("冰冻：平滑肌肉瘤；石蜡：去分化脂肪肉瘤", ["LMS hedged", "DDLPS"]),
    ("冰冻后石蜡：平滑肌肉瘤", ["LMS"]),
    ("不同意原诊断平滑肌肉瘤，考虑去分化脂肪肉瘤", ["DDLPS hedged"]),
    ("尚难确定为平滑肌肉瘤", ["LMS hedged"]),
    ("外院：平滑肌肉瘤；我院会诊：去分化脂肪肉瘤", ["LMS hedged", "DDLPS"]),
]
ORIGINS = [
    ("下腔静脉平滑肌肉瘤", ["retroperitoneum"]),
    ("右侧卵巢静脉平滑肌肉瘤", ["retroperitoneum"]),
    ("Leiomyosarcoma of the inferior vena cava", ["retroperitoneum"]),
    ("平滑肌肉瘤侵犯下腔静脉", []),
    ("子宫平滑肌肉瘤", ["uterus hedged"]),
    ("gastric leiomyosarcoma", ["gi-tract hedged"]),
    ("侵及子宫平滑肌肉瘤", []),
    ("左肾周去分化脂肪肉瘤", ["retroperitoneum hedged"]),
    ("Retroperitoneum, mass, resection: dedifferentiated liposarcoma", ["retroperitoneum"]),
    ("来源于乙状结肠系膜", ["other"]),
]
SURGERY = [
    ("腹膜后肿瘤穿刺活检术后", None),
    ("腹膜后肿物活检术后", None),
    ("腹膜后囊肿切除术后", None),
    ("2015年胃平滑肌肉瘤术后", None),
    ("腹膜后肿瘤切除术后", "present"),
    ("否认手术、外伤史，否认肿瘤家族史", "absent"),
    ("子宫平滑肌肉瘤复发", "suspected hedged"),
]


def _of(text: str, words: Words, *concepts: str, kind: Kind = "pathology") -> set[str]:
    return {each.partition(" ")[2] for each in lines(read(text, words, kind)) if each.partition(" ")[0] in concepts}


@pytest.mark.parametrize(("text", "expected"), STAINS, ids=[row[0] for row in STAINS])
def test_stain(text: str, expected: list[str], words: Words) -> None:
    told = {each for each in lines(read(text, words)) if each.startswith("ihc-")}
    assert told == {f"ihc-{each}" for each in expected}


@pytest.mark.parametrize(("text", "expected"), GENES, ids=[row[0] for row in GENES])
def test_gene(text: str, expected: list[str], words: Words) -> None:
    assert _of(text, words, "fish-mdm2") == set(expected)


@pytest.mark.parametrize(("text", "kind", "expected"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_number(text: str, kind: Kind, expected: list[str], words: Words) -> None:
    numbers = ("fnclcc-grade", "asa-class", "ecog", "tumour-size", "mitoses-per-10hpf")
    told = {line(each) for each in read(text, words, kind).of(*numbers)}
    assert told == set(expected)


@pytest.mark.parametrize(("text", "kind", "expected"), SPREAD, ids=[row[0] for row in SPREAD])
def test_metastasis(text: str, kind: Kind, expected: list[str], words: Words) -> None:
    assert _of(text, words, "metastasis", "distant-metastasis-category", kind=kind) == set(expected)


@pytest.mark.parametrize(("text", "expected"), TUMOURS, ids=[row[0] for row in TUMOURS])
def test_tumour(text: str, expected: list[str], words: Words) -> None:
    assert _of(text, words, "histology") == set(expected)


@pytest.mark.parametrize(("text", "expected"), ORIGINS, ids=[row[0] for row in ORIGINS])
def test_origin(text: str, expected: list[str], words: Words) -> None:
    assert _of(text, words, "primary-site") == set(expected)


@pytest.mark.parametrize(("text", "expected"), SURGERY, ids=[row[0] for row in SURGERY])
def test_earlier_resection(text: str, expected: str | None, words: Words) -> None:
    assert _of(text, words, "prior-resection", kind="other") == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("2018年右大腿去分化脂肪肉瘤", "histology"),
        ("左大腿肿物20cm", "tumour-size"),
        ("肿瘤体积约1200cm3", "tumour-size"),
        ("下腔静脉内见平滑肌肉瘤", "primary-site"),
        ("MDM2基因扩增（FISH）：结果见补充报告", "fish-mdm2"),
        ("MDM2、CDK4、p16分别为+、-", "ihc-mdm2"),
        ("FNCLCC分级标准：1级2-3分", "fnclcc-grade"),
    ],
)
def test_what_is_not_taken_is_told(text: str, concept: str, words: Words) -> None:
    assert concept in [each.concept for each in read(text, words).unread]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("切缘：上缘（-），下缘（+）", {"R1"}),
        ("切缘：上（-）、下（-）、基底（-）", {"R0"}),
        ("Margins: superior negative, inferior positive", {"R1"}),
    ],
)
def test_one_edge_that_is_involved_makes_it_r1(text: str, expected: set[str], words: Words) -> None:
    assert _of(text, words, "resection-margin") == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("标本与他人标本混淆，本报告作废。（腹膜后）去分化脂肪肉瘤。", set(), id="withdrawn"),
        pytest.param("（腹膜后）去分化脂肪肉瘤。本报告作废。", set(), id="withdrawn at its end"),
        pytest.param("前次报告作废。去分化脂肪肉瘤。", {"histology DDLPS"}, id="it is the former that is withdrawn"),
        pytest.param("同病室患者曾行化疗。", set(), id="another patient's"),
        pytest.param(
            "未分化多形性肉瘤，需除外去分化脂肪肉瘤", {"histology UPS hedged", "histology DDLPS hedged"}, id="left open"
        ),
        pytest.param(
            "平滑肌肉瘤，不能除外间质瘤", {"histology LMS hedged", "histology OTHER hedged"}, id="another not excluded"
        ),
        pytest.param("平滑肌肉瘤，不除外转移", {"histology LMS", "metastasis suspected hedged"}, id="no other type"),
        pytest.param("胰腺癌累及腹膜后", {"histology OTHER"}, id="what reaches a place"),
        pytest.param("腹膜后肿瘤已排除", set(), id="no lesion there"),
        pytest.param("待排腹膜后肿瘤", {"primary-site retroperitoneum hedged"}, id="perhaps a lesion"),
        pytest.param("腹膜后转移灶", {"metastasis present"}, id="where it went"),
        pytest.param(
            "结肠癌术后腹膜后复发",
            {"prior-resection present", "primary-site retroperitoneum hedged"},
            id="where it came back",
        ),
        pytest.param(
            "去分化脂肪肉瘤，原报告FNCLCC 3级更正为FNCLCC 1级",
            {"histology DDLPS", "fnclcc-grade 1"},
            id="what a correction leaves",
        ),
        pytest.param("CDK4阳性率0", {"ihc-cdk4 negative"}, id="a share of nought"),
        pytest.param("未见MDM2表达缺失", {"ihc-mdm2 positive"}, id="no loss"),
        pytest.param("MDM2、CDK4至少一项阳性", {"ihc-mdm2 equivocal", "ihc-cdk4 equivocal"}, id="one of them"),
        pytest.param("残余肿瘤8cm", set(), id="what is left of it"),
        pytest.param("复发转移高风险", set(), id="a risk"),
    ],
)
def test_what_is_withdrawn_anothers_or_left_open_decides_nothing(text: str, said: set[str], words: Words) -> None:
    assert lines(read(text, words)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("打开膈肌，进入胸腔探查", set()),
        ("经膈切口进入胸腔，胸腔内无异常", set()),
        ("肿瘤经膈肌进入胸腔", {"diaphragm-crossing present"}),
        ("肿瘤突入右侧胸腔", {"diaphragm-crossing present"}),
    ],
)
def test_a_surgeons_way_into_the_chest_is_not_the_tumours(text: str, said: set[str], words: Words) -> None:
    found = lines(read(text, words, "operation"))
    assert {one for one in found if one.startswith("diaphragm")} == said


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("外院予安罗替尼治疗，未服用", "unclear"),
        ("外院予安罗替尼治疗，患者拒绝", "unclear"),
        ("外院予安罗替尼治疗，未见缩小", "given"),
    ],
)
def test_what_was_prescribed_and_never_taken_was_not_given_for_certain(text: str, given: str, words: Words) -> None:
    assert [dict(one.detail)["given"] for one in read(text, words, "other").of("antineoplastic-drug")] == [given]
