"""Sources: the hospital's own resources, as we refer to them."""

from __future__ import annotations

import re

from natars_fhir.domain.record import Patient
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node

_LITERAL = re.compile(r"(https?://\S+/)?[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_LOGICAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=(.*?)\|(.+)", re.DOTALL)
_VERSION = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def is_literal(key: str) -> bool:
    """Is this the address of a resource in the hospital's server?"""
    return _LITERAL.fullmatch(key) is not None


def kind_of(key: str) -> str:
    """The type of the resource that *key* names; empty where it does not show (``urn:uuid:…``)."""
    if logical := _LOGICAL.fullmatch(key):
        return logical[1]
    return key.split("/")[-2] if is_literal(key) else ""


def reference_to(key: str, version: str = "") -> Node:
    """A Reference to the resource that goes by *key*: in that version where its address is known, else by identifier,
    else as it was told."""
    if logical := _LOGICAL.fullmatch(key):
        return build.identified(logical[1], logical[2], logical[3])
    known = version if is_literal(key) and _VERSION.fullmatch(version) else ""
    return {"reference": f"{key}/_history/{known}" if known else key}


def patient_reference(patient: Patient, primary: tuple[str, str] | None = None) -> Node:
    """The hospital's own Patient: by its address there, else by its identifier (*primary* where there is one)."""
    known = primary or min(patient.identifiers, default=None)
    if known is None or is_literal(patient.reference):
        return {"reference": patient.reference}
    return build.identified("Patient", *known)
