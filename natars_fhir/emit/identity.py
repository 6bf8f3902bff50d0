"""Identity: the identifiers that we make, keyed so that only the holder of the key can tell whose they are.

HMAC-SHA256 (https://www.rfc-editor.org/rfc/rfc2104) over trial, site, kind and the primary identifier that the site
declares (architecture.md §1): the same patient has the same identifiers every time, another site, trial or key others.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Patient
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node

#: The secret of one store. It is passed in, never made here.
Key = bytes

_LEAST_KEY = 16
_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """What one patient of one site is called in one trial.

    ``id`` is the resource id of one kind of output, ``pseudonym`` the subject's name in all of them. ``primary`` is
    the hospital's own identifier that they rest on; None where the patient has none that the site declares.
    """

    id: str
    pseudonym: str
    canonical_base: str
    primary: tuple[str, str] | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def identifier(self) -> Node:
        """The subject's business identifier."""
        return build.identifier(f"{self.canonical_base}/NamingSystem/subject", self.pseudonym)


def keyed(key: Key, *parts: str) -> str:
    """32 hexadecimal digits, a legal FHIR id, that tell nothing of *parts* without the key.

    Raises ValueError for a key that could be guessed.
    """
    if len(key) < _LEAST_KEY:
        raise ValueError(f"a key needs at least {_LEAST_KEY} bytes")
    # JSON keeps the parts apart: ("a", "bc") is not ("ab", "c")
    message = json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:_LENGTH]


def identity(
    patient: Patient, trial: str, key: Key, canonical_base: str, primary_system: str, kind: str = "ResearchSubject"
) -> Identity:
    """The identity of *patient* in *trial* for one *kind* of output.

    Without an identifier of *primary_system* the reference in the site is used, and told: it changes when the
    hospital moves its records.
    """
    found = sorted(pair for pair in patient.identifiers if primary_system and pair[0] == primary_system)
    primary = found[0] if found else None
    whose = ("identifier", *primary) if primary else ("reference", patient.reference)
    return Identity(
        id=keyed(key, trial, patient.site, kind, *whose),
        pseudonym=keyed(key, trial, patient.site, "subject", *whose),
        canonical_base=canonical_base,
        primary=primary,
        issues=tuple(_doubts(len(found))),
    )


def declared(patient: Patient, system: str) -> tuple[str, str] | None:
    """The patient's identifier of the system that the site declares as its patients' own; of several the first."""
    return min((pair for pair in patient.identifiers if system and pair[0] == system), default=None)


def _doubts(count: int) -> list[Issue]:
    if count == 1:
        return []
    if count:
        text = "The patient has several identifiers of the site's primary system: the first in order is used."
        return [Issue("warning", "multiple-matches", "Patient.identifier", text)]
    text = "The patient has no identifier of the site's primary system: the reference in the site is used instead."
    return [Issue("information", "informational", "Patient.identifier", text)]
