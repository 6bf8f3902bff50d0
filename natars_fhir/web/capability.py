"""CapabilityStatement: what can be asked of a base, told from its routes. https://hl7.org/fhir/R4/http.html#capabilities"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from starlette.routing import BaseRoute, Route

from natars_fhir import __version__
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import Name
from natars_fhir.settings import Settings
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
_OPERATIONS = {("POST", "/$validate"): ("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate")}

#: The same → what can be done with a type of resource.
_RESOURCES: Mapping[tuple[str, str], Node] = {
    ("GET", "/ConceptMap"): CONCEPT_MAP,
    ("POST", "/QuestionnaireResponse"): QUESTIONNAIRE_RESPONSE,
    ("POST", "/Subscription"): SUBSCRIPTION,
    **{("GET", f"/{kind}"): told for kind, told in CAPABILITIES.items()},
}


def capability(version: Name, base: str, routes: Iterable[BaseRoute], settings: Settings, now: datetime) -> Node:
    """What *routes* offer under *base*, and within which limits."""
    offered = {
        (method, route.path.removeprefix(base))
        for route in routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    operations = [found for way, found in _OPERATIONS.items() if way in offered]
    codes = [code for way, found in _INTERACTIONS.items() if way in offered for code in found]
    resources = [told for way, told in _RESOURCES.items() if way in offered]
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{settings.canonical_base}/CapabilityStatement/{version.lower()}",
        "version": __version__,
        "name": "NatarsFhir",
        "title": "natars-fhir: what a hospital sends to the NATARS trial",
        "status": "active",
        "date": now.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": "natars-fhir", "version": __version__},
        "implementation": {"description": "Takes in what hospitals send; gives a site its own patients' forms."},
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
        f"{settings.most_entries} entries. A transaction with an entry that cannot be read is refused whole; elsewhere "
        "it costs only itself. Types that no view reads are let go and not checked. POST a resource or a Bundle to "
        "$validate, or to [type]/$validate, and every problem of it is told; nothing is kept."
    )
