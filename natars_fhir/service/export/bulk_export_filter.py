"""Filters of a Bulk Data export: `_typeFilter`, a small set of parameters, understood to the letter. Pure.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#_typefilter-query-parameter. Dates are compared as they go out, which
is shifted: what a filter by date is good for is a span of a subject's time, not a day of the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote

from natars_fhir.service.search.moments import When, when

#: How a parameter is compared.
Way = Literal["id", "word", "token", "date"]
_ID: Mapping[str, tuple[Way, tuple[str, ...]]] = {"_id": ("id", ("id",))}
_STATUS: Mapping[str, tuple[Way, tuple[str, ...]]] = {"status": ("word", ("status",))}
_CODE: Mapping[str, tuple[Way, tuple[str, ...]]] = {"code": ("token", ("code",)), "category": ("token", ("category",))}


def _date(*elements: str) -> tuple[Way, tuple[str, ...]]:
    return "date", elements


#: Type → parameter → how it is compared, and with which elements (https://hl7.org/fhir/R4/searchparameter-registry.html).
PARAMETERS: Mapping[str, Mapping[str, tuple[Way, tuple[str, ...]]]] = MappingProxyType(
    {
        "ResearchStudy": {**_ID, **_STATUS},
        "Patient": {**_ID, "gender": ("word", ("gender",))},
        "ResearchSubject": {**_ID, **_STATUS, "date": _date("period")},
        "Condition": {
            **_ID,
            **_CODE,
            "clinical-status": ("token", ("clinicalStatus",)),
            "verification-status": ("token", ("verificationStatus",)),
            "onset-date": _date("onsetDateTime", "onsetPeriod"),
        },
        "Observation": {**_ID, **_STATUS, **_CODE, "date": _date("effectiveDateTime", "effectivePeriod")},
        "Procedure": {**_ID, **_STATUS, **_CODE, "date": _date("performedDateTime", "performedPeriod")},
        "MedicationAdministration": {
            **_ID,
            **_STATUS,
            "code": ("token", ("medicationCodeableConcept",)),
            "effective-time": _date("effectiveDateTime", "effectivePeriod"),
        },
        "AdverseEvent": {**_ID, "event": ("token", ("event",)), "date": _date("date")},
        "QuestionnaireResponse": {**_ID, **_STATUS},
        "Provenance": _ID,
    }
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What one `_typeFilter` asks of a type: each parameter's values are alternatives, and all parameters must hold."""

    kind: str
    asked: tuple[tuple[str, tuple[str, ...]], ...]

    def holds(self, resource: Mapping[str, Any]) -> bool:
        """Is the resource so?"""
        told = PARAMETERS[self.kind]
        return all(_one(*told[name], values, resource) for name, values in self.asked)


def parted(text: str) -> Iterator[str]:
    """The filters that one value of the parameter names: a comma parts them, and, where none begins after it, the
    values of one."""
    whole = ""
    for part in text.split(","):
        if whole and "?" in part:
            yield whole
            whole = part
        else:
            whole = f"{whole},{part}" if whole else part
    if whole:
        yield whole


def read(text: str) -> Filter | None:
    """The filter that a text tells; None where it asks something that is not understood."""
    kind, mark, query = text.partition("?")
    known = PARAMETERS.get(kind, {})
    pairs = parse_qsl(query, keep_blank_values=True) if mark else []
    asked = tuple((name, tuple(one for one in unquote(value).split(",") if one)) for name, value in pairs)
    good = pairs and all(name in known and values and _written(known[name][0], values) for name, values in asked)
    return Filter(kind, asked) if good else None


def passes(filters: Sequence[Filter], resource: Mapping[str, Any]) -> bool:
    """Does it pass one of the filters of its type?"""
    return any(one.holds(resource) for one in filters)


def _written(way: Way, values: Sequence[str]) -> bool:
    return way != "date" or all(when(one) is not None for one in values)


def _one(way: Way, elements: Sequence[str], values: Sequence[str], resource: Mapping[str, Any]) -> bool:
    there = [resource[name] for name in elements if name in resource]
    return any(_WAYS[way](value, element) for element in there for value in values)


def _token(asked: str, element: Any) -> bool:
    """https://hl7.org/fhir/R4/search.html#token"""
    system, bar, code = asked.rpartition("|")
    concepts = element if isinstance(element, list) else [element]
    codings = [coding for concept in concepts for coding in concept.get("coding", ())]
    return any(
        (not code or coding.get("code") == code) and (not bar or coding.get("system", "") == system)
        for coding in codings
    )


def _within(asked: str, element: Any) -> bool:
    """https://hl7.org/fhir/R4/search.html#date: a span against a span."""
    wanted = when(asked)
    ends = [element.get("start"), element.get("end")] if isinstance(element, dict) else [element, element]
    spans = [when(end) if end else None for end in ends]
    if wanted is None or spans == [None, None]:
        return False
    return _compared(wanted, spans[0], spans[1])


def _compared(wanted: When, first: When | None, last: When | None) -> bool:
    """An open end reaches as far as can be."""
    above = last is None or last.end > wanted.end
    below = first is None or first.start < wanted.start
    reaches = last is None or last.end > wanted.start
    begins = first is None or first.start < wanted.end
    return {
        "eq": not above and not below,
        "ne": above or below,
        "gt": above,
        "lt": below,
        "ge": reaches,
        "le": begins,
        "sa": first is not None and first.start >= wanted.end,
        "eb": last is not None and last.end <= wanted.start,
    }[wanted.way]


_WAYS: Mapping[Way, Callable[[str, Any], bool]] = MappingProxyType(
    {
        "id": lambda asked, element: element == asked,
        "word": lambda asked, element: element == asked,
        "token": _token,
        "date": _within,
    }
)
