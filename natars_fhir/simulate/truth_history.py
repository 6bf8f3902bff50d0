"""What the protocol demands of the past and the present: earlier treatment, events of late, women (clinical.md §2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from natars_fhir.simulate.known import NO, UNKNOWN, YES, Known, Said
from natars_fhir.simulate.story import Event
from natars_fhir.simulate.windows import back, span

#: Earlier drugs → the classes that the criteria ask for.
_CLASSES = {"epirubicin": {"chemotherapy", "anthracycline"}, "imatinib": {"targeted"}}
_HALF_A_YEAR, _RECENTLY = 6, 1
#: Days for which a pregnancy test, and a word on breastfeeding, count.
_TEST, _NURSING = 7, 180
#: Weeks that a pregnancy lasts at most.
_TERM = 42


def _by_form(said: object, *, inclusion: bool = False) -> Said:
    """What a plain yes or no of a form comes to; silence is no answer."""
    if said is None:
        return Said(UNKNOWN, "silent")
    return Said(YES if bool(said) != inclusion else NO)


def never_resected(known: Known) -> Said:
    """I-04: this tumour was never resected before; a laparotomy with biopsy only does not count."""
    outside = known.story.last("surgery") is not None and not known.allocated
    if known.operations("resection") or outside:
        return Said(NO)
    if known.operations("laparotomy") and known.form("prior-resection") is None:
        return Said(YES)
    return _by_form(known.form("prior-resection"), inclusion=True)


def _given(known: Known) -> set[str]:
    drugs = [event.value["drug"] for event in known.all("earlier-drug")]
    return set().union(*(_CLASSES[drug] for drug in drugs))


def never_given(label: str) -> Callable[[Known], Said]:
    """I-05 and I-07: no drug of a class before; a form that says "some drug" does not say of which class."""

    def demand(known: Known) -> Said:
        if label in _given(known):
            return Said(NO)
        said = known.form("antineoplastic-drug")
        return Said(UNKNOWN, "imprecise") if said is True else _by_form(said, inclusion=True)

    return demand


def ever_given(known: Known) -> Said:
    """E-05: an anthracycline, ifosfamide or a targeted agent, ever before the trial."""
    if _given(known) & {"anthracycline", "targeted"}:
        return Said(YES)
    said = known.form("antineoplastic-drug")
    return Said(UNKNOWN, "imprecise") if said is True else _by_form(said)


def never_irradiated(known: Known) -> Said:
    """I-06: no radiotherapy before."""
    return Said(NO) if known.operations("radiotherapy") else _by_form(known.form("radiotherapy"), inclusion=True)


def no_second_malignancy(known: Known) -> Said:
    """I-08: no other malignancy; one in situ is an open question, whatever a form says."""
    if known.conditions("second") or known.form("second-malignancy") is True:
        return Said(NO)
    if known.conditions("in-situ"):
        return Said(UNKNOWN, "imprecise")
    return _by_form(known.form("second-malignancy"), inclusion=True)


def of_late(what: str, item: str) -> Callable[[Known], Said]:
    """E-06b to d: an event within six months before the allocation, else before today. Its own date decides, unless
    a form says yes of late."""

    def demand(known: Known) -> Said:
        start, end = back(known.window_end, _HALF_A_YEAR), known.window_end
        days = [span(event.value["onset"]) for event in known.conditions(what)]
        if any(day.low >= start and day.high <= end for day in days):
            return Said(YES)
        if any(day.high >= start for day in days) or (days and known.form(item, since=start) is True):
            return Said(UNKNOWN, "imprecise")  # a form's yes may mean the event that is dated, or another
        return Said(NO) if days else _by_dated_form(known, item, start)

    return demand


def _by_dated_form(known: Known, item: str, start: date) -> Said:
    """What a form says of late; what an older form says yes to was before its day, and so before the window."""
    said = known.form(item, since=start)
    return Said(NO) if said is None and known.form(item) is True else _by_form(said)


def suppressed(known: Known) -> Said:
    """E-06a: persistent myelosuppression within six months."""
    return _by_form(known.form("myelosuppression", since=back(known.window_end, _HALF_A_YEAR)))


def out_of_rhythm(known: Known) -> Said:
    """E-06e: an arrhythmia of which nobody says whether it is controlled is for people to weigh."""
    if known.conditions("arrhythmia") or known.form("arrhythmia") is True:
        return Said(UNKNOWN, "needs-attestation")
    return _by_form(known.form("arrhythmia", since=back(known.window_end, _HALF_A_YEAR)))


def infected(known: Known) -> Said:
    """E-07a: severe infection within a month; pneumonia is for people to weigh; what ended before is over."""
    start = back(known.window_end, _RECENTLY)
    late = {event.value["what"] for event in _infections(known) if date.fromisoformat(event.value["ended"]) >= start}
    if "sepsis" in late or known.form("severe-infection", since=start) is True:
        return Said(YES)
    if "pneumonia" in late:
        return Said(UNKNOWN, "needs-attestation")
    said = known.form("severe-infection", since=start)
    return Said(NO) if said is None and _infections(known) else _by_form(said)


def _infections(known: Known) -> list[Event]:
    return known.conditions("sepsis") + known.conditions("pneumonia")


def bled(known: Known) -> Said:
    """E-07b: an operation with a high risk of bleeding within a month; the trial's own and biopsies are none."""
    start = back(known.window_end, _RECENTLY)
    surgery = known.story.last("surgery")
    if surgery is not None and not known.allocated and surgery.day >= start:
        return Said(UNKNOWN, "needs-attestation")
    return _by_dated_form(known, "high-bleeding-surgery", start)


def pregnant(known: Known) -> Said:
    """E-09a: of women, a test or a word of the last seven days; a pregnancy on file while it may last."""
    if not known.story.person.female:
        return Said(NO, "not-applicable")
    start = known.window_end - timedelta(days=_TEST)
    tests = [test for test in known.all("hcg") if test.day >= start]
    lasting = [span(event.value["onset"]).low for event in known.conditions("pregnant")]
    if any(day >= known.window_end - timedelta(weeks=_TERM) for day in lasting) or any(
        test.value["positive"] for test in tests
    ):
        return Said(YES)
    said = known.form("pregnancy", since=start)
    if tests or said is False:
        return Said(NO)
    if lasting or (said is None and known.form("pregnancy") is True):  # of long ago, or a word of long ago
        return Said(UNKNOWN, "imprecise")
    return _by_form(said)


def breastfeeding(known: Known) -> Said:
    """E-09b: of women, as said within half a year."""
    if not known.story.person.female:
        return Said(NO, "not-applicable")
    return _by_form(known.form("breastfeeding", since=known.window_end - timedelta(days=_NURSING)))


def unwilling(known: Known) -> Said:
    """E-09c: whoever could have children and would not prevent it."""
    said = known.form("contraception")
    return Said(UNKNOWN, "needs-attestation") if said is None else Said(YES if said == "unwilling" else NO)


def said_on_a_form(item: str) -> Callable[[Known], Said]:
    """E-06f and E-10: what only people can say."""

    def demand(known: Known) -> Said:
        said = known.form(item)
        return Said(UNKNOWN, "needs-attestation") if said is None else _by_form(said)

    return demand
