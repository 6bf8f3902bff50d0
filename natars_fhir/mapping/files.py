"""The folder `mappings/`, read and checked as a whole before the first record."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from natars_fhir.domain.study import Choose, Complete, Study
from natars_fhir.domain.trial import build
from natars_fhir.mapping import remains
from natars_fhir.mapping.checks import concepts_faults, drugs_faults, view_faults
from natars_fhir.mapping.exporting import Allowed, Exporting, Placed, allowed_faults, placed_faults
from natars_fhir.mapping.faults import Fault, MappingError, line_at
from natars_fhir.mapping.narrative.normal import Characters
from natars_fhir.mapping.narrative.words import WordListError, Words
from natars_fhir.mapping.narrative.words import load as load_words
from natars_fhir.mapping.remains import true_still
from natars_fhir.mapping.schema import Concepts, Drugs, Site, View, Views
from natars_fhir.mapping.site_checks import site_faults, words_faults
from natars_fhir.mapping.word_faults import table_faults, word_fault

Shaped = TypeVar("Shaped", bound=BaseModel)


@dataclass(frozen=True, slots=True, eq=False)
class Mappings:
    """Everything that the folder says; ``hash`` changes with every byte of it. Each is one thing, equal to no other.

    ``over`` are lines that stand over a site's file (`mapping.overlay`).
    """

    folder: Path
    hash: str
    concepts: Concepts
    drugs: Drugs
    views: tuple[View, ...]
    sites: dict[str, Site]
    words: Words
    study: Study
    exporting: Exporting
    over: Mapping[str, str] = field(default_factory=dict)

    def hash_of(self, site: str) -> str:
        """What a site's documents are read with: the folder, and what stands over the site's file."""
        if site not in self.over:
            return self.hash
        return hashlib.sha256(f"{self.hash}\0{self.over[site]}".encode()).hexdigest()[: len(self.hash)]

    def hash_of_all(self, sites: Iterable[str]) -> str:
        """What the documents of several sites are read with: of one if it is the same for all, else of each in turn."""
        return "+".join(dict.fromkeys(map(self.hash_of, sorted(sites)))) or self.hash


def load(folder: Path, trial: str = "natars") -> Mappings:
    """Reads and checks the whole folder. Raises MappingError with every fault, file and line.

    The same bytes again are the same mappings: they are not compiled twice."""
    if not (folder / "concepts.toml").is_file():
        raise MappingError([Fault(str(folder), 0, "is not a mappings folder: it has no concepts.toml")])
    try:
        return _load(folder, trial, _digest(folder, folder.rglob("*.toml")))
    except OSError:
        return _load.__wrapped__(folder, trial, "")  # a file that cannot be read is told by its name


@lru_cache(maxsize=4)
def _load(folder: Path, trial: str, _bytes: str) -> Mappings:
    faults: list[Fault] = []
    lost: set[str] = set()
    read = partial(_file, faults=faults, lost=lost)
    concepts = read(folder / "concepts.toml", Concepts)
    doubtful = frozenset(lost)
    drugs = read(folder / "drugs.toml", Drugs)
    views = [(path, found) for path in _each(folder / "views") if (found := read(path, Views)) is not None]
    sites = [(path, site) for path in _each(folder / "sites") if (site := read(path, Site)) is not None]
    known = _known(concepts, doubtful)
    words, characters = _words(folder / "narrative", set(known), drug_names(drugs), faults)
    study = _study(folder / "trials" / f"{trial}.toml", known, faults)
    allowed = read(folder / "export" / "allowed.toml", Allowed)
    placed = read(folder / "export" / "record.toml", Placed)
    further = [fault for path, view in views for fault in view_faults(path, view, known)]
    if allowed is not None:
        further += allowed_faults(folder / "export" / "allowed.toml", allowed)
    if concepts is not None:
        further += concepts_faults(folder / "concepts.toml", concepts)
    if concepts is not None and placed is not None:
        further += placed_faults(folder / "export" / "record.toml", placed, concepts)
    if concepts is not None and drugs is not None:
        further += drugs_faults(folder / "drugs.toml", drugs, concepts)
        further += [fault for path, site in sites for fault in _site(path, site, concepts, drugs, characters)]
    faults += true_still(further, lost, doubtful)
    if faults or not (concepts and drugs and words and study and allowed and placed):
        raise MappingError(faults)
    every = tuple(view for _, found in views for view in found.view)
    study = replace(study, complete=_complete(site for _, site in sites))
    rules = _digest(folder, [folder / "export" / name for name in ("allowed.toml", "record.toml")])
    by_site, exporting = {s.site: s for _, s in sites}, Exporting(allowed, placed, rules)
    return Mappings(folder, _hash(folder), concepts, drugs, every, by_site, words, study, exporting)


def _known(concepts: Concepts | None, lost: Collection[str]) -> dict[str, Choose]:
    """The concepts that there are, and those that something is wrong with; none where nothing can be said of them."""
    if concepts is None:
        return {}
    return {**dict.fromkeys(lost, "latest"), **{name: one.choose for name, one in concepts.concepts.items()}}


def _site(path: Path, site: Site, concepts: Concepts, drugs: Drugs, characters: Characters) -> list[Fault]:
    """Everything that is checked of a site's file."""
    told = site_faults(path, site, concepts, drugs)
    if site.texts or site.answers:
        told += words_faults(str(path), path.read_text("utf-8"), site, concepts, drugs, characters)
    return told


def shaped(path: Path, shape: type[Shaped]) -> Shaped:
    """One file of the folder by itself, as *shape* tells. Raises MappingError with every fault, file and line."""
    faults: list[Fault] = []
    found = _file(path, shape, faults, set())
    if found is None or faults:
        raise MappingError(faults)
    return found


def _complete(sites: Iterable[Site]) -> Complete:
    """Concept → the sites that declare their records complete on it."""
    told: dict[str, frozenset[str]] = {}
    for site in sites:
        for concept in site.complete:
            told[concept] = told.get(concept, frozenset()) | {site.site}
    return told


def _each(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _hash(folder: Path) -> str:
    """The hash of all files that decide what is read: not `export/`, whose change needs nothing to be read again."""
    return _digest(folder, set(folder.rglob("*.toml")) - set((folder / "export").rglob("*.toml")))


def _digest(folder: Path, files: Iterable[Path]) -> str:
    """The first 12 hex digits of SHA-256 over names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _toml(path: Path, faults: list[Fault]) -> tuple[dict[str, Any] | None, str]:
    try:
        source = path.read_text(encoding="utf-8")
        return tomllib.loads(source), source
    except OSError:
        faults.append(Fault(str(path), 0, "is missing or cannot be read"))
    except UnicodeDecodeError:
        faults.append(Fault(str(path), 0, "is not UTF-8: save it so, without a byte order mark"))
    except tomllib.TOMLDecodeError as error:
        if source.startswith("\ufeff"):  # as Windows' editors write it
            faults.append(Fault(str(path), 1, "begins with a byte order mark: save it as UTF-8 without one"))
            return None, ""
        wrong = str(error).replace("Cannot overwrite a value", "a key stands twice")
        faults.append(Fault(str(path), _toml_line(wrong), f"is not TOML: {wrong}"))
    return None, ""


def _toml_line(message: str) -> int:
    _, _, rest = message.partition("(at line ")
    digits = rest.partition(",")[0]
    return int(digits) if digits.isdigit() else 0


def _file(path: Path, shape: type[Shaped], faults: list[Fault], lost: set[str]) -> Shaped | None:
    """A file as *shape* tells, or what of it does; *lost* are the names of what does not."""
    table, source = _toml(path, faults)
    if table is None:
        return None
    made = remains.shaped(path, source, table, shape)
    faults += made.faults
    lost |= made.lost
    return made.found


def drug_names(drugs: Drugs | None) -> dict[str, list[str]]:
    """The names that texts call drugs by, under the drug with its classes, as the narrative reader asks for them."""
    return {f"{drug.name} {'+'.join(drug.classes)}": list(drug.names) for drug in (drugs.drug if drugs else ())}


def _words(
    folder: Path, concepts: set[str], drugs: dict[str, list[str]], faults: list[Fault]
) -> tuple[Words | None, Characters]:
    """The word lists, and which characters are one; the latter also where a list is at fault."""
    faults += table_faults(folder, concepts)
    try:
        words = load_words(folder, drugs)
    except WordListError as error:
        faults += [word_fault(folder, text) for text in error.faults]
        return None, error.characters
    return words, words.characters


def _study(path: Path, concepts: Mapping[str, Choose], faults: list[Fault]) -> Study | None:
    table, source = _toml(path, faults)
    if table is None:
        return None
    study, wrong = build(table, concepts, concepts)
    faults += [Fault(str(path), line_at(source, *_named(text)), text) for text in wrong]
    return study


def _named(text: str) -> list[str | int]:
    """What a fault of a trial begins with: a criterion, a row of a table, a table. Where to look for its line."""
    if match := re.match(r"criterion (\S+): ", text):
        return [f'id = "{match[1]}"']
    tables = "arm|centre|objective|outcome|need|visit|state|cause|move|office|design|artifact"
    if match := re.match(rf"({tables}) (\d+): ", text):
        return [match[1], int(match[2]) - 1]
    match = re.match(r"(switches|scope|endpoints)\b|(\w+) must be |key (\S+) is not known", text)
    return [next(filter(None, match.groups()))] if match else []
