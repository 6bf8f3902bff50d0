"""Query: what a search asks, understood as a whole or refused. Pure. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from natars_fhir.domain.issue import Issue
from natars_fhir.service.search.moments import When, when

#: As many resources as a page has, and may have.
PAGE, MOST = 50, 500
_DIGITS = 10
#: What every search understands beside the parameters of its type.
_OF_THE_ANSWER = frozenset({"_count", "_after", "_format", "_pretty"})
_EVERYWHERE = ("_id", "_lastUpdated", "identifier")
#: Parameters of one type alone. A patient is asked for by each that names one.
OF_TYPE = {"ResearchStudy": ("status",), "ResearchSubject": ("status", "study", "individual", "subject")}
PATIENTS = ("patient", "subject", "individual")


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that is asked: each name's values are alternatives, and all names must hold."""

    kind: str
    wanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    updated: tuple[When, ...] = ()
    count: int = PAGE
    after: str = ""
    #: as asked, for the links
    asked: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def values(self, *names: str) -> list[tuple[str, ...]]:
        """The alternatives of each time that one of *names* was asked."""
        return [values for name, values in self.wanted if name in names]


def parameters(kind: str, *, about_patients: bool) -> tuple[str, ...]:
    """By what resources of a type are searched."""
    patients = ("patient", "subject") if about_patients else ()
    return tuple(dict.fromkeys((*_EVERYWHERE, *patients, *OF_TYPE.get(kind, ()))))


def understood(kind: str, asked: Sequence[tuple[str, str]], known: Iterable[str], *, strict: bool) -> Query | Issue:
    """The query, or why it cannot be answered. What is not known does not count; strictly, it is refused."""
    names = {*known}
    told = [(name, text) for name, text in asked if name in names | _OF_THE_ANSWER or name.partition(":")[0] in names]
    if strict and len(told) < len(asked):
        return _refused("not-supported", "A search parameter is not known here: see the CapabilityStatement.")
    if (wrong := next((fault for name, text in told if (fault := _fault(name, text))), None)) is not None:
        return wrong
    single = dict(told)
    spans = [when(text) for name, text in told if name == "_lastUpdated"]
    wanted = [
        (name, tuple(value for value in text.split(",") if value))
        for name, text in told
        if name in names and name != "_lastUpdated"
    ]
    return Query(
        kind,
        tuple(wanted),
        tuple(span for span in spans if span is not None),
        min(int(single.get("_count", PAGE)), MOST),
        single.get("_after", ""),
        tuple((name, text) for name, text in told if name not in ("_after", "_count")),
    )


def _fault(name: str, text: str) -> Issue | None:
    if not text.isprintable():  # no store knows such a name
        return _refused("value", "A search parameter holds a character that is none.")
    if ":" in name:
        return _refused("not-supported", "No modifier of a search parameter is understood.")
    if name == "_lastUpdated" and when(text) is None:
        return _refused("value", "_lastUpdated is a date, or a moment, with a comparison before it.")
    if name == "_count" and not (text.isascii() and text.isdigit() and len(text) < _DIGITS):
        return _refused("value", "_count is a number.")
    if name == "identifier" and not all(all(one.partition("|")[::2]) for one in text.split(",")):
        return _refused("not-supported", "An identifier is asked for with its system: system|value.")
    return None


def _refused(code: str, text: str) -> Issue:
    return Issue("error", code, "", text)
