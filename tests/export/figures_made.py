"""Made subjects of both arms with follow-up, and a screening log that fits them. Nobody is real."""

from __future__ import annotations

from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening_log import Consort
from natars_fhir.export.subject import Subject
from tests.domain.endpoints.course import BORN, CONSENT, NEO, SURGERY, SURGERY_ONLY, died, grew, scan, seen
from tests.domain.trial_patients import fact
from tests.export.made import EVERYBODY, subject

_ENDS = {
    NEO: (40, 95, 180, 300, 420, 480, 560, 700),
    SURGERY_ONLY: (35, 60, 61, 150, 240, 260, 400, 650),
}


def _course(arm: str, number: int, end: int) -> tuple[Fact, ...]:
    begun = (BORN, CONSENT, fact("allocation", arm, "2024-03-01", reference="ResearchSubject/1"), SURGERY)
    return (*begun, grew(end), died(end + 30)) if number % 2 else (*begun, scan(end), seen(end + 10))


FOLLOWED: tuple[Subject, ...] = tuple(
    subject(f"{arm[4]}{number}", *_course(arm, number, end))
    for arm, ends in _ENDS.items()
    for number, end in enumerate(ends)
)
SUBJECTS = (*EVERYBODY, *FOLLOWED)
LOG = Consort(60, 50, 12, {"E-04": 4, "I-11": 5, "I-02": 2, "died or withdrew": 1}, 9, 3, 2,
              22, {"neoadjuvant": 11, "surgery-only": 11}, 1, 2)  # fmt: skip
