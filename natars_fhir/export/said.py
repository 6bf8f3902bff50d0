"""Said: the words that a fact was read from, and everything in the same resources that could name somebody.

Of a text the clause goes out in which the fact stands: no more than is needed to see why. An attachment never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from natars_fhir.domain.record import Fact
from natars_fhir.fhir.build import Node

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")
_ENDS = "。；;\n\r"
#: Elements that hold what people wrote; any other text is a code or a date.
_PROSE = ("text", "conclusion", "valueString", "description")
#: Elements that name somebody wherever they stand.
_NAMING = frozenset(
    {"family", "given", "line", "city", "district", "state", "postalCode", "authorString", "title", "fullUrl"}
)
#: Elements that do so within one of `_NAMED`.
_CALLED = frozenset({"text", "display", "value"})
#: Elements that hold a HumanName, an Address, an Identifier or a Reference: what it is called names somebody.
_NAMED = frozenset(
    {"name", "address", "telecom", "identifier", "subject", "patient", "performer", "actor", "author", "recorder",
     "asserter", "requester", "collector", "individual", "participant", "managingOrganization", "generalPractitioner",
     "valueHumanName", "valueAddress", "valueContactPoint", "valueIdentifier", "valueReference",
     "authorReference", "who", "onBehalfOf", "location", "encounter", "specimen", "contact", "link", "other", "party",
     "resultsInterpreter", "informant", "practitioner", "organization", "serviceProvider", "focus", "context"}
)  # fmt: skip


def words_at(resource: Node | None, fact: Fact) -> str:
    """The clause of *resource* that *fact* was read from; empty where it is no text."""
    text = _at(resource, fact.path) if resource is not None else None
    if not isinstance(text, str) or fact.path.endswith(".data"):
        return ""
    if fact.span is None:
        return text
    start, end = fact.span
    low = max((text.rfind(one, 0, start) for one in _ENDS), default=-1) + 1
    high = min((at for one in _ENDS if (at := text.find(one, end)) >= 0), default=len(text))
    return text[low:high].strip()


def _at(resource: Any, path: str) -> Any:
    """What stands at a path such as ``Observation.note[0].text``; of a concept its text."""
    node = resource
    for step in path.split(".")[1:]:
        match = _STEP.fullmatch(step)
        node = node.get(match[1]) if match and isinstance(node, Mapping) else None
        if isinstance(node, list):
            at = int(match[2] or 0) if match else 0
            node = node[at] if at < len(node) else None
    if isinstance(node, Mapping):
        return node.get("text")
    return node if path.rpartition(".")[2] in _PROSE else None


def naming(node: Any, *, named: bool = False) -> Iterator[str]:
    """Every text of a resource that could name somebody: looked for in texts, wherever it stands."""
    if not isinstance(node, Mapping):
        return
    yield from _whole_names(node)
    for element, value in node.items():
        for one in value if isinstance(value, list) else (value,):
            if not isinstance(one, str):
                yield from naming(one, named=named or element in _NAMED)
            elif element in _NAMING or (named and element in _CALLED):
                yield one
            elif element in ("id", "reference", "versionId") and _tells(one):
                yield one.rpartition("/")[2]


def _whole_names(node: Mapping[str, Any]) -> Iterator[str]:
    """Family and given names told apart, as people write them: 王 and 明 are too short to be looked for alone."""
    family, given = node.get("family"), node.get("given")
    if isinstance(family, str) and isinstance(given, list):
        others = "".join(one for one in given if isinstance(one, str))
        yield from (family + others, others + family)


def _tells(ident: str) -> bool:
    """Is an id more than a counter of the server's? (``c1`` stands in every text)"""
    return len(ident.rpartition("/")[2]) >= 5
