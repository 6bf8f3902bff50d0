"""Bilingual: texts in English with their Chinese in HL7's translation extension, and a resource turned to either.

https://hl7.org/fhir/extensions/StructureDefinition-translation.html
"""

from __future__ import annotations

from typing import Any

from natars_fhir.fhir.build import Node, extension, parts

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"

#: What is first written in.
MAIN = "en"


def both(name: str, en: str, zh: str = "") -> Node:
    """The element *name* in English, and its Chinese beside it; alone where there is none."""
    return {name: en, f"_{name}": {"extension": [_translation(zh, "zh")]}} if zh else {name: en}


def spoken(resource: Node, language: str) -> Node:
    """*resource* with its texts in *language*, and what stood in their place as the translation."""
    return resource if language == MAIN else _turned(resource, language) | {"language": language}


def _translation(text: str, language: str) -> Node:
    return parts(TRANSLATION, extension("lang", "Code", language), extension("content", "String", text))


def _turned(node: Any, language: str) -> Any:
    if isinstance(node, list):
        return [_turned(one, language) for one in node]
    if not isinstance(node, dict):
        return node
    out = {name: _turned(value, language) for name, value in node.items()}
    for name, beside in node.items():
        text = _content(beside, language) if name.startswith("_") else None
        if text is not None:
            out |= {
                name[1:]: text,
                name: {**beside, "extension": [_other(one, node[name[1:]]) for one in _all(beside)]},
            }
    return out


def _other(one: Node, said: str) -> Node:
    return _translation(said, MAIN) if one["url"] == TRANSLATION else one


def _content(beside: Any, language: str) -> str | None:
    """What the translation to *language* says; None where there is none."""
    told = [one["extension"] for one in _all(beside) if one["url"] == TRANSLATION]
    return next((content["valueString"] for lang, content in told if lang["valueCode"] == language), None)


def _all(beside: Any) -> list[Node]:
    return beside.get("extension", []) if isinstance(beside, dict) else []
