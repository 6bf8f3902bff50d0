"""What the protocol demands of a story: every criterion's answer, from the plan and never from the pipeline.

Written from the protocol's lines (registry NCT05844813; clinical.md §2) alone: `domain` is what is compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

from natars_fhir.simulate import truth_history as history
from natars_fhir.simulate import truth_tumour as tumour
from natars_fhir.simulate.known import NO, UNKNOWN, YES, Known, Said
from natars_fhir.simulate.people import years
from natars_fhir.simulate.story import Story
from natars_fhir.simulate.windows import span

Demand = Callable[[Known], Said]
Verdict = Literal["candidate", "undetermined", "ineligible"]


class Line(NamedTuple):
    """A criterion: what it demands, and who decides it: data (D), data or people (DA), people (A), nobody (advice)."""

    demand: Demand
    decided_by: str


def age(known: Known) -> Said:
    """I-01: completed years on the day of consent, else today, 18 to 75."""
    if known.born is None:
        return Said(UNKNOWN, "silent")
    born = span(known.born)
    fits = {18 <= years(day, known.reference) <= 75 for day in born}
    return Said(UNKNOWN, "imprecise") if len(fits) > 1 else Said(YES if fits.pop() else NO)


def consented(known: Known) -> Said:
    """I-19: signed before anything of the trial began; what is withdrawn later was given all the same, where the day of
    the withdrawal is told."""
    said = known.last("consent")
    if said is None:
        return Said(UNKNOWN, "silent")
    if known.story.last("withdrawal") is not None and not known.told("withdrawal-day"):
        return Said(UNKNOWN, "imprecise")
    return Said(YES if said.value["answer"] == "given" else NO)


def asa(known: Known) -> Said:
    """I-18: ASA class 3 or less."""
    said = known.last("asa")
    return Said(UNKNOWN, "silent") if said is None else Said(YES if said.value["class"] <= 3 else NO)


def concluded(item: str, barring: bool, *, inclusion: bool) -> Demand:
    """What only the team says (I-15, I-16, I-17, E-08): *barring* is the word that keeps the patient out."""

    def demand(known: Known) -> Said:
        said = known.concluded(item)
        if said is None:
            return Said(UNKNOWN, "needs-attestation")
        return Said(NO if (said is barring) == inclusion else YES)

    return demand


def either(*parts: str) -> Callable[[Mapping[str, Said]], Said]:
    """A line of several questions: any of them."""

    def fold(found: Mapping[str, Said]) -> Said:
        answers = [found[part].answer for part in parts]
        return Said(YES if YES in answers else UNKNOWN if UNKNOWN in answers else NO)

    return fold


CRITERIA: Mapping[str, Line] = MappingProxyType(
    {
        "I-01": Line(age, "D"),
        "I-02": Line(tumour.proven, "D"),
        "I-03": Line(tumour.retroperitoneal, "D"),
        "I-04": Line(history.never_resected, "DA"),
        "I-05": Line(history.never_given("chemotherapy"), "DA"),
        "I-06": Line(history.never_irradiated, "DA"),
        "I-07": Line(history.never_given("targeted"), "DA"),
        "I-08": Line(history.no_second_malignancy, "DA"),
        "I-09": Line(tumour.expressed, "D"),
        "I-09r": Line(tumour.amplified, "advice"),
        "I-10": Line(tumour.graded, "D"),
        "I-11": Line(tumour.large, "D"),
        "I-12": Line(tumour.any_grade, "D"),
        "I-13": Line(tumour.high_risk, "D"),
        "I-14": Line(tumour.below_diaphragm, "DA"),
        "I-15": Line(concluded("mdt-resectability", False, inclusion=True), "A"),
        "I-16": Line(concluded("organ-dysfunction", True, inclusion=True), "A"),
        "I-17": Line(concluded("treatment-tolerance", False, inclusion=True), "A"),
        "I-18": Line(asa, "D"),
        "I-19": Line(consented, "DA"),
        "E-01": Line(tumour.of_an_organ, "D"),
        "E-02": Line(tumour.finally_other, "D"),
        "E-03": Line(tumour.in_the_chest, "DA"),
        "E-04": Line(tumour.spread, "DA"),
        "E-05": Line(history.ever_given, "DA"),
        "E-06a": Line(history.suppressed, "DA"),
        "E-06b": Line(history.of_late("infarction", "myocardial-infarction"), "DA"),
        "E-06c": Line(history.of_late("stroke", "cerebral-infarction"), "DA"),
        "E-06d": Line(history.of_late("embolism", "pulmonary-embolism"), "DA"),
        "E-06e": Line(history.out_of_rhythm, "DA"),
        "E-06f": Line(history.said_on_a_form("severe-contraindication"), "A"),
        "E-07a": Line(history.infected, "DA"),
        "E-07b": Line(history.bled, "DA"),
        "E-08": Line(concluded("organ-dysfunction", True, inclusion=False), "A"),
        "E-09a": Line(history.pregnant, "DA"),
        "E-09b": Line(history.breastfeeding, "DA"),
        "E-09c": Line(history.unwilling, "A"),
        "E-10": Line(history.said_on_a_form("psychological-condition"), "A"),
    }
)
COMPOSITES = MappingProxyType(
    {
        "E-06": either("E-06a", "E-06b", "E-06c", "E-06d", "E-06e", "E-06f"),
        "E-07": either("E-07a", "E-07b"),
        "E-09": either("E-09a", "E-09b", "E-09c"),
    }
)


def answers(story: Story, as_of: date) -> dict[str, Said]:
    """Every criterion's answer from what of *story* had been told at the end of *as_of*."""
    known = Known(story.until(as_of), as_of)
    found = {name: line.demand(known) for name, line in CRITERIA.items()}
    return found | {name: fold(found) for name, fold in COMPOSITES.items()}


def verdict(found: Mapping[str, Said]) -> Verdict:
    """The fold over the leaves, as the protocol's reading of missing data has it."""
    open_ones = False
    for name, line in CRITERIA.items():
        said = found[name]
        if line.decided_by == "advice" or said.reason == "not-yet":
            continue
        if said.answer == (NO if name.startswith("I") else YES):
            return "ineligible"
        if said.answer == UNKNOWN:
            doubtful = said.reason in ("conflicting", "imprecise", "pending")
            open_ones |= line.decided_by == "D" or (line.decided_by == "DA" and doubtful)
    return "undetermined" if open_ones else "candidate"


def in_scope(story: Story, as_of: date) -> bool:
    """Does anything that was told suggest a sarcoma, or a tumour of the retroperitoneum?"""
    return Known(story.until(as_of), as_of).suggested


def barred(story: Story) -> bool:
    """Does something known at the story's end keep the patient out?"""
    return verdict(answers(story, story.events[-1].day)) == "ineligible"


def eligible(story: Story) -> bool:
    """Is every criterion answered so that an investigator could sign?"""
    found = answers(story, story.events[-1].day)
    leaves = [found[name] for name, line in CRITERIA.items() if line.decided_by != "advice"]
    return verdict(found) == "candidate" and all(s.answer != UNKNOWN or s.reason == "not-yet" for s in leaves)
