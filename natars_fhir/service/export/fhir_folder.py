"""The export as a folder: NDJSON by type, a manifest that tells what is in it, and checksums. The same store and
question give the same bytes, so that two folders can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import msgspec

from natars_fhir import __version__
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.endpoints import Seen
from natars_fhir.service.export.export_told import Told
from natars_fhir.service.export.exported import TYPES, Asked, exported
from natars_fhir.service.export.ndjson_files import MOST_BYTES, NdjsonFiles, owners
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store.engine import Store
from natars_fhir.store.exports import File

MANIFEST, CHECKSUMS = "manifest.json", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a folder, how many subjects of each site are in them, and how many were left out."""

    files: tuple[File, ...]
    subjects: Mapping[str, int]
    told: Told


def write_folder(
    store: Store, intake: Intake, asked: Asked, folder: Path, seen: Seen | None = None, most: int = MOST_BYTES
) -> Written:
    """Writes the export into an empty folder. Raises OSError."""
    told, whose, nobodys = Told(), dict[str, int](), set[tuple[str, str]]()
    with NdjsonFiles(folder, packed=False, most=most) as files:
        for site in _in_order(asked):
            subjects, own = set[str](), replace(asked, sites=(site,))
            for line in exported(store, intake, own, seen=seen, withheld=told.withheld, told=told.told):
                if line.subject or (line.kind, line.id) not in nobodys:
                    files.add("output", line.kind, line.raw)
                if line.subject:
                    subjects.add(line.subject)
                else:
                    nobodys.add((line.kind, line.id))
            whose[site.site] = len(subjects)
        for issue in told.issues():
            files.add("error", "OperationOutcome", msgspec.json.encode(operation_outcome([issue])))
        made = files.close()
    _sum(folder, made, manifest(intake, asked, made, told))
    return Written(made, whose, told)


def manifest(intake: Intake, asked: Asked, made: Sequence[File], told: Told) -> Node:
    """What was asked, and what there is; no moment of this run."""

    def listed(role: str) -> list[Node]:
        return [
            {"type": one.kind, "url": one.name, "count": one.count, "bytes": one.size, "sha256": one.digest}
            for one in made
            if one.role == role
        ]

    mappings = {one.site: intake.plan.mappings[one.site] for one in _in_order(asked) if intake.plan}
    return {
        "format": "fhir",
        "trial": intake.study.id,
        "software": f"natars-fhir {__version__}",
        "mapping": "+".join(dict.fromkeys(mappings.values())),
        "mappings": mappings,
        "asOf": asked.as_of.isoformat(),
        "sites": [one.site for one in _in_order(asked)],
        "types": [kind for kind in TYPES if not asked.types or kind in asked.types],
        "since": asked.since.isoformat() if asked.since else None,
        "texts": asked.texts,
        "withheld": [{"site": site, "arm": arm, "subjects": count} for (site, arm), count in sorted(told.left.items())],
        "output": listed("output"),
        "error": listed("error"),
    }


def _in_order(asked: Asked) -> list[Site]:
    return sorted(asked.sites, key=lambda one: one.site)


def _sum(folder: Path, made: Sequence[File], told: Node) -> None:
    """The manifest, and checksums as `sha256sum -c` reads them."""
    raw = msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
    sums = {**{one.name: one.digest for one in made}, MANIFEST: sha256(raw).hexdigest()}
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    for name, content in ((MANIFEST, raw), (CHECKSUMS, text.encode())):
        with owners(folder / name) as out:
            out.write(content)
