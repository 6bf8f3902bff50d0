"""Data sets whose results are published, typed in: days or weeks, and whether they end with the event.

aml: Miller, Survival Analysis (1981). ovarian: Edmonson et al., Cancer Treatment Reports 63 (1979). veteran:
Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (1980). All three stand in R's package
`survival`; its own expected outputs (tests/doaml.Rout.save, tests/ovarian.Rout.save) print the figures that the tests
ask for. gehan: Gehan (1965), with log-log limits in Venables and Ripley, Modern Applied Statistics with S, §13.1.
"""

from __future__ import annotations

from natars_fhir.export.survival import Observed


def typed(text: str) -> list[Observed]:
    """``9 13 13+``: a plus is a censored time."""
    return [Observed(int(one.rstrip("+")), not one.endswith("+")) for one in text.split()]


AML = {
    "Maintained": typed("9 13 13+ 18 23 28+ 31 34 45+ 48 161+"),
    "Nonmaintained": typed("5 5 8 8 12 16+ 23 27 30 33 43 45"),
}
OVARIAN = {
    "1": typed("59 115 156 268 329 431 638 448+ 477+ 803+ 855+ 1040+ 1106+"),
    "2": typed("353 365 464 475 563 377+ 421+ 744+ 769+ 770+ 1129+ 1206+ 1227+"),
}
VETERAN = {
    "1": typed(
        "72 411 228 126 118 10 82 110 314 100+ 42 8 144 25+ 11 30 384 4 54 13 123+ 97+ 153 59 117 16 151 22 56 21 18 "
        "139 20 31 52 287 18 51 122 27 54 7 63 392 10 8 92 35 117 132 12 162 3 95 177 162 216 553 278 12 260 200 156 "
        "182+ 143 105 103 250 100"
    ),
    "2": typed(
        "999 112 87+ 231+ 242 991 111 1 587 389 33 25 357 467 201 1 30 44 283 15 25 103+ 21 13 87 2 20 7 24 99 8 99 61 "
        "25 95 80 51 29 24 18 83+ 31 51 90 52 73 8 36 48 7 140 186 84 19 45 80 52 164 19 53 15 43 340 133 111 231 378 "
        "49"
    ),
}
GEHAN = {
    "6-MP": typed("6 6 6 7 10 13 16 22 23 6+ 9+ 10+ 11+ 17+ 19+ 20+ 25+ 32+ 32+ 34+ 35+"),
    "control": typed("1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"),
}
