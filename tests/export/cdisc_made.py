"""The map of the shipped mappings, and made subjects who have something in every dataset. Nobody is real."""

from __future__ import annotations

from functools import cache

from natars_fhir.domain.interval import Interval, number
from natars_fhir.export.cdisc.rows import Mapped
from natars_fhir.service.export.cdisc_map import cdisc_map
from tests import ward
from tests.domain.endpoints.course import BORN, NEO, SURGERY, cycle, lab, scan
from tests.domain.trial_patients import cm, drug, fact, grade
from tests.export.made import EVERYBODY, subject


@cache
def by_map() -> Mapped:
    return cdisc_map(ward.mappings())


#: One who was allocated on 2024-01-02 and operated on 2024-03-10, as a full record tells it.
FULL = subject(
    "eeee",
    BORN,
    fact("sex", "male"),
    fact("consent", "given", "2024-01-01", reference="Consent/1"),
    fact("allocation", NEO, "2024-01-02", reference="ResearchSubject/9"),
    cycle(1, "2024-01-05"),
    drug("doxorubicin", "anthracycline", when="2024-01-05"),
    drug("imatinib", "targeted", when="2023-05-01"),
    drug("doxorubicin", "anthracycline", given="requested", when="2024-01-26"),
    fact("myocardial-infarction", "absent", "2024-01-01"),
    fact("severe-infection", "suspected", "2024"),
    fact("metastasis", "absent", "2024-01-01"),
    fact("primary-site", "retroperitoneum", "2023-12-20"),
    fact("histology", "DDLPS", "2023-12-20", basis="tissue"),
    fact("ihc-mdm2", "positive", "2023-12-20"),
    fact("ihc-cdk4", "not-done", "2023-12-20"),
    fact("ihc-cd34", "positive", "2023-12-20", cellScope="internal-control"),
    fact("ihc-ki67", "pending", "2023-12-20", standing="pending"),
    fact("fish-mdm2", "amplified", "2023-12-21"),
    fact("fnclcc-grade", grade(2, 3), "2023-12-21"),
    fact("tumour-size", cm("18.5"), "2023-12-22", method="imaging"),
    fact("asa-class", grade(2), "2024-01-01"),
    fact("lvef", number("61", "%"), "2024-01-01"),
    fact("qtc", number("440", "ms"), "2024-01-01"),
    fact("body-surface-area", number("1.80", "m2"), "2024-01-01"),
    fact("anc", number("3.1", "10*9/L"), "2024-01-01"),
    lab("anc", "0.8", "2024-01-06"),
    fact("anc", Interval(None, number("1").high, high_open=True, unit="10*9/L"), "2024-02"),
    SURGERY,
    fact("organs-resected", "kidney", "2024-03-10"),
    scan(90),
    fact("last-known-alive", "2024-09-01", "2024-09-01"),
    planned=3,
)
SUBJECTS = (*EVERYBODY, FULL)
