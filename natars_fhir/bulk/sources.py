"""The resources behind the evidence, found again in the files they came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from natars_fhir.domain.identity import Version
from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import documents
from natars_fhir.mapping.documents import DocumentReader


def resources_of(
    inputs: Iterable[Path | tuple[BinaryIO, str]], reader: DocumentReader, wanted: Collection[tuple[str, str]]
) -> dict[str, Any]:
    """Key → the Struct of the *wanted* (key, version), the newest of those. Reads the files once more."""
    found: dict[str, tuple[Version, Any]] = {}
    for path in (path for one in inputs if isinstance(one, Path) for path in files([one])):
        for document in documents(path):
            for reading, resource in reader.resources(document.raw) if document.raw else ():
                if (reading.key, version_of(resource)) not in wanted:
                    continue
                earlier = found.get(reading.key)
                if earlier is None or earlier[0].replaced_by(reading.version):
                    found[reading.key] = reading.version, resource
    return {key: resource for key, (_, resource) in found.items()}


def version_of(resource: Any) -> str:
    """The version that the resource's meta tells; empty where it tells none."""
    return (resource.meta.versionId or "") if resource.meta is not None else ""
