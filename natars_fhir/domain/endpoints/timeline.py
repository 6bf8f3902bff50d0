"""Timeline: what a record says of a subject's course, dated, and cut where consent ended (clinical.md §6.1 to §6.4).

Only what is final counts. A fact that is dated after the withdrawal of consent is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from natars_fhir.domain.choice import newest
from natars_fhir.domain.endpoints.conventions import Conventions
from natars_fhir.domain.endpoints.moments import Moment, settle, settled
from natars_fhir.domain.endpoints.trace import Trace
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Fact, Record
from natars_fhir.domain.withdrawal import is_signature, withdrawn_on

#: Concepts that a living patient was seen for; neither orders nor findings in a specimen.
SHOWS_LIFE = (
    "last-known-alive", "disease-assessment", "disease-imaging", "progression", "adverse-event", "clavien-dindo",
    "index-surgery", "neoadjuvant-cycle",
    "antineoplastic-drug", "radiotherapy", "ecog", "karnofsky", "asa-class", "body-surface-area", "biopsy", "anc",
    "wbc", "platelets", "haemoglobin", "creatinine", "bilirubin", "alt", "ast", "ldh", "albumin", "lvef", "troponin-i",
    "troponin-t", "nt-probnp", "qtc", "hcg",
)  # fmt: skip
#: An assessment that says nothing of the disease is none (RECIST's NE).
NOT_ADEQUATE = ("NE", "undetermined")


@dataclass(frozen=True, slots=True)
class Death:
    """Whether a subject is dead, and when. ``doubt`` says why there is no day: ``undated`` or ``conflicting``."""

    facts: tuple[Fact, ...] = ()
    moment: Moment | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A subject's course. ``end`` is the last day that is looked at: the data cut-off, or the day of withdrawal."""

    record: Record
    end: date
    arm: str
    allocated: Moment | None
    consented: Moment | None
    withdrawn: Moment | None
    #: consent was withdrawn on a day that nothing tells
    withdrawal_undated: bool
    surgery: Moment | None
    #: the surgery is on record, and no day of it can be told
    surgery_undated: bool
    death: Death
    assessments: tuple[Moment, ...]
    alive: Moment | None
    therapies: tuple[Moment, ...]
    lost: Moment | None
    _dated: dict[tuple[str, str | None], list[Fact]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def entered(self) -> Moment | None:
        """The day from which intention to treat counts: allocation, else consent."""
        return self.allocated or self.consented

    def dated(self, concept: str, value: str | None = None) -> list[Fact]:
        """The final facts of *concept*, of one value or any, that are not dated after the end."""
        found = self._dated.get((concept, value))
        if found is None:
            found = self._dated[concept, value] = seen(self.record, concept, self.end, value)
        return found


def timeline(record: Record, as_of: date, how: Conventions, trace: Trace, left: date | None = None) -> Timeline:
    """The course that *record* tells, as known at the end of *as_of*. *left*: the day on which the subject left, as
    people told it; it stands for that of a withdrawal whose day the record does not tell."""
    gone = _withdrawals(record, as_of)
    withdrawn = _withdrawn(gone, how, left)
    undated = bool(gone) and withdrawn is None
    end = min(as_of, withdrawn.day) if withdrawn else as_of
    allocated = _earliest(seen(record, "allocation", end), how)
    consented = _earliest(_signatures(record, end), how)
    begun = allocated or consented
    if undated:  # nothing after the day on which consent surely stood
        end = _stood(allocated or _earliest(seen(record, "index-surgery", end, "present"), how) or consented, as_of)
    operations = seen(record, "index-surgery", end, "present")
    surgery = _earliest(operations, how, begun.day if begun else date.min)
    floor = surgery.day if surgery else begun.day if begun else date.min
    alive = _alive(record, end, how, floor)
    found = Timeline(
        record, end, _arm(record, end), allocated, consented, withdrawn, undated, surgery,
        bool(operations) and surgery is None,
        _death(seen(record, "death", end, "present"), alive, how, floor, end),
        settled(_assessments(record, end), how, floor, end),
        alive, _therapies(record, end, how, surgery), _earliest(seen(record, "lost-to-follow-up", end, "present"), how),
    )  # fmt: skip
    _tell(found, operations, trace)
    return found


def seen(record: Record, concept: str, end: date, value: str | None = None) -> list[Fact]:
    """The final facts of *concept* that are not surely dated after *end*."""
    facts = record.about(concept)
    if not facts:
        return []
    limit = end.isoformat()  # a text that sorts before it is not later: a time zone moves a day by one at the most
    return [
        fact
        for fact in facts
        if fact.standing == "final" and value in (None, fact.value) and ((fact.when or "") < limit or _by(fact, end))
    ]


def _by(fact: Fact, end: date) -> bool:
    day = fact.day
    return day is None or day.low is None or day.low <= end


def _earliest(facts: Iterable[Fact], how: Conventions, floor: date = date.min) -> Moment | None:
    found = settled(facts, how, floor)
    return found[0] if found else None


def _arm(record: Record, end: date) -> str:
    """The arm of the first allocation; none where two are told of one day."""
    told = [fact for fact in seen(record, "allocation", end) if isinstance(fact.value, str)]
    first = min((fact.when or "9" for fact in told), default="")
    arms = {str(fact.value) for fact in told if (fact.when or "9") == first}
    return arms.pop() if len(arms) == 1 else ""


def _withdrawals(record: Record, as_of: date) -> list[Fact]:
    """The withdrawals that stand, each by its day where that is told; one that is still to come is none yet."""
    told = [fact for fact in record.about("consent") if fact.standing == "final"]
    last = newest(told)
    if any(fact.value != "withdrawn" for fact in last):
        return []
    before = [*told, *seen(record, "allocation", as_of)]
    return [one for fact in last if _by(one := withdrawn_on(fact, before), as_of)]


def _withdrawn(gone: list[Fact], how: Conventions, left: date | None) -> Moment | None:
    """The first day of a withdrawal that still stands."""
    days = [moment for fact in gone if (moment := settle(fact, how))]
    if gone and not days and left is not None:
        return Moment(left, left, left, gone[0])
    return min(days, default=None, key=lambda one: one.day)


def _signatures(record: Record, end: date) -> list[Fact]:
    told = seen(record, "consent", end)
    before = [*told, *seen(record, "allocation", end)]
    return [fact for fact in told if fact.value == "given" or is_signature(fact, before)]


def _stood(act: Moment | None, as_of: date) -> date:
    return min(act.day, as_of) if act else as_of


def _assessments(record: Record, end: date) -> list[Fact]:
    told = [fact for fact in seen(record, "disease-assessment", end) if fact.value not in NOT_ADEQUATE]
    return told + seen(record, "disease-imaging", end, "present")


def _alive(record: Record, end: date, how: Conventions, floor: date) -> Moment | None:
    """The last day on which the patient was seen alive."""
    last: Moment | None = None
    month = ""  # of the last so far: nothing of an earlier month, as it is written, is later
    for concept in SHOWS_LIFE:
        for fact in reversed(record.about(concept)):
            if (fact.when or "") < month or fact.standing != "final" or fact.value == "absent" or _not_given(fact):
                continue
            one = settle(fact, how, floor, end)
            if one is not None and one.day <= end and (last is None or one.day > last.day):
                last, month = one, one.day.isoformat()[:7]
    return last


def _not_given(fact: Fact) -> bool:
    return fact.concept == "antineoplastic-drug" and fact.said("given") != "given"


def _death(facts: list[Fact], alive: Moment | None, how: Conventions, floor: date, end: date) -> Death:
    """One day, where those on record can be the same day; the most exactly told of them speaks."""
    if not facts:
        return Death()
    dated = [fact for fact in facts if fact.day is not None]
    if not dated:
        return Death(tuple(facts), None, "undated")
    if not _one_day(dated):
        return Death(tuple(facts), None, "conflicting")
    exact = min(dated, key=lambda fact: (_width(fact), fact.source.reference))
    moment = settle(exact, how, max(floor, alive.day) if alive else floor, end)
    return Death(tuple(facts), moment, "" if moment else "undated")


def _one_day(facts: list[Fact]) -> bool:
    days = [fact.day for fact in facts if fact.day]
    lows, highs = [day.low or date.min for day in days], [day.high or date.max for day in days]
    return max(lows) <= min(highs)


def _width(fact: Fact) -> int:
    day = fact.day or Interval(date.min, date.max)
    return ((day.high or date.max) - (day.low or date.min)).days


def _therapies(record: Record, end: date, how: Conventions, surgery: Moment | None) -> tuple[Moment, ...]:
    """Treatments of the tumour other than the trial's: any after the surgery, before it those outside the regimen."""
    told = [fact for fact in seen(record, "antineoplastic-drug", end) if fact.said("given") == "given"]
    # of one that says only when it was told, that day is the last on which it can have begun
    drugs = [fact if fact.when or not fact.known else fact._replace(when=fact.known) for fact in told]
    found = settled([*drugs, *seen(record, "radiotherapy", end, "present")], how)
    return tuple([one for one in found if _another(one, how, surgery)])


#: What names no drug: before the surgery it may be the trial's own, told by a procedure or a group's code.
_UNNAMED = frozenset(
    {
        "any", "antineoplastic", "antineoplastic-other", "anthracycline", "chemotherapy", "chemotherapy-unspecified",
        "kinase-inhibitor", "regimen", "targeted", "targeted-unspecified", "unspecified",
    }
)  # fmt: skip


def _another(one: Moment, how: Conventions, surgery: Moment | None) -> bool:
    if one.fact.said("class") in ("supportive", ("supportive",)):
        return False  # mesna, dexrazoxane: given with a treatment, and none by themselves
    if surgery is not None and one.day > surgery.day:
        return True
    return one.fact.value not in how.regimen and one.fact.value not in _UNNAMED


def _tell(found: Timeline, operations: list[Fact], trace: Trace) -> None:
    if found.surgery is None:
        trace.say("6.1", "no-surgery-date" if operations else "no-surgery", facts=operations)
    else:
        trace.say("6.1", "surgery", found.surgery.day, facts=(found.surgery.fact,))
        tell_imputed(found.surgery, trace)
    if found.withdrawal_undated:
        trace.say("6.3", "withdrawal-undated", found.end)
    if found.withdrawn:
        trace.say("6.3", "withdrawn", found.withdrawn.day, facts=(found.withdrawn.fact,))


def tell_imputed(moment: Moment, trace: Trace) -> None:
    """That a day stands in for a partly known one."""
    if moment.imputed:
        trace.say("6.3", "imputed", (moment.fact,), moment.day, facts=(moment.fact,))
