"""The primitive types: JSON type, format, and days that are in the calendar. https://hl7.org/fhir/R4/datatypes.html"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from natars_fhir.fhir.checking.fault import FINE, Fault, Rule, error, warning, wrong_type

_EMPTY = error("value", "A string has at least one character; leave the element out where there is nothing to say.")

_DAY = r"(?P<year>(?!0000)\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01])%s)?)?"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_DATE = re.compile(_DAY % "", re.ASCII)
_DATE_TIME = re.compile(_DAY % f"(?:T{_CLOCK}{_ZONE})?", re.ASCII)
_NO_ZONE = re.compile(_DAY % f"T{_CLOCK}", re.ASCII)
_TIME = re.compile(_CLOCK, re.ASCII)

_DATE_FORM = "A date is written YYYY, YYYY-MM or YYYY-MM-DD."
_DATE_TIME_FORM = "A dateTime is written YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone."
_INSTANT_FORM = "An instant is written YYYY-MM-DDThh:mm:ss with a time zone."
_LONGEST_DATE = 40
_NO_SUCH_DAY = "This day is not in the calendar."
_NEEDS_ZONE = "A time of day needs its time zone: Z, or + or - and hh:mm."


def text_rule(judge: Callable[[str], tuple[Fault, ...]]) -> Rule:
    """A JSON string, not empty, of which *judge* approves."""

    def check(value: Any) -> tuple[Fault, ...]:
        if type(value) is not str:
            return wrong_type("A string", value)
        return judge(value) if value else _EMPTY

    return check


def _matching(pattern: str, sentence: str) -> Rule:
    matches, faults = re.compile(pattern, re.ASCII).fullmatch, error("value", sentence)
    return text_rule(lambda value: FINE if matches(value) else faults)


def string(value: Any) -> tuple[Fault, ...]:
    if type(value) is str:
        return FINE if value else _EMPTY
    return wrong_type("A string", value)


def boolean(value: Any) -> tuple[Fault, ...]:
    return FINE if value is True or value is False else wrong_type("True or false", value)


def decimal(value: Any) -> tuple[Fault, ...]:
    kind = type(value)
    if kind is int:
        return FINE
    if kind is not Decimal and kind is not float:
        return wrong_type("A number", value)
    finite = value.is_finite() if kind is Decimal else math.isfinite(value)
    return FINE if finite else error("value", "A decimal is a finite number.")


def _whole(low: int, sentence: str) -> Rule:
    faults = error("value", sentence)

    def check(value: Any) -> tuple[Fault, ...]:
        if type(value) is int:
            return FINE if low <= value < 2**31 else faults
        return faults if type(value) in (Decimal, float) else wrong_type("A number", value)

    return check


def _remembered(judge: Callable[[str], tuple[Fault, ...]]) -> Rule:
    """A text rule for short texts that come again and again; long ones are judged and forgotten."""
    known = lru_cache(maxsize=65_536)(judge)
    return text_rule(lambda value: known(value) if len(value) <= _LONGEST_DATE else judge(value))


def _date(value: str) -> tuple[Fault, ...]:
    found = _DATE.fullmatch(value)
    return _calendar(found) if found else error("value", _DATE_FORM)


def _date_time(value: str, form: str = _DATE_TIME_FORM) -> tuple[Fault, ...]:
    found = _DATE_TIME.fullmatch(value)
    return _calendar(found) if found else error("value", _NEEDS_ZONE if _NO_ZONE.fullmatch(value) else form)


def _instant(value: str) -> tuple[Fault, ...]:
    return _date_time(value, _INSTANT_FORM) if "T" in value else error("value", _INSTANT_FORM)


def _calendar(found: re.Match[str]) -> tuple[Fault, ...]:
    year, month, day = found.group("year", "month", "day")
    if day is None or int(day) <= monthrange(int(year), int(month))[1]:
        return FINE
    return error("value", _NO_SUCH_DAY)


def code(value: Any) -> tuple[Fault, ...]:
    """Blanks around a code are a slip of typing: a warning, so that they cost no patient a histology."""
    if type(value) is not str:
        return wrong_type("A string", value)
    if " ".join(value.split()) == value:
        return FINE if value else _EMPTY
    return warning("value", "A code has no blanks around it, and single ones inside.")


def uri(value: Any) -> tuple[Fault, ...]:
    if type(value) is not str:
        return wrong_type("A string", value)
    if value.split() == [value]:
        return FINE
    return warning("value", "A URI has no blanks.") if value else _EMPTY


_BLANKS = str.maketrans("", "", " \t\r\n")
_BASE64 = re.compile(r"[0-9A-Za-z+/]+={0,2}", re.ASCII)


def _base64(value: str) -> tuple[Fault, ...]:
    packed = value.translate(_BLANKS)
    sound = len(packed) % 4 == 0 and _BASE64.fullmatch(packed)
    return FINE if sound else error("value", "base64Binary is written in groups of four of A-Z, a-z, 0-9, + and /.")


#: Every primitive type but xhtml (narrative.py), by name.
PRIMITIVES: Mapping[str, Rule] = {
    "base64Binary": text_rule(_base64),
    "boolean": boolean,
    "canonical": uri,
    "code": code,
    "date": _remembered(_date),
    "dateTime": _remembered(_date_time),
    "decimal": decimal,
    "id": _matching(r"[A-Za-z0-9\-.]{1,64}", "An id is 1 to 64 of A-Z, a-z, 0-9, - and full stops."),
    "instant": _remembered(_instant),
    "integer": _whole(-(2**31), "An integer is a whole number of 32 bits."),
    "markdown": string,
    "oid": _matching(
        r"urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+", "An oid starts with urn:oid: and is numbers and full stops."
    ),
    "positiveInt": _whole(1, "A positiveInt is a whole number from 1, of 32 bits."),
    "string": string,
    "time": text_rule(lambda value: FINE if _TIME.fullmatch(value) else error("value", "A time is written hh:mm:ss.")),
    "unsignedInt": _whole(0, "An unsignedInt is a whole number from 0, of 32 bits."),
    "uri": uri,
    "url": uri,
    "uuid": _matching(
        r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "A uuid starts with urn:uuid: and is lower-case hex."
    ),
    "xhtml": string,
}
