"""How the string tables write a reading: ``concept value [standing] [| the words that say it]``."""

from __future__ import annotations

from decimal import Decimal

from natars_fhir.domain.record import Value
from natars_fhir.mapping.narrative import Reading, Said


def value(of: Value) -> str:
    """A word, a number, or an interval as mathematicians write it."""
    if isinstance(of, str):
        return of
    if of.exact:
        return _plain(of.low)
    left = "(" if of.low_open or of.low is None else "["
    right = ")" if of.high_open or of.high is None else "]"
    return f"{left}{_plain(of.low)},{_plain(of.high)}{right}"


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def line(said: Said) -> str:
    """One value of a reading."""
    standing = "" if said.standing == "final" else f" {said.standing}"
    return f"{said.concept} {value(said.value)}{_given(said)}{standing}"


def _given(said: Said) -> str:
    """Of a drug, whether it was given; of "none", none of what."""
    told = dict(said.detail)
    if said.concept != "antineoplastic-drug":
        return ""
    classes = told.get("class", ())
    words = classes if said.value == "none" and isinstance(classes, tuple) else (str(told["given"]),)
    return "".join(f" {word}" for word in words)


def lines(reading: Reading) -> set[str]:
    """What a reading says of the tumour: the results of other cells are left out."""
    return {line(each) for each in reading.said if dict(each.detail).get("cellScope") in (None, "tumour")}
