"""Draws a sarcoma: type, grade, size, stains and gene, which hang together as in patients (clinical.md §3, §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.rates import rates, table
from natars_fhir.simulate.story import Tumour

#: Differentiation scores of FNCLCC that a type can have.
_DIFFERENTIATION = {"DDLPS": 3, "WDLPS": 1, "LMS": 2, "UPS": 3, "SFT": 2, "OTHER": 2, "GIST": 2, "SARCOMA-NOS": 3}


def draw(chance: Chance, kind: str | None = None, site: str = "retroperitoneum") -> Tumour:
    """A tumour of a drawn type, or of *kind*."""
    histology = kind or chance.weighted(rates("tumour")["histology"])
    name, morphology = chance.one_of(table("words")["tumours"][histology])
    grade = int(chance.weighted(dict(zip("123", rates("tumour")["grade"][histology], strict=True))))
    scores = _scores(chance, histology, grade)
    amplified = histology in ("DDLPS", "WDLPS") and chance.happens(0.97)
    stains = _stains(chance, histology)
    if histology == "UPS" and chance.happens(rates("tumour")["like-liposarcoma"]):
        stains |= {"MDM2": "positive", "CDK4": "positive"}
    return Tumour(
        histology,
        name,
        morphology,
        _vague(chance) if site == "retroperitoneum" else site,
        chance.one_of(("左", "右")),
        grade,
        scores,
        _mitoses(chance, scores[1]),
        _necrosis(chance, scores[2]),
        _dimensions(chance, histology),
        stains,
        min(90, max(1, round(chance.skewed(8.0 * grade, 0.5)))),
        amplified,
        round(chance.skewed(7.5, 0.3), 1) if amplified else round(1 + chance.skewed(0.15, 0.5), 1),
        site == "retroperitoneum" and chance.happens(rates("tumour")["crossing"]),
        _spread(chance),
        chance.happens(rates("tumour")["hedged"]),
    )


def _vague(chance: Chance) -> str:
    return "abdomen-pelvis-nos" if chance.happens(rates("tumour")["vague"]) else "retroperitoneum"


def _spread(chance: Chance) -> str:
    present = rates("tumour")["metastasis"]
    suspected = rates("tumour")["suspected"]
    return chance.weighted({"present": present, "suspected": suspected, "none": 1 - present - suspected})


def _scores(chance: Chance, histology: str, grade: int) -> tuple[int, int, int]:
    """Differentiation, mitoses and necrosis that add up to the grade: 2-3, 4-5, 6-8. A well differentiated tumour of
    grade 1 keeps its own sum whatever was drawn."""
    sums = {1: (2, 3), 2: (4, 5), 3: (6, 8)}[grade]
    first = 2 if histology == "LMS" and grade == 1 else _DIFFERENTIATION[histology]
    fits = [
        (d, m, n)
        for d in (first, 1, 2, 3)
        for m in (1, 2, 3)
        for n in (0, 1, 2)
        if sums[0] <= d + m + n <= sums[1] and (d == first or grade == 1)
    ]
    return chance.one_of(fits)


def _mitoses(chance: Chance, score: int) -> int:
    return chance.whole(*{1: (0, 9), 2: (10, 19), 3: (20, 45)}[score])


def _necrosis(chance: Chance, score: int) -> int:
    return 0 if score == 0 else 5 * chance.whole(*{1: (1, 9), 2: (10, 16)}[score])


def _dimensions(chance: Chance, histology: str) -> tuple[float, ...]:
    median, width = rates("tumour")["size"][histology]
    largest = min(45.0, max(2.0, chance.skewed(median, width)))
    others = [largest * (0.55 + chance.whole(0, 35) / 100) for _ in range(2)]
    return tuple(round(one, 1) for one in (largest, *others))


def _stains(chance: Chance, histology: str) -> dict[str, str]:
    """The panel's results: positive, negative, equivocal."""
    often: Mapping[str, Any] = rates("tumour")["stain"][histology]
    rest, equivocal = rates("tumour")["rest"], rates("tumour")["equivocal"]
    found = {}
    for marker in rates("tumour")["panel"]:
        if chance.happens(equivocal):
            found[marker] = "equivocal"
        else:
            found[marker] = "positive" if chance.happens(often.get(marker, rest)) else "negative"
    return found
