"""What a caller of `$populate` asks: for which form, about whom. Every parameter of the operation is known here; what
is asked for and cannot be done is refused, and what is given and not used is told.

http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate, in the words of SDC 3 and 4
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.web.respond import Refusal

#: The parameters that name the form.
_NAMING = ("questionnaire", "questionnaireRef", "canonical", "identifier")
_CONTEXTS = ("context", "launchContext")
#: What is given and not used, and why.
_UNUSED = {
    "data": "The form is filled from what the site pushed: this data is not used.",
    "dataEndpoint": "The form is filled from what the site pushed: no other server is asked.",
}
_OTHER_CONTEXT = "Of contexts only the patient is used."
_NOT_KNOWN = "No such parameter of the operation is known here: it is not used."


#: An address of this server.
_HERE = re.compile(r"https?://\S+/fhir/r[45]/")


@dataclass(frozen=True, slots=True)
class Form:
    """The one form that we fill: its id, its canonical address, its version."""

    id: str
    url: str
    version: str


@dataclass(frozen=True, slots=True)
class Asked:
    """About whom, as a Reference; and what was given and is not used."""

    subject: Node
    issues: tuple[Issue, ...]


def asked(body: Any, form: Form, ident: str | None = None) -> Asked:
    """Reads the Parameters of the operation; *ident* is the form's id where the address holds it. Raises Refusal."""
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise Refusal(422, "structure", "The operation takes Parameters.")
    given = _objects(body.get("parameter"))
    _check_counts(given)
    by_name = {str(one.get("name", "")): one for one in given}
    _check_form(by_name, form, ident)
    _check_local(by_name)
    contexts = _contexts(given)
    subject = _subject(by_name, contexts)
    unused = [name for name in by_name if name not in (*_NAMING, *_CONTEXTS, "subject", "local")]
    told = [_told(f"Parameters.parameter.where(name='{n}')", _UNUSED[n]) for n in unused if n in _UNUSED]
    told += [_told("Parameters.parameter", _NOT_KNOWN) for n in unused if n not in _UNUSED]
    told += [
        _told("Parameters.parameter", "Of a context only the patient is used.") for n in contexts if n != "patient"
    ]
    return Asked(subject, tuple(told))


def _told(place: str, text: str) -> Issue:
    return Issue("information", "not-supported", place, text)


def _check_counts(given: list[Node]) -> None:
    """All but contexts come once."""
    counts = Counter(str(one.get("name", "")) for one in given)
    if any(number > 1 for name, number in counts.items() if name not in _CONTEXTS):
        raise Refusal(422, "invalid", "A parameter that may come once comes several times.")


def _check_local(by_name: Mapping[str, Node]) -> None:
    """True or false, the same is done: nothing but the site's own pushes is ever looked at."""
    if "local" in by_name and not isinstance(_value(by_name["local"]), bool):
        raise Refusal(422, "value", "The parameter local is a boolean.")


def _check_form(by_name: Mapping[str, Node], form: Form, ident: str | None) -> None:
    names = [_named(_value(by_name[name])) for name in _NAMING if name in by_name]
    if ident is None and not names:
        raise Refusal(422, "required", "Which form is asked for: canonical, questionnaire or questionnaireRef.")
    ours = {form.id, form.url, f"{form.url}|{form.version}", f"Questionnaire/{form.id}"}
    for name in ([ident] if ident is not None else []) + names:
        if name in ours or _HERE.sub("", name) == f"Questionnaire/{form.id}":
            continue
        if name.startswith(f"{form.url}|"):
            raise Refusal(404, "not-found", f"The form has another version now: {form.version}.")
        raise Refusal(404, "not-found", "No such form is filled here: only the trial's own screening form.")


def _named(value: Any) -> str:
    """A form's name, of whatever type it is told in: an address, a Reference, an Identifier, the form itself."""
    if not isinstance(value, dict):
        return str(value or "")
    if value.get("resourceType") == "Questionnaire":
        version = f"|{value['version']}" if value.get("version") else ""
        return f"{value.get('url', '')}{version}"
    return str(value.get("reference") or value.get("value") or "")


def _objects(value: Any) -> list[Node]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _value(parameter: Node) -> Any:
    """What a parameter says: its value, or its resource."""
    return next((said for name, said in parameter.items() if name.startswith("value") or name == "resource"), None)


def _contexts(given: list[Node]) -> dict[str, Any]:
    """Name → content of every context; names are unique (sdc-pop1)."""
    found: dict[str, Any] = {}
    for one in given:
        if one.get("name") not in _CONTEXTS:
            continue
        inner = {part.get("name"): _value(part) for part in _objects(one.get("part"))}
        name = inner.get("name")
        name = str(name.get("code", "")) if isinstance(name, dict) else str(name or "")
        if not name or "content" not in inner:
            raise Refusal(422, "required", "A context has a name and a content.")
        if name in found:
            raise Refusal(422, "invariant", "Two contexts have the same name.")
        found[name] = inner["content"]
    return found


def _subject(by_name: Mapping[str, Node], contexts: Mapping[str, Any]) -> Node:
    """The subject; else the patient of the launch context; both mean the same one."""
    given = [
        _reference(one) for one in (_value(by_name.get("subject", {})), contexts.get("patient")) if one is not None
    ]
    if not given:
        raise Refusal(422, "required", "Whose form is asked for: subject, a Reference to a Patient of the site.")
    if len(given) > 1 and _literal(given[0]) and _literal(given[1]) and _literal(given[0]) != _literal(given[1]):
        raise Refusal(422, "invalid", "The subject and the patient of the context are not the same.")
    return given[0]


def _literal(reference: Node) -> str:
    return "/".join(str(reference.get("reference", "")).split("/")[-2:])


def _reference(value: Any) -> Node:
    """A Reference to a Patient; of a Patient that is sent along, the reference to it."""
    if isinstance(value, dict) and value.get("resourceType") == "Patient" and value.get("id"):
        return {"reference": f"Patient/{value['id']}"}
    told = isinstance(value, dict) and (isinstance(value.get("reference"), str) or value.get("identifier"))
    if not told or value.get("type", "Patient") != "Patient" or _kind(value) not in ("", "Patient"):
        raise Refusal(422, "value", "The subject is a Reference to a Patient, by reference or by identifier.")
    return dict(value)


def _kind(reference: Node) -> str:
    """The type that a literal reference names; empty where it names none."""
    parts = str(reference.get("reference", "")).partition("/_history/")[0].split("/")
    return parts[-2] if len(parts) > 1 else ""
