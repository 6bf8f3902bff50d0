"""CapabilityStatement: what can be asked of a base, told from its routes. https://hl7.org/fhir/R4/http.html#capabilities"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from starlette.routing import BaseRoute, Route

from natars_fhir import __version__
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import Name
from natars_fhir.settings import Settings
from natars_fhir.web.bulk_export import ON_TYPES, OPERATIONS, STANDARD
from natars_fhir.web.interactions import INSTANCE, TYPE
from natars_fhir.web.oauth import TOKEN_PATH
from natars_fhir.web.questionnaire import CAPABILITIES
from natars_fhir.web.response import CAPABILITY as QUESTIONNAIRE_RESPONSE
from natars_fhir.web.subscriptions import CAPABILITY as SUBSCRIPTION
from natars_fhir.web.terminology import CAPABILITY as CONCEPT_MAP

_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

_NUMBERS: dict[Name, str] = {"R4": "4.0.1", "R4B": "4.3.0", "R5": "5.0.0"}

#: Method and path under the base → the interactions that it is.
_INTERACTIONS = {("POST", ""): ("transaction", "batch")}
#: … and the operations: name and definition.
_OPERATIONS = {
    ("POST", "/$validate"): ("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate"),
    ("POST", "/$process-message"): (
        "process-message",
        "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message",
    ),
    **OPERATIONS,
}

#: Types of which what we tell a site is all that there is.
_READ_ONLY = frozenset({"ResearchStudy", "Task"})

#: The same → what can be done with a type of resource.
_RESOURCES: Mapping[tuple[str, str], Node] = {
    ("GET", "/ConceptMap"): CONCEPT_MAP,
    ("POST", "/QuestionnaireResponse"): QUESTIONNAIRE_RESPONSE,
    ("POST", "/Subscription"): SUBSCRIPTION,
    **{("GET", f"/{kind}"): told for kind, told in CAPABILITIES.items()},
}


#: The same → the interactions that it is with every type that is kept.
_OF_EVERY_TYPE: Mapping[tuple[str, str], str] = {
    ("GET", INSTANCE): "read",
    ("GET", f"{INSTANCE}/_history/{{number:fhirid}}"): "vread",
    ("PUT", INSTANCE): "update",
    ("DELETE", INSTANCE): "delete",
    ("GET", f"{INSTANCE}/_history"): "history-instance",
    ("POST", TYPE): "create",
    ("GET", TYPE): "search-type",
}
_PARAMETERS = {"_id": "token", "identifier": "token", "status": "token", "_lastUpdated": "date"}
_IN_BYTES = "Given back in the bytes that came; what the site itself sent, and nobody else's."


def capability(
    version: Name,
    base: str,
    routes: Iterable[BaseRoute],
    settings: Settings,
    now: datetime,
    kinds: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Node:
    """What *routes* offer under *base*, and within which limits; *kinds* are the types that are kept or told, with the
    parameters by which each is searched."""
    offered = {
        (method, route.path.removeprefix(base))
        for route in routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    operations = [found for way, found in _OPERATIONS.items() if way in offered]
    codes = [code for way, found in _INTERACTIONS.items() if way in offered for code in found]
    own = {str(told["type"]): told for way, told in _RESOURCES.items() if way in offered}
    every = [code for way, code in _OF_EVERY_TYPE.items() if way in offered]
    resources = [
        _with(own.pop(kind, {}), _kept(kind, every, searched)) if every else {} for kind, searched in kinds.items()
    ]
    resources = [_asked(one, offered) for one in (*(one for one in resources if one), *own.values())]
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{settings.canonical_base}/CapabilityStatement/{version.lower()}",
        "version": __version__,
        "name": "NatarsFhir",
        "title": "natars-fhir: what a hospital sends to the NATARS trial",
        "status": "active",
        "date": now.isoformat(timespec="seconds"),
        "kind": "instance",
        **({"instantiates": [STANDARD]} if version == "R4" and {*OPERATIONS} <= offered else {}),
        "software": {"name": "natars-fhir", "version": __version__},
        "implementation": {"description": "Takes in what hospitals send; gives a site back what is its own."},
        "fhirVersion": _NUMBERS[version],
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _limits(settings),
                "security": _security(settings),
                "interaction": [{"code": code} for code in codes],
                **({"resource": resources} if resources else {}),
                **({"operation": [{"name": n, "definition": url} for n, url in operations]} if operations else {}),
            }
        ],
    }


def _asked(told: Node, offered: Collection[tuple[str, str]]) -> Node:
    """A type, and the operations on it that are routes of their own."""
    more = [dict(operation) for way, (kind, operation) in ON_TYPES.items() if way in offered and kind == told["type"]]
    return {**told, "operation": [*told.get("operation", ()), *more]} if more else told


def _kept(kind: str, codes: Sequence[str], searched: Sequence[str]) -> Node:
    """A type whose resources are kept; of one that is only told, what is told can be read."""
    told: Node = {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned",
        "readHistory": "vread" in codes,
        "updateCreate": "update" in codes,
        "conditionalCreate": "create" in codes,
        "conditionalRead": "not-match",
        "conditionalUpdate": "update" in codes,
        "conditionalDelete": "single" if "delete" in codes else "not-supported",
        "documentation": _IN_BYTES,
        "searchParam": [{"name": name, "type": _PARAMETERS.get(name, "reference")} for name in searched],
    }
    if kind in _READ_ONLY:
        codes = [code for code in codes if code in ("read", "search-type")]
        told = {"type": kind, "interaction": [{"code": code} for code in codes], "searchParam": told["searchParam"]}
    return told


def _with(own: Node, kept: Node) -> Node:
    """What a route of its own does with a type goes before what every type can."""
    if not own:
        return kept
    codes = {one["code"]: one for one in (*own.get("interaction", ()), *kept["interaction"])}
    documentation = " ".join(one for one in (own.get("documentation", ""), kept.get("documentation", "")) if one)
    merged = {**kept, **own, "interaction": list(codes.values()), "documentation": documentation}
    return {**merged, "conditionalCreate": False} if "create" in {o["code"] for o in own["interaction"]} else merged


def _security(settings: Settings) -> Node:
    """Where a client asks for tokens (https://hl7.org/fhir/smart-app-launch/conformance.html)."""
    system, code = "http://terminology.hl7.org/CodeSystem/restful-security-service", "SMART-on-FHIR"
    told = [{"url": "token", "valueUri": settings.address + TOKEN_PATH}]
    return {
        "extension": [{"url": _OAUTH_URIS, "extension": told}],
        "service": [{"coding": [{"system": system, "code": code}]}],
        "description": "A site is known by its bearer token: one that it was given, or one that its client asks for.",
    }


def _limits(settings: Settings) -> str:
    return (
        "POST a Bundle (transaction, batch, collection, message, document, history, searchset) or a resource to the "
        f"base. At most {settings.most_bytes} bytes (gzip is read; the limit is that of what it inflates to) and "
        f"{settings.most_entries} entries; more are answered 413, too-long. A transaction with an entry that cannot be "
        "read is refused whole; elsewhere it costs only itself. Types that no view reads are let go and not checked. "
        "POST a resource or a Bundle to $validate, or to [type]/$validate, and every problem of it is told; nothing is "
        "kept. Of conditions identifier=system|value is understood."
    )
