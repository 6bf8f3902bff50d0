"""What the protocol demands of the tumour: type, origin, stains, grade, size, risk, spread (clinical.md §2.1, §3.1)."""

from __future__ import annotations

from natars_fhir.simulate.known import NO, UNKNOWN, YES, Known, Said
from natars_fhir.simulate.people import years
from natars_fhir.simulate.windows import span

_ELIGIBLE = ("DDLPS", "LMS", "UPS", "SFT")
_ORGANS = ("gi-tract", "uterus", "urinary-tract")
_NOT_APPLICABLE = Said(YES, "not-applicable")


def kind(known: Known) -> str | Said:
    """The proven type, or why there is none."""
    tumour, reports = known.tumour, known.pathology
    typed = bool(reports) or (known.diagnosed and known.told("pathology")) or _resected_outside(known)
    if not typed:
        return Said(UNKNOWN, "pending" if known.last("awaited") else "silent")
    hedged = tumour.hedged and not _resected_outside(known)
    open_type = hedged or tumour.histology == "SARCOMA-NOS"
    types = {report.value["opinion"] for report in reports if report.value["opinion"]}
    types |= set() if open_type else {tumour.histology}
    if len(types) != 1:
        return Said(UNKNOWN, "conflicting" if types else "imprecise")
    if types == {"UPS"} and stain(known, "MDM2") == stain(known, "CDK4") == "positive":
        return Said(UNKNOWN, "conflicting")
    return str(types.pop())


def _resected_outside(known: Known) -> bool:
    """Did a surgery outside the trial tell the type?"""
    return not known.allocated and known.last("final") is not None


def stain(known: Known, marker: str) -> str | None:
    """What the report says of a stain; None where it says nothing."""
    return known.tumour.stains[marker] if known.pathology and known.told(marker) else None


def _of(known: Known, histology: str) -> Said | None:
    """What a line for one type says where it does not apply, or the type is open; None where it applies."""
    found = kind(known)
    if isinstance(found, Said):
        return found
    return None if found == histology else _NOT_APPLICABLE


def proven(known: Known) -> Said:
    """I-02: tissue proves one of the four types."""
    found = kind(known)
    return found if isinstance(found, Said) else Said(YES if found in _ELIGIBLE else NO)


def _origin(known: Known) -> str | None:
    """Where it began, as far as that is told for certain: by a confirmed diagnosis, or by reports that name the
    retroperitoneum. That a report speaks of an organ is not yet that the tumour began in it."""
    spoken = (known.in_words("scan") and known.last("scan")) or (known.in_words("pathology") and known.pathology)
    named = spoken and known.tumour.site == "retroperitoneum"
    return known.tumour.site if known.diagnosed or named else None


def _began(known: Known, places: tuple[str, ...]) -> Said:
    found = _origin(known)
    if found is None or found == "abdomen-pelvis-nos":
        return Said(UNKNOWN, "imprecise")
    return Said(YES if found in places else NO)


def retroperitoneal(known: Known) -> Said:
    """I-03: it began in the retroperitoneum."""
    return _began(known, ("retroperitoneum",))


def of_an_organ(known: Known) -> Said:
    """E-01: it began in the GI tract, the uterus or the urinary tract."""
    return _began(known, _ORGANS)


def expressed(known: Known) -> Said:
    """I-09: of a DDLPS MDM2 and CDK4 are positive; a negative stain beside an amplified gene is for people."""
    if (other := _of(known, "DDLPS")) is not None:
        return other
    found = [stain(known, marker) for marker in ("MDM2", "CDK4")]
    if "negative" in found:
        return Said(UNKNOWN, "conflicting") if _gene(known) == YES else Said(NO)
    if None in found:
        return Said(UNKNOWN, "silent")
    return Said(UNKNOWN, "imprecise") if "equivocal" in found else Said(YES)


def _gene(known: Known) -> str:
    tested = known.last("fish")
    if tested is None or tested.value["failed"]:
        return UNKNOWN
    return YES if known.tumour.amplified else NO


def amplified(known: Known) -> Said:
    """I-09r: the gene of a DDLPS is amplified (advice)."""
    if (other := _of(known, "DDLPS")) is not None:
        return other
    found = _gene(known)
    reason = "imprecise" if known.last("fish") is not None else "silent"
    return Said(found, reason if found == UNKNOWN else "")


def graded(known: Known) -> Said:
    """I-10: a DDLPS is of FNCLCC grade 2 or 3."""
    if (other := _of(known, "DDLPS")) is not None:
        return other
    if not known.pathology or not known.told("grade"):
        return Said(UNKNOWN, "silent")
    return Said(YES if known.tumour.grade >= 2 else NO)


def _sized(known: Known) -> bool:
    return known.last("scan") is not None and known.told("size")


def large(known: Known) -> Said:
    """I-11: an LMS is 10 cm or larger on the scan before treatment."""
    if (other := _of(known, "LMS")) is not None:
        return other
    if not _sized(known):
        return Said(UNKNOWN, "silent")
    low, high = _sizes(known)
    return Said(UNKNOWN, "imprecise") if low <= 10 <= high and low < high else Said(YES if low >= 10 else NO)


def _sizes(known: Known) -> tuple[float, float]:
    """What the diameter may be: reports in words say "about" (约), which may be off by half a centimetre."""
    off = 0.5 if known.in_words("scan") else 0.0
    return round(known.tumour.size - off, 2), round(known.tumour.size + off, 2)


def any_grade(known: Known) -> Said:
    """I-12: every grade of a UPS."""
    return _of(known, "UPS") or Said(YES)


def high_risk(known: Known) -> Said:
    """I-13: an SFT of a risk score of 6 or more by age, size, mitoses and necrosis."""
    if (other := _of(known, "SFT")) is not None:
        return other
    points = [_age_points(known), _size_points(known), _mitoses_points(known), _necrosis_points(known)]
    low, high = sum(min(each) for each in points), sum(max(each) for each in points)
    if low >= 6 or high < 6:
        return Said(YES if low >= 6 else NO)
    return Said(UNKNOWN, "imprecise" if all(len(each) > 1 for each in points if each != {0}) else "silent")


def _age_points(known: Known) -> set[int]:
    if known.born is None:
        return {0, 1}
    read = known.pathology[0].day if known.pathology else known.as_of
    return {int(years(day, read) >= 55) for day in span(known.born)}


def _size_points(known: Known) -> set[int]:
    if not _sized(known):
        return {0, 3}
    return {sum(size >= limit for limit in (5, 10, 15)) for size in _sizes(known)}


def _mitoses_points(known: Known) -> set[int]:
    count = known.tumour.mitoses
    return {0 if count == 0 else 1 if count < 4 else 2} if known.pathology and known.told("mitoses") else {0, 2}


def _necrosis_points(known: Known) -> set[int]:
    return {int(known.tumour.necrosis >= 10)} if known.pathology and known.told("necrosis") else {0, 1}


def _crosses(known: Known) -> bool | None:
    if not known.told("diaphragm"):
        return None
    scanned = known.in_words("scan") and known.last("scan") is not None and known.tumour.site != "limb"
    return known.tumour.crossing if scanned else known.concluded("diaphragm-crossing")


def below_diaphragm(known: Known) -> Said:
    """I-14: it does not protrude across the diaphragm."""
    found = _crosses(known)
    return Said(UNKNOWN, "silent") if found is None else Said(NO if found else YES)


def in_the_chest(known: Known) -> Said:
    """E-03: it protrudes into the chest, by imaging before the surgery or by the surgeon's report."""
    found = _crosses(known)
    return Said(UNKNOWN, "silent") if found is None else Said(YES if found else NO)


def spread(known: Known) -> Said:
    """E-04: metastasis that is proven, staged or concluded; what is only suspected waits for the team."""
    staged, said = known.last("staging"), known.concluded("metastasis")
    if known.conditions("metastasis") or said is True or (staged and staged.value["category"] == "cM1"):
        return Said(YES)
    if said is False or (staged and staged.value["category"] == "cM0"):
        return Said(NO)
    if known.in_words("scan") and known.last("scan") is not None:
        return Said(UNKNOWN, "imprecise" if known.tumour.spread != "none" else "needs-attestation")
    return Said(UNKNOWN, "silent")


def finally_other(known: Known) -> Said:
    """E-02: of who was included, the surgeon's specimen is of another type; a tumour that is gone is none."""
    if not known.allocated or known.story.last("surgery") is None:
        return Said(UNKNOWN, "not-yet")
    report = known.last("final")
    if report is None:
        return Said(UNKNOWN, "silent")
    if not report.value["viable"]:
        return Said(UNKNOWN, "imprecise")
    return Said(NO if report.value["histology"] in _ELIGIBLE else YES)
