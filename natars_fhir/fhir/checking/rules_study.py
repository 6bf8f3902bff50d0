"""Invariants of forms, terminology and the administration of a study, by the standard's keys.

https://hl7.org/fhir/R4/questionnaire.html and its neighbours
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from natars_fhir.fhir.checking.predicates import (
    Holds,
    any_of,
    coded,
    distinct,
    each,
    given,
    needs,
    not_after,
    not_both,
    one_of,
    only_when,
    said,
    when,
)
from natars_fhir.fhir.checking.rules_clinical import TERMINOLOGY

_MACHINE_NAME = re.compile(r"[A-Z][A-Za-z0-9_]{0,254}", re.ASCII)
_NOT_DISPLAY = ("boolean", "decimal", "integer", "string", "text", "url", "open-choice")
_CODED_ITEMS = ("choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity")


def _scope(code: str) -> Holds:
    """ppc-2 to ppc-5 as their sentences have it: the published expressions name the system "something"."""
    return lambda node: given(node, "patient") or not coded(node, "scope", code, TERMINOLOGY + "consentscope")


def _descendants(node: dict[str, Any], child: str, name: str) -> list[Any]:
    """What *name* holds in every *child*, and in theirs."""
    own = [item for item in each(node, child) if isinstance(item, dict)]
    return [value for item in own for value in [*each(item, name), *_descendants(item, child, name)]]


def machine_name(node: dict[str, Any]) -> bool:
    """Is the name of a conformance resource usable as an identifier? (keys that end in -0)"""
    name = said(node, "name")
    return name is None or _MACHINE_NAME.fullmatch(name) is not None


def _que_1(node: dict[str, Any]) -> bool:
    kind = said(node, "type")
    return (kind != "group" or given(node, "item")) and (kind != "display" or not given(node, "item"))


def _many(node: dict[str, Any], name: str) -> int:
    return sum(1 for _ in each(node, name))


STUDY: Mapping[str, Holds] = {
    "Parameters|inv-1": one_of("value[x]", "resource", "part"),
    "Task|inv-1": lambda node: not_after(said(node, "authoredOn"), said(node, "lastModified")),
    "cmd-1": lambda node: said(node, "equivalence") not in ("narrower", "inexact") or given(node, "comment"),
    "cmd-2": when("mode", ("fixed",), any_of("code")),
    "cmd-3": when("mode", ("other-map",), any_of("url")),
    "cpb-1": any_of("rest", "messaging", "document"),
    "cpb-2": any_of("description", "software", "implementation"),
    "cpb-9": lambda node: distinct(each(node, "resource", "type")),
    "cpb-12": lambda node: distinct(each(node, "searchParam", "name")),
    "cpb-14": when("kind", ("instance",), any_of("implementation")),
    "cpb-15": when("kind", ("capability",), lambda node: given(node, "software") and not given(node, "implementation")),
    "cpb-16": when("kind", ("requirements",), lambda node: not any_of("software", "implementation")(node)),
    "csd-1": lambda node: distinct(iter(_descendants(node, "concept", "code"))),
    "grp-1": lambda node: not given(node, "member") or node.get("actual") is True,
    "ipn-1": any_of("identifier", "name"),
    "lnk-1": lambda node: _many(node, "item") > 1,
    "org-1": any_of("identifier", "name"),
    "org-2": lambda node: said(node, "use") != "home",
    "org-3": lambda node: said(node, "use") != "home",
    "ppc-1": any_of("policy", "policyRule"),
    "ppc-2": _scope("patient-privacy"),
    "ppc-3": _scope("research"),
    "ppc-4": _scope("adr"),
    "ppc-5": _scope("treatment"),
    "qrs-1": not_both("answer", "item"),
    "que-1": _que_1,
    "que-2": lambda node: distinct(iter(_descendants(node, "item", "linkId"))),
    "que-3": when("type", ("display",), lambda node: not given(node, "code")),
    "que-4": not_both("answerOption", "answerValueSet"),
    "que-5": only_when("type", _CODED_ITEMS, "answerOption", "answerValueSet"),
    "que-6": when("type", ("display",), lambda node: not any_of("required", "repeats")(node)),
    "que-7": when("operator", ("exists",), any_of("answerBoolean")),
    "que-8": when("type", ("group", "display"), lambda node: not given(node, "initial")),
    "que-9": when("type", ("display",), lambda node: not given(node, "readOnly")),
    "que-10": only_when("type", _NOT_DISPLAY, "maxLength"),
    "que-11": not_both("answerOption", "initial"),
    "que-12": lambda node: _many(node, "enableWhen") <= 2 or given(node, "enableBehavior"),
    "que-13": lambda node: node.get("repeats") is True or _many(node, "initial") <= 1,
    "rqg-1": one_of("resource", "action"),
    "sev-1": not_both("name", "query"),
    "vsd-1": any_of("valueSet", "system"),
    "vsd-2": lambda node: given(node, "system") or not any_of("concept", "filter")(node),
    "vsd-3": not_both("concept", "filter"),
    "vsd-6": any_of("code", "display"),
    "vsd-9": lambda node: given(node, "code") or node.get("abstract") is True,
    "vsd-10": needs("code", "system"),
}
