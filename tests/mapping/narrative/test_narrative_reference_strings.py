"""The strings of clinical.md §5.3 read as stated there, each value with the words that say it."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Words, read

from .written import line

TABLE: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "免疫组化：MDM2(+)，CDK4(弱+)，Ki-67(+,约20%)，STAT6(-)，Desmin(灶+)",
        [
            ("ihc-mdm2 positive", "MDM2(+)"),
            ("ihc-cdk4 positive", "CDK4(弱+)"),
            ("ihc-ki67 positive", "Ki-67(+,约20%)"),
            ("ihc-stat6 negative", "STAT6(-)"),
            ("ihc-desmin positive", "Desmin(灶+)"),
        ],
    ),
    (
        "MDM2（＋），CDK4（＋），P16（＋），S-100（－），SMA（灶＋）",
        [
            ("ihc-mdm2 positive", "MDM2（＋）"),
            ("ihc-cdk4 positive", "CDK4（＋）"),
            ("ihc-p16 positive", "P16（＋）"),
            ("ihc-s-100 negative", "S-100（－）"),
            ("ihc-sma positive", "SMA（灶＋）"),
        ],
    ),
    (
        "免疫组织化学:肿瘤细胞MDM2、INI1、p16、H3K27me3均阳性,Ki-67阳性指数约80%;其余CD31、CD34、S-100、结蛋白等均阴性",
        [
            ("ihc-mdm2 positive", "MDM2、INI1、p16、H3K27me3均阳性"),
            ("ihc-ini1 positive", "INI1、p16、H3K27me3均阳性"),
            ("ihc-p16 positive", "p16、H3K27me3均阳性"),
            ("ihc-h3k27me3 positive", "H3K27me3均阳性"),
            ("ihc-ki67 positive", "Ki-67阳性指数约80%"),
            ("ihc-cd31 negative", "CD31、CD34、S-100、结蛋白等均阴性"),
            ("ihc-cd34 negative", "CD34、S-100、结蛋白等均阴性"),
            ("ihc-s-100 negative", "S-100、结蛋白等均阴性"),
            ("ihc-desmin negative", "结蛋白等均阴性"),
        ],
    ),
    (
        "IHC: MDM2 +, CDK4 +, STAT6 -, CD34 + (vessels)",
        [
            ("ihc-mdm2 positive", "MDM2 +"),
            ("ihc-cdk4 positive", "CDK4 +"),
            ("ihc-stat6 negative", "STAT6 -"),
            ("ihc-cd34 negative", "CD34 + (vessels)"),
            ("ihc-cd34 positive of internal-control", "CD34 + (vessels)"),
        ],
    ),
    (
        "MDM2/CDK4(+)，p16(弥漫+)",
        [
            ("ihc-mdm2 positive", "MDM2/CDK4(+)"),
            ("ihc-cdk4 positive", "CDK4(+)"),
            ("ihc-p16 positive", "p16(弥漫+)"),
        ],
    ),
    ("MDM2(+/-)，CDK4(+)", [("ihc-mdm2 equivocal", "MDM2(+/-)"), ("ihc-cdk4 positive", "CDK4(+)")]),
    ("MDM2(少量散在+)，CDK4(-)", [("ihc-mdm2 positive", "MDM2(少量散在+)"), ("ihc-cdk4 negative", "CDK4(-)")]),
    (
        "MDM2(-)，CDK4(-)；FISH：MDM2基因扩增(+)",
        [
            ("ihc-mdm2 negative", "MDM2(-)"),
            ("ihc-cdk4 negative", "CDK4(-)"),
            ("fish-mdm2 amplified", "MDM2基因扩增(+)"),
        ],
    ),
    ("建议行MDM2 FISH检测以除外去分化脂肪肉瘤", []),
    (
        "FISH检测：MDM2基因未见扩增（MDM2/CEP12=1.1）",
        [("fish-mdm2 not-amplified", "MDM2基因未见扩增"), ("mdm2-cep12-ratio 1.1", "MDM2/CEP12=1.1")],
    ),
    (
        "FISH: MDM2 gene amplified, MDM2/CEP12 ratio 8.2",
        [("fish-mdm2 amplified", "MDM2 gene amplified"), ("mdm2-cep12-ratio 8.2", "MDM2/CEP12 ratio 8.2")],
    ),
    ("荧光原位杂交示MDM2基因扩增", [("fish-mdm2 amplified", "MDM2基因扩增")]),
    ("未检出鼠双微体2（MDM2）基因扩增", [("fish-mdm2 not-amplified", "鼠双微体2（MDM2）基因扩增")]),
    ("MDM2 FISH：杂交信号不佳，无法判读", [("fish-mdm2 failed", "MDM2 FISH：杂交信号不佳")]),
    (
        "MDM2/CEP12比值1.9，CEP12多体",
        [("fish-mdm2 not-amplified", "MDM2/CEP12比值1.9"), ("mdm2-cep12-ratio 1.9", "MDM2/CEP12比值1.9")],
    ),
    (
        "CD34(+)，STAT6(核+)，Bcl-2(+)，CD99(+)，Ki-67(约5%)",
        [
            ("ihc-cd34 positive", "CD34(+)"),
            ("ihc-stat6 positive", "STAT6(核+)"),
            ("ihc-bcl2 positive", "Bcl-2(+)"),
            ("ihc-cd99 positive", "CD99(+)"),
            ("ihc-ki67 positive", "Ki-67(约5%)"),
        ],
    ),
    (
        "CD34(血管+)，STAT6(-)，SMA(+)，Desmin(+)，h-caldesmon(+)",
        [
            ("ihc-cd34 negative", "CD34(血管+)"),
            ("ihc-cd34 positive of internal-control", "CD34(血管+)"),
            ("ihc-stat6 negative", "STAT6(-)"),
            ("ihc-sma positive", "SMA(+)"),
            ("ihc-desmin positive", "Desmin(+)"),
            ("ihc-h-caldesmon positive", "h-caldesmon(+)"),
        ],
    ),
    (
        "SMA(+++)，Desmin(部分+)，Caldesmon(++)，S100(-)，CD117(-)，DOG-1(-)",
        [
            ("ihc-sma positive", "SMA(+++)"),
            ("ihc-desmin positive", "Desmin(部分+)"),
            ("ihc-h-caldesmon positive", "Caldesmon(++)"),
            ("ihc-s-100 negative", "S100(-)"),
            ("ihc-cd117 negative", "CD117(-)"),
            ("ihc-dog1 negative", "DOG-1(-)"),
        ],
    ),
    (
        "Vimentin(+)，CK(-)，S-100(-)，Desmin(-)，SMA(-)，MDM2(-)，CDK4(-)，Ki-67(60%)",
        [
            ("ihc-vimentin positive", "Vimentin(+)"),
            ("ihc-ck negative", "CK(-)"),
            ("ihc-s-100 negative", "S-100(-)"),
            ("ihc-desmin negative", "Desmin(-)"),
            ("ihc-sma negative", "SMA(-)"),
            ("ihc-mdm2 negative", "MDM2(-)"),
            ("ihc-cdk4 negative", "CDK4(-)"),
            ("ihc-ki67 positive", "Ki-67(60%)"),
        ],
    ),
    ("Ki-67（热点区约40%+）", [("ihc-ki67 positive", "Ki-67（热点区约40%+）")]),
    ("Ki67 LI 10-15%", [("ihc-ki67 positive", "Ki67 LI 10-15%")]),
    ("Ki-67(＜5%)", [("ihc-ki67 positive", "Ki-67(＜5%)")]),
    (
        "S-100(脂肪细胞+)，MDM2(散在核+)",
        [("ihc-s-100 positive of other", "S-100(脂肪细胞+)"), ("ihc-mdm2 positive", "MDM2(散在核+)")],
    ),
    ("CDK4 未做；MDM2(+)", [("ihc-cdk4 not-done", "CDK4 未做"), ("ihc-mdm2 positive", "MDM2(+)")]),
    (
        "免疫组化待回报：MDM2、CDK4、STAT6",
        [
            ("ihc-mdm2 pending pending", "待回报：MDM2"),
            ("ihc-cdk4 pending pending", "待回报：MDM2、CDK4"),
            ("ihc-stat6 pending pending", "待回报：MDM2、CDK4、STAT6"),
        ],
    ),
    ("MDM2(胞浆+)，CDK4(核+)", [("ihc-mdm2 equivocal", "MDM2(胞浆+)"), ("ihc-cdk4 positive", "CDK4(核+)")]),
    (
        (
            "Tumor cells are positive for MDM2 and CDK4, focally positive for desmin, "
            "and negative for S100, CD34 and STAT6."
        ),
        [
            ("ihc-mdm2 positive", "positive for MDM2"),
            ("ihc-cdk4 positive", "positive for MDM2 and CDK4"),
            ("ihc-desmin positive", "positive for desmin"),
            ("ihc-s-100 negative", "negative for S100"),
            ("ihc-cd34 negative", "negative for S100, CD34"),
            ("ihc-stat6 negative", "negative for S100, CD34 and STAT6"),
        ],
    ),
    (
        "MDM2 and CDK4 immunostains are non-contributory",
        [
            ("ihc-mdm2 equivocal", "MDM2 and CDK4 immunostains are non-contributory"),
            ("ihc-cdk4 equivocal", "CDK4 immunostains are non-contributory"),
        ],
    ),
    (
        "Negative: CK, S100, SMA. Positive: MDM2 (diffuse, strong), CDK4, p16.",
        [
            ("ihc-ck negative", "Negative: CK"),
            ("ihc-s-100 negative", "Negative: CK, S100"),
            ("ihc-sma negative", "Negative: CK, S100, SMA"),
            ("ihc-mdm2 positive", "Positive: MDM2 (diffuse, strong)"),
            ("ihc-cdk4 positive", "Positive: MDM2 (diffuse, strong), CDK4"),
            ("ihc-p16 positive", "Positive: MDM2 (diffuse, strong), CDK4, p16"),
        ],
    ),
    (
        "（腹膜后）去分化脂肪肉瘤，FNCLCC 3级（分化3+核分裂2+坏死1=6分）",
        [
            ("primary-site retroperitoneum", "腹膜后"),
            ("histology DDLPS", "去分化脂肪肉瘤"),
            ("fnclcc-grade 3", "FNCLCC 3级"),
        ],
    ),
    (
        "梭形细胞肿瘤，倾向孤立性纤维性肿瘤，核分裂象约5个/10HPF，坏死约20%",
        [
            ("histology SARCOMA-NOS", "梭形细胞肿瘤"),
            ("histology SFT hedged", "孤立性纤维性肿瘤"),
            ("mitoses-per-10hpf 5", "核分裂象约5个/10HPF"),
            ("necrosis-percent 20", "坏死约20%"),
        ],
    ),
    ("核分裂象2个/2mm²", [("mitoses-per-10hpf 2", "核分裂象2个/2mm²")]),
    (
        "见核分裂象(3/10HPF)，未见坏死",
        [("mitoses-per-10hpf 3", "核分裂象(3/10HPF"), ("necrosis-percent 0", "未见坏死")],
    ),
    ("补充报告：CDK4(+)；原报告“CDK4(-)”更正", [("ihc-cdk4 positive", "CDK4(+)")]),
    (
        "外院会诊：符合平滑肌肉瘤，FNCLCC G2",
        [("histology LMS", "平滑肌肉瘤"), ("fnclcc-grade 2", "FNCLCC G2")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[str(row) for row in range(1, len(TABLE) + 1)])
def test_reads_as_the_reference_states(text: str, expected: list[tuple[str, str]], words: Words) -> None:
    found = []
    for said in read(text, words).said:
        cells = dict(said.detail).get("cellScope")
        scope = f" of {cells}" if cells not in (None, "tumour") else ""
        found.append((line(said) + scope, text[said.span[0] : said.span[1]]))
    assert sorted(found) == sorted(expected)


def test_there_are_thirty_five() -> None:
    assert len(TABLE) == 35
