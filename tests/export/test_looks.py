"""What looks like a name, a number, a date or an address goes out of a text; what the trial asks for stays."""

from __future__ import annotations

import pytest

from natars_fhir.export.scrub import scrubber

SCRUB = scrubber(())


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("身份证11010519491231002X。", "11010519491231002X"),
        ("身份证号：１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("旧号110105491231002", "110105491231002"),
        ("110105 19491231 002X", "19491231"),
        ("手机13800138000", "13800138000"),
        ("电话 010-6552 1234", "6552 1234"),
        ("tel: +86 138-0013-8000", "0013-8000"),
        ("住院号：Z20240117", "Z20240117"),
        ("病案号 B-778", "B-778"),
        ("MRN: A0042", "A0042"),
        ("23床", "23床"),
        ("3号床患者", "3号床"),
        ("于2024年3月5日手术", "3月5日"),
        ("二〇二四年三月五日入院", "三月五日"),
        ("2024-03-05T08:30:00+08:00", "08:30"),
        ("2024.3.5 复查", "2024.3.5"),
        ("2024/3/5", "2024/3/5"),
        ("5 March 2024", "March"),
        ("Mar 5, 2024", "Mar 5"),
        ("5/3/2024", "5/3/2024"),
        ("08:30 进手术室", "08:30"),
        ("北京市海淀区学院路38号5号楼201室", "学院路38号"),
        ("家住浙江省宁波市鄞州区", "鄞州区"),
        ("中山路12号", "中山路12"),
        ("12 Harley Street", "Harley"),
        ("write to li.lei@example.com", "li.lei@example.com"),
        ("见 https://pacs.hospital.example/s/17", "pacs.hospital"),
        ("微信号：lilei_88", "lilei_88"),
        ("wxid_ab12cd", "wxid_ab12cd"),
        ("QQ 12345", "12345"),
        ("患者：韩梅梅，女", "韩梅梅"),
        ("审核医师：王小二", "王小二"),
        ("欧阳医生会诊。张某某主任查房", "张某某"),
        ("reported by: Li Lei", "Li Lei"),
        ("Dr. Wang examined", "Wang"),
        ("男，93岁", "93"),
        ("a 101 years old man", "101"),
        ("a 93-year-old man", "93"),
        ("年龄：93", "93"),
        ("aged 94", "94"),
        ("九十三岁男性", "九十三"),
    ],
)
def test_what_could_name_somebody_goes(text: str, gone: str) -> None:
    scrubbed = SCRUB(text)
    assert gone not in scrubbed
    assert "[" in scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "（腹膜后）去分化脂肪肉瘤，FNCLCC 3级（分化3+核分裂2+坏死1=6分）",
        "肿物大小15×12×8cm，坏死约20%",
        "免疫组化：MDM2(+)，CDK4(弱+)，Ki-67(+,约20%)，STAT6(-)",
        "核分裂象约5个/10HPF",
        "FISH: MDM2 gene amplified, MDM2/CEP12 ratio 8.2",
        "ASA Ⅱ级".replace("Ⅱ", "II"),
        "男，58岁",
        "联合左肾切除，切缘R0",
    ],
)
def test_what_the_trial_asks_for_stays(text: str) -> None:
    assert SCRUB(text) == SCRUB(SCRUB(text))
    assert "[" not in SCRUB(text).replace("[HPF]", "")
