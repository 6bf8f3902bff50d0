"""References: do they point at a type that R4 allows there? https://hl7.org/fhir/R4/references.html"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from natars_fhir.fhir.checking.fault import Fault, LocalTarget, Rule, either, error, warning

#: ``Type/id``, with or without server and version; or the conditional ``Type?search``.
_TYPED = re.compile(
    r"(?P<server>https?://.+/)?(?P<type>[A-Z][A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?|\?.+)",
    re.ASCII,
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+", re.ASCII)
_MOST_PRINTED = 12
_SHORT = 200
_FORM = "A reference is written Type/id, as an absolute URI, or as # and the id of a contained resource."


def reference(rule: Rule, targets: frozenset[str], resources: frozenset[str]) -> Rule:
    """A Reference that may point at *targets* (empty: at any resource)."""
    allowed = frozenset() if "Resource" in targets else targets
    wrong = error("value", f"A reference to {_listed(allowed)} is expected here, not to another type.")
    no_type = warning("value", "'type' names no resource of R4.", ".type")
    contradicts = error("value", "'type' and the reference name different types.", ".type")
    malformed = error("value", _FORM, ".reference")

    def check(node: Any) -> Sequence[Fault]:
        faults = rule(node)
        if not isinstance(node, dict):
            return faults
        text, kind = node.get("reference"), node.get("type")
        if isinstance(text, str) and text.startswith("#"):
            return [*faults, local(text[1:], allowed, ".reference")]
        pointed = _pointed(text, resources)
        if isinstance(text, str) and pointed is None and not _ABSOLUTE.fullmatch(text):
            return [*faults, *malformed] if text else faults
        if not isinstance(kind, str):
            return faults if pointed is None or not allowed or pointed in allowed else [*faults, *wrong]
        if kind not in resources:
            return [*faults, *no_type]
        if pointed not in (None, kind):
            return [*faults, *contradicts]
        return [*faults, *wrong] if allowed and kind not in allowed else faults

    return check


def local_uri(rule: Rule) -> Rule:
    """A uri, url or canonical, which may point into the resource too."""

    def check(value: Any) -> Sequence[Fault]:
        if type(value) is str and value.startswith("#"):
            return [*rule(value), local(value[1:], None, "")]
        return rule(value)

    return check


def local(fragment: str, targets: frozenset[str] | None, place: str) -> Fault:
    return Fault("error", "invariant", place, "", LocalTarget(fragment, targets))


def _pointed(text: Any, resources: frozenset[str]) -> str | None:
    """The type that a reference names; None where it names none (urn:uuid:, another server's own paths)."""
    kind = (_typed if len(text) <= _SHORT else _typed.__wrapped__)(text) if isinstance(text, str) else None
    return kind if kind in resources else None


@lru_cache(maxsize=4_096)
def _typed(text: str) -> str | None:
    """What looks like a type in it. Remembered where it is short: all resources of a patient name the same few."""
    found = _TYPED.fullmatch(text)
    return found["type"] if found else None


def _listed(targets: frozenset[str]) -> str:
    if len(targets) > _MOST_PRINTED:
        return f"one of {len(targets)} types"
    return either(sorted(targets)) if targets else "a resource"
