"""Missing data by element and site: the counts of each site's list; what only people can weigh is no gap."""

from __future__ import annotations

from natars_fhir.domain.record import Patient
from natars_fhir.domain.screening_log import Missing
from natars_fhir.export.figures.lacking import Lack, lacking, of_data, stacked, table
from tests.ward import mappings

CRITERIA = {one.id: one for one in mappings().study.criteria}


def listed(site: str, *told: tuple[str, str, int]) -> tuple[Lack, ...]:
    rows = [
        Missing(CRITERIA[name], reason, tuple(Patient(site, f"Patient/{n}") for n in range(count)))  # type: ignore[arg-type]
        for name, reason, count in told
    ]
    return lacking(site, rows)


TOLD = (
    *listed("hospital-b", ("I-18", "silent", 3), ("I-18", "pending", 1), ("I-11", "silent", 2)),
    *listed("hospital-a", ("I-11", "silent", 5), ("I-15", "needs-attestation", 9)),
)


def test_the_most_frequent_is_first_and_reasons_are_added_up() -> None:
    found = stacked(of_data(TOLD), "en")
    assert [one.partition(" ")[0] for one in found.categories][:2] == ["I-11", "I-18"]
    assert [(one.name, one.values[:2]) for one in found.series] == [("hospital-a", (5, 0)), ("hospital-b", (2, 4))]


def test_what_is_missing_is_named_in_the_language() -> None:
    assert "ASA" in stacked(of_data(TOLD), "zh").categories[1]
    assert stacked(of_data(TOLD), "zh").categories != stacked(of_data(TOLD), "en").categories


def test_what_only_people_can_weigh_is_in_the_table_alone() -> None:
    only = {one.criterion for one in TOLD if CRITERIA[one.criterion].decided_by == "attestation"}
    assert not only & {one.criterion for one in of_data(TOLD)}
    assert len(table(TOLD).rows) == len(TOLD)
    assert not any("Patient/" in str(row) for row in table(TOLD).rows)
