"""Flaw rows: what is wrong with the data of each subject, as a table by pseudonym."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from natars_fhir.export.subject import Subject


@dataclass(frozen=True, slots=True)
class FlawRow:
    """One thing about one subject's data that a person should look at."""

    site: str
    subject: str
    arm: str
    flaw: str
    severity: str
    place: str
    text: str
    text_zh: str


def flaws(subjects: Iterable[Subject]) -> Iterator[FlawRow]:
    """One row a flaw, in the order in which they were found; no row holds a value of the patient."""
    for one in subjects:
        for issue in one.endpoints.issues:
            yield FlawRow(
                one.site, one.pseudonym, one.endpoints.arm, issue.name, issue.severity, issue.expression,
                issue.text, issue.zh,
            )  # fmt: skip
