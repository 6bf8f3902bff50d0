"""Write a freeze: into a folder of another name, which gets its own at the very end. What was interrupted has neither
manifest nor name, and nothing takes it for a freeze."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from natars_fhir import __version__
from natars_fhir.mapping.files import Mappings
from natars_fhir.service.export.endpoints import Seen
from natars_fhir.service.freeze.cut import Cut, TakenError, cut
from natars_fhir.service.freeze.made_with import code, libraries
from natars_fhir.service.freeze.manifest import FORMAT, MANIFEST, SUMS, File, Manifest, encoded, file_of, sealed, sha256
from natars_fhir.service.freeze.manifest import sums as summed
from natars_fhir.service.freeze.parts import PARTS, LeftOutError
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.upkeep import audit
from natars_fhir.store import about
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.migrate import HEAD
from natars_fhir.store.settled import synced

#: How the folder begins that is being written.
UNFINISHED = ".unfinished-freeze-"
_WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a freeze goes, by which name (empty: its own), of which day."""

    to: Path
    name: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: after each patient, and before each part."""

    seen: Seen | None = None
    part: Callable[[str], object] = lambda _: None


def freeze(
    store: Store, intake: Intake, mappings: Mappings, wanted: Wanted, act: Act, watch: Watch | None = None
) -> tuple[Path, Manifest]:
    """Makes the folder; gives it and its manifest. *act* is written into the audit, with the digest and the counts.

    Raises TakenError where there is such a folder, StaleError where the store was read with another mapping, OSError
    where nothing can be written.
    """
    _free(wanted.to / wanted.name if wanted.name else None)
    wanted.to.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=wanted.to))
    try:
        manifest = written(store, intake, mappings, wanted.as_of, folder, watch)
        final = wanted.to / (wanted.name or own_name(manifest))
        _free(final)
        _keep(folder)
        folder.rename(final)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    audit.note(store, intake.key, _noted(act, manifest))
    return final, manifest


def written(
    store: Store, intake: Intake, mappings: Mappings, as_of: date, folder: Path, watch: Watch | None = None
) -> Manifest:
    """Writes every part into *folder*, and last the manifest and the sums. Raises StaleError."""
    watch = watch or Watch()
    with cut(store, intake, mappings, as_of, watch.seen) as now:
        rows, told = _parts(folder, now, watch)
        files = tuple(file_of(folder, name, rows[name]) for name in sorted(rows))
        manifest = _manifest(now, files, told)
    (folder / MANIFEST).write_bytes(encoded(manifest))
    sums = [*((one.name, one.sha256) for one in files), (MANIFEST, sha256(folder / MANIFEST))]
    (folder / SUMS).write_bytes(summed(sums))
    return manifest


def own_name(manifest: Manifest) -> str:
    """``natars-2026-06-30-0123abcd``: trial, day, and the beginning of the digest."""
    return f"{manifest.trial}-{manifest.as_of}-{manifest.digest[:8]}"


def _parts(folder: Path, now: Cut, watch: Watch) -> tuple[dict[str, int], dict[str, str]]:
    rows: dict[str, int] = {}
    told: dict[str, str] = {}
    for name, part in PARTS.items():
        watch.part(name)
        try:
            wrote = part(folder, now)
            rows |= wrote.rows
            told[name] = "; ".join((_WRITTEN, *wrote.said))
        except LeftOutError as absent:
            told[name] = str(absent)
    return rows, told


def _manifest(now: Cut, files: tuple[File, ...], told: dict[str, str]) -> Manifest:
    with now.store.read() as connection:
        key_check = about.key_check(connection) or ""
    mappings = now.mappings
    trial_file = mappings.folder / "trials" / f"{mappings.study.id}.toml"
    return sealed(
        Manifest(
            format=FORMAT, as_of=now.as_of.isoformat(), trial=mappings.study.id, trial_file=sha256(trial_file),
            mapping=mappings.hash_of_all(mappings.sites), program=__version__, code=code(), libraries=libraries(),
            schema=HEAD,
            store=hashlib.sha256(f"natars-fhir freeze, store: {key_check}".encode()).hexdigest()[:16],
            parts=told, files=files, counts=_counts(now, files), open_issues=_issues(now, files),
        )
    )  # fmt: skip


def _counts(now: Cut, files: tuple[File, ...]) -> dict[str, int]:
    rows = {one.name: one.rows for one in files}
    whole = {"facts": rows.get("lineage.csv", 0), "log": rows.get("screening-log.csv", 0)}
    return {"subjects": len(now.subjects), "withheld": len(now.withheld), **whole}


def _issues(now: Cut, files: tuple[File, ...]) -> dict[str, int]:
    """Flaws of the data by severity, and kinds of what was not understood."""
    found = Counter(issue.severity for one in now.subjects for issue in one.endpoints.issues)
    gaps = sum(one.rows for one in files if one.name == "gaps.csv")
    return {**dict(sorted(found.items())), "gaps": gaps}


def _noted(act: Act, manifest: Manifest) -> Act:
    counts = {**manifest.counts, "files": len(manifest.files)}
    return replace(act, hash=manifest.digest, counts=counts)


def _free(path: Path | None) -> None:
    if path is not None and path.exists():
        raise TakenError


def _keep(folder: Path) -> None:
    """On the disk, and read-only."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            synced(path)
            path.chmod(0o444)
