"""Earlier resection in words: whose tumour, done or planned, come back or only able to (clinical.md §2.1, I-04)."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.narrative import Kind, Words, read

from .work import calls
from .written import line

CASES = [
    # done before: elsewhere, in words of the past, or in a year
    ("患者2019年于外院行腹膜后脂肪肉瘤切除术，今复查发现腹膜后肿物。", "present"),
    ("2019年3月12日行腹膜后脂肪肉瘤切除术", "present"),
    ("2019年3月于我院行平滑肌肉瘤切除术", "present"),
    ("5年前行肉瘤切除术", "present"),
    ("曾于2019年行腹膜后脂肪肉瘤切除术", "present"),
    ("既往行腹膜后脂肪肉瘤切除术", "present"),
    ("当地医院行脂肪肉瘤切除术", "present"),
    ("外院行左肾及腹膜后肿瘤切除术", "present"),
    ("腹部肿瘤切除术后3年", "present"),
    ("肿瘤术后", "present"),
    # not done, or only planned
    ("既往无腹膜后肉瘤切除史", "absent"),
    ("未曾行肉瘤切除", "absent"),
    ("2019年未行肉瘤切除术", None),
    ("拟于2024年6月下旬行腹膜后肿瘤切除术。", None),
    ("拟2024年6月行脂肪肉瘤切除术", None),
    ("计划于2024年6月行腹膜后脂肪肉瘤切除术", None),
    ("将于2024年7月在外院行脂肪肉瘤切除术", None),
    # of another organ, unless this tumour's place is said too
    ("既往2012年卵巢良性肿瘤术后。", None),
    ("胃肿瘤术后", None),
    ("子宫肌瘤、卵巢肿物切除术后", None),
    ("甲状腺肿瘤术后5年", None),
    ("乳腺肿物切除术后", None),
    ("外院行卵巢肿瘤切除术", None),
    ("2015年行左大腿脂肪肉瘤切除术", None),
    ("胃术后改变", None),
    ("甲状腺肿瘤术后，腹膜后肿瘤术后", "present"),
    ("腹膜后肿瘤累及左肾，本肿瘤切除术后", "present"),
    ("左肾周肿瘤切除术后", "present"),
    ("腹膜后术后改变", "present"),
    ("胃镜示术后改变", "present"),
    ("status post resection of ovarian tumor", None),
    ("history of resection of breast carcinoma", None),
    ("status post resection of retroperitoneal mass", "present"),
    ("status post resection, liver metastases", "present"),
    # come back, or only able to
    ("腹膜后脂肪肉瘤局部复发", "present"),
    ("肿瘤局部复发伴高转移风险", "present"),
    ("术后复发可能性大", "suspected hedged"),
    ("locally recurrent liposarcoma", "present"),
    ("该肿瘤具有局部复发及转移潜能。", None),
    ("有局部复发的可能性", None),
    ("术后复发可能性小", None),
    ("局部复发风险高", None),
    ("具有复发、转移倾向", None),
    ("中间型肿瘤，可局部复发", None),
    ("local recurrence risk", None),
    ("potential for local recurrence and metastasis", None),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_earlier_resection(text: str, expected: str | None, words: Words) -> None:
    told = {line(each) for each in read(text, words, "other").of("prior-resection")}
    assert told == ({f"prior-resection {expected}"} if expected else set())


@pytest.mark.parametrize(("kind", "expected"), [("other", 1), ("pathology", 1), ("operation", 0)])
def test_the_year_in_an_operation_report_may_be_that_of_its_own_operation(
    kind: Kind, expected: int, words: Words
) -> None:
    assert len(read("2024年6月行脂肪肉瘤切除术", words, kind).of("prior-resection")) == expected


def test_what_is_fixed_in_formalin_is_no_plan(words: Words) -> None:
    assert [each.value for each in read("标本固定于福尔马林，平滑肌肉瘤。", words).of("histology")] == ["LMS"]


def test_a_long_clause_of_such_phrases_takes_work_in_proportion(words: Words) -> None:
    def work(length: int) -> int:
        text = ("肿瘤术后" * length)[:length]
        read(text, words)  # what is made once is not counted
        return calls(lambda: read(text, words))

    assert work(12_000) <= 4.4 * work(3_000) + 100
