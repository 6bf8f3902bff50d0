"""Was it there of late: events within a lookback window (clinical.md §2.2, E-06 and E-07).

An event of which only the recording is dated began at some day before it: its place in the window is not known. A yes
without a day of its own, beside a diagnosis that has one, may mean that one (undated.py).
Details read: ``old`` = "yes" (a code for an old event), ``ended`` (the day on which it was over), and the qualifier
that the criterion names (``control`` of an arrhythmia, ``course`` of a myelosuppression).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from natars_fhir.domain.answer import NO, UNKNOWN, YES
from natars_fhir.domain.choice import chosen, onset, stated
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import days as days_of
from natars_fhir.domain.questions import Concept
from natars_fhir.domain.questions.presence import Doubt, doubted, told, weigh
from natars_fhir.domain.questions.undated import diagnoses, is_diagnosis, leaves_open, told_by
from natars_fhir.domain.questions.windows import Place, Window, back
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule


class Qualifier(NamedTuple):
    """A detail without which presence does not decide: the word that makes it decide, and the word that clears it."""

    key: str
    decides: str
    clears: str


class Sorted(NamedTuple):
    """The statements of one concept, by what they say of the window."""

    present: list[Fact]
    absent: list[Fact]
    doubts: list[Doubt]
    over: list[Fact]


def within(
    concept: Concept,
    months: int,
    *,
    days: int = 0,
    lasting: bool = False,
    weighed_by_people: bool = False,
    qualifier: str = "",
    decides: str = "",
    clears: str = "",
    supported_by: Sequence[Concept] = (),
) -> Rule:
    """Did *concept* happen within the last *months* before allocation (else ``as_of``)?

    *days*: so many days in their place.
    *lasting*: what began before the window may still last, unless its end is told. *weighed_by_people*: a suspicion is
    for a person to weigh (J12-J18). *qualifier*, *decides*, *clears*: see Qualifier. *supported_by*: concepts that a
    person should be shown where nothing else is on file.
    """
    needs = Qualifier(qualifier, decides, clears) if qualifier else None
    silent = Finding(UNKNOWN, "silent", Sentence("presence.silent", (concept,)))
    span = Sentence("window.days", (days,)) if days else Sentence("window.months", (months,))

    def rule(asked: Asked) -> Finding:
        facts = asked.record.about(concept)
        if not facts and not (supported_by and asked.record.about(*supported_by)):
            return silent
        window = back(asked, months, days)
        lists = _sorted(chosen(asked, concept, facts, "all"), window, needs, lasting=lasting, people=weighed_by_people)
        found = weigh(lists.present, lists.absent, lists.doubts)
        if found.reason == "silent":
            return _otherwise(asked, concept, window, span, tuple(lists.over), supported_by)
        if found.answer is YES:
            return Finding(found.answer, None, Sentence("window.yes", (concept, span, found.facts)), found.facts)
        if found.answer is NO and (since := _since(asked, window, supported_by, found.facts)):
            return Finding(UNKNOWN, "needs-attestation", Sentence("window.shown", (concept, since)), since)
        if found.reason == "imprecise":
            fills = (concept, span, found.facts)
            return Finding(found.answer, found.reason, Sentence("window.imprecise", fills), found.facts)
        return told(concept, found)

    return rule


def _sorted(facts: Sequence[Fact], window: Window, needs: Qualifier | None, *, lasting: bool, people: bool) -> Sorted:
    lists = Sorted([], [], [], [])
    for fact in facts:
        if fact.value == "absent":
            _absence(fact, window, lists)
    placed = [(fact, _lies(fact, window, lasting=lasting)) for fact in facts if fact.value != "absent"]
    dated = diagnoses(placed)
    open_ones = leaves_open(dated, lasting=lasting)
    for fact, place in placed:
        if place == "after":
            continue
        bare = not is_diagnosis(fact)
        lasts = lasting and fact.said("ended") is None and not (bare and told_by(dated, fact, window))
        if (place == "before" and not lasts) or (needs and fact.said(needs.key) == needs.clears):
            lists.over.append(fact)
        elif bare and place == "in" and open_ones and _decides(fact, needs):
            lists.doubts.extend((one, "imprecise") for one in (fact, *[one for one, _ in dated]))
        else:
            _presence(fact, place, lists, needs, people=people)
    return lists


def _lies(fact: Fact, window: Window, *, lasting: bool) -> Place:
    place = _place(fact, window)
    return _lasted(fact, window) if lasting and place == "before" else place


def _decides(fact: Fact, needs: Qualifier | None) -> bool:
    """Would its presence decide by itself?"""
    sure = fact.standing == "final" and fact.value == "present"
    return sure and (needs is None or fact.said(needs.key) == needs.decides)


def _absence(fact: Fact, window: Window, lists: Sorted) -> None:
    """ "None" said before the window opened does not speak of it; undated, it is the record's present state."""
    if fact.standing != "final":
        lists.doubts.append((fact, doubted(fact)))
    elif not (fact.when or fact.known) or stated(fact).low >= window.start_by:
        lists.absent.append(fact)
    elif stated(fact).high >= window.start:
        lists.doubts.append((fact, "imprecise"))


def _presence(fact: Fact, place: Place, lists: Sorted, needs: Qualifier | None, *, people: bool) -> None:
    if fact.standing != "final":
        lists.doubts.append((fact, doubted(fact)))
    elif fact.value == "suspected":
        lists.doubts.append((fact, "needs-attestation" if people else "imprecise"))
    elif place == "before" or (needs and fact.said(needs.key) != needs.decides):
        lists.doubts.append((fact, "needs-attestation"))
    elif place == "in":
        lists.present.append(fact)
    else:
        lists.doubts.append((fact, "imprecise"))


def _place(fact: Fact, window: Window) -> Place:
    ended = fact.said("ended")
    if isinstance(ended, str) and (days_of(ended).high or window.end) < window.start:
        return "before"
    place = window.place(onset(fact))
    return "maybe" if place == "in" and fact.said("old") == "yes" else place


def _lasted(fact: Fact, window: Window) -> Place:
    """Where something lies that began before the window and lasts: in it, if it was not over before that opened."""
    ended = fact.said("ended")
    if not isinstance(ended, str) or (days_of(ended).high or window.end) < window.start:
        return "before"
    return "in" if (days_of(ended).low or window.start) >= window.start_by else "maybe"


def _otherwise(
    asked: Asked,
    concept: Concept,
    window: Window,
    span: Sentence,
    over: tuple[Fact, ...],
    supported_by: Sequence[Concept],
) -> Finding:
    """Nothing in the window: what lies before it says no; else what a person should see; else silence."""
    shown = _support(asked, window, supported_by)
    if shown:
        return Finding(UNKNOWN, "needs-attestation", Sentence("window.shown", (concept, shown)), shown)
    if over:
        return Finding(NO, None, Sentence("window.over", (concept, span, over)), over)
    return Finding(UNKNOWN, "silent", Sentence("presence.silent", (concept,)))


def _since(asked: Asked, window: Window, concepts: Sequence[Concept], denials: Sequence[Fact]) -> tuple[Fact, ...]:
    """What a person should weigh that came after the last denial, beyond doubt: no denial speaks of it."""
    last = max(stated(fact).high for fact in denials)
    return tuple(fact for fact in _support(asked, window, concepts) if onset(fact).low > last)


def _support(asked: Asked, window: Window, concepts: Sequence[Concept]) -> tuple[Fact, ...]:
    """Facts in the window that a person should weigh; the index surgery and biopsies are no such operation."""
    if not concepts:
        return ()
    facts = asked.record.about(*concepts)
    if not facts:
        return facts
    apart = {fact.source.reference for fact in asked.record.about("index-surgery", "biopsy")}
    return tuple(
        fact
        for fact in facts
        if fact.value != "absent"
        and fact.source.reference not in apart
        and window.place(onset(fact)) in ("in", "maybe")
    )
