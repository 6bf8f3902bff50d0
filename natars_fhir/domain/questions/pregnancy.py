"""Pregnancy and breastfeeding: of women, and as things stand now (clinical.md §2.2, E-09a and E-09b).

Facts: ``sex``, ``hcg`` positive | negative | equivocal | pending, ``pregnancy`` and ``breastfeeding`` present |
absent, the former with detail ``cause`` post-menopausal | hysterectomy where that is why there is none, whenever it was
said.
"""

from __future__ import annotations

from datetime import date

from natars_fhir.domain.answer import NO
from natars_fhir.domain.choice import chosen, onset, stated
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import days
from natars_fhir.domain.questions import Concept
from natars_fhir.domain.questions.presence import Doubt, doubted, told, told_alone, weigh
from natars_fhir.domain.questions.undated import diagnoses, is_diagnosis, leaves_open
from natars_fhir.domain.questions.windows import Place, Window, days_back
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Rule

_OVER = ("inactive", "remission", "resolved")
_FOR_GOOD = ("post-menopausal", "hysterectomy")
_RESULTS = ("positive", "negative", "equivocal")

Statements = tuple[list[Fact], list[Fact], list[Doubt]]


def is_man(asked: Asked) -> tuple[Fact, ...]:
    """The facts that say male, where no other says otherwise."""
    return asked.once(_man)


def _man(asked: Asked) -> tuple[Fact, ...]:
    facts = tuple([fact for fact in asked.record.about("sex") if fact.standing == "final"])
    return () if [fact for fact in facts if fact.value != "male"] else facts


def pregnant(test_days: int, weeks: int) -> Rule:
    """Is she pregnant? Her newest hCG test and what she said count for *test_days*, a recorded pregnancy for *weeks*
    from its onset."""
    silent = told_alone("pregnancy", weigh((), (), ()))

    def rule(asked: Asked) -> Finding:
        man = is_man(asked)
        if man:
            return _of_a_man(man)
        if not asked.record.about("hcg", "pregnancy"):
            return silent
        tests, term = days_back(asked, test_days), days_back(asked, 7 * weeks)
        lists: Statements = ([], [], [])
        for fact in chosen(asked, "hcg", _results(asked, tests)):
            _test(fact, tests, term, lists)
        told_of = asked.record.about("pregnancy")
        dated = diagnoses((fact, _lasts(fact, term)) for fact in told_of)
        for fact in told_of:
            if is_diagnosis(fact) or fact.value == "absent":
                _pregnancy(fact, tests, term, lists)
            else:
                _said(fact, tests, term, lists, sure=not leaves_open(dated, lasting=False))
        present, absent, doubts = lists
        perhaps = [fact for fact, _ in doubts if present and fact.value == "negative" and fact.standing == "final"]
        return told_alone("pregnancy", weigh(present, [*absent, *perhaps], doubts))

    return rule


def _results(asked: Asked, tests: Window) -> list[Fact]:
    facts = [f for f in asked.record.about("hcg") if tests.place(stated(f)) != "after"]
    return [f for f in facts if f.standing == "final" and f.value in _RESULTS] or facts


def _test(fact: Fact, tests: Window, term: Window, lists: Statements) -> None:
    present, absent, doubts = lists
    place = tests.place(stated(fact))
    if fact.value == "pending":
        if place in ("in", "maybe"):
            doubts.append((fact, "pending"))
    elif fact.standing == "final" and place == "in" and fact.value != "equivocal":
        (present if fact.value == "positive" else absent).append(fact)
    elif place == "before":
        # an older negative test says nothing of today; an older positive one may
        if fact.value != "negative" and term.place(stated(fact)) != "before":
            doubts.append((fact, doubted(fact)))
    else:
        doubts.append((fact, doubted(fact)))


def _pregnancy(fact: Fact, tests: Window, term: Window, lists: Statements) -> None:
    present, absent, doubts = lists
    if fact.value == "absent" and fact.standing == "final":
        if fact.said("cause") in _FOR_GOOD or tests.place(stated(fact)) == "in":
            absent.append(fact)
        return
    place, over = term.place(onset(fact)), _is_over(fact, tests)
    if place == "after" or over:
        return  # a pregnancy that is over says nothing of today
    if fact.value == "present" and fact.standing == "final" and place == "in" and over is not None:
        present.append(fact)
    else:
        doubts.append((fact, doubted(fact)))


def _lasts(fact: Fact, term: Window) -> Place:
    over = _is_over(fact, term)
    return "before" if over else "maybe" if over is None else term.place(onset(fact))


def _is_over(fact: Fact, window: Window) -> bool | None:
    """Was it over by the window's end? Its end may have come later; without one its status tells. None where the end
    does not tell."""
    ended = fact.said("ended")
    if not isinstance(ended, str):
        return fact.said("clinicalStatus") in _OVER
    end = days(ended)
    if (end.low or date.min) > window.end_by:
        return False
    return True if (end.high or date.max) <= window.end else None


def _said(fact: Fact, tests: Window, term: Window, lists: Statements, *, sure: bool) -> None:
    """A yes has the day on which it was said, and no onset: of this week it decides, later only a test does."""
    _, _, doubts = lists
    place = tests.place(stated(fact))
    if place == "after" or term.place(stated(fact)) == "before":
        return
    if place == "in" and sure and fact.value == "present" and fact.standing == "final":
        lists[0].append(fact)
    else:
        doubts.append((fact, doubted(fact)))


def breastfeeding(recent_days: int) -> Rule:
    """Does she breastfeed? Her newest statement counts for *recent_days*."""
    concept: Concept = "breastfeeding"
    silent = told(concept, weigh((), (), ()))

    def rule(asked: Asked) -> Finding:
        man = is_man(asked)
        if man:
            return _of_a_man(man)
        told_of = asked.record.about(concept)
        if not told_of:
            return silent
        window = days_back(asked, recent_days)
        facts = [fact for fact in told_of if window.place(stated(fact)) != "after"]
        final = chosen(asked, concept, [fact for fact in facts if fact.standing == "final"])
        lists: Statements = ([], [], [])
        for fact in final or facts:
            _statement(fact, window, lists)
        return told(concept, weigh(*lists))

    return rule


def _statement(fact: Fact, window: Window, lists: Statements) -> None:
    present, absent, doubts = lists
    place, over = window.place(stated(fact)), is_diagnosis(fact) and _is_over(fact, window)
    if over:
        return
    if fact.standing == "final" and place == "in" and fact.value in ("present", "absent") and over is not None:
        (present if fact.value == "present" else absent).append(fact)
    elif fact.value != "absent" or place == "maybe":
        doubts.append((fact, doubted(fact)))


def _of_a_man(man: tuple[Fact, ...]) -> Finding:
    return Finding(NO, "not-applicable", Sentence("applies.women"), man)
