"""The folder `mappings/`, read and checked as a whole before the first record."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from natars_fhir.domain.study import Choose, Complete, Study
from natars_fhir.domain.trial import build
from natars_fhir.mapping.checks import concepts_faults, drugs_faults, view_faults
from natars_fhir.mapping.exporting import Allowed, Exporting, Placed, allowed_faults, placed_faults
from natars_fhir.mapping.faults import Fault, MappingError, line_at, nearest
from natars_fhir.mapping.narrative.words import WordListError, Words
from natars_fhir.mapping.narrative.words import load as load_words
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
    concepts = _file(folder / "concepts.toml", Concepts, faults)
    drugs = _file(folder / "drugs.toml", Drugs, faults)
    views = _folder(folder / "views", Views, faults)
    sites = _folder(folder / "sites", Site, faults)
    known = {name: one.choose for name, one in concepts.concepts.items()} if concepts else {}
    words = _words(folder / "narrative", set(known), drug_names(drugs), faults)
    faults += [fault for path, view in views for fault in view_faults(path, view, known)]
    study = _study(folder / "trials" / f"{trial}.toml", known, faults)
    allowed = _file(folder / "export" / "allowed.toml", Allowed, faults)
    placed = _file(folder / "export" / "record.toml", Placed, faults)
    if allowed is not None:
        faults += allowed_faults(folder / "export" / "allowed.toml", allowed)
    if concepts is not None:
        faults += concepts_faults(folder / "concepts.toml", concepts)
    if concepts is not None and placed is not None:
        faults += placed_faults(folder / "export" / "record.toml", placed, concepts)
    if concepts is not None and drugs is not None:
        faults += drugs_faults(folder / "drugs.toml", drugs, concepts)
        faults += [fault for path, site in sites for fault in site_faults(path, site, concepts, drugs)]
    if concepts is not None and drugs is not None and words is not None:
        faults += [
            fault
            for path, site in sites
            if site.texts or site.answers
            for fault in words_faults(str(path), path.read_text("utf-8"), site, concepts, drugs, words.characters)
        ]
    if faults or not (concepts and drugs and words and study and allowed and placed):
        raise MappingError(faults)
    every = tuple(view for _, found in views for view in found.view)
    study = replace(study, complete=_complete(site for _, site in sites))
    rules = _digest(folder, [folder / "export" / name for name in ("allowed.toml", "record.toml")])
    by_site, exporting = {s.site: s for _, s in sites}, Exporting(allowed, placed, rules)
    return Mappings(folder, _hash(folder), concepts, drugs, every, by_site, words, study, exporting)


def shaped(path: Path, shape: type[Shaped]) -> Shaped:
    """One file of the folder by itself, as *shape* tells. Raises MappingError with every fault, file and line."""
    faults: list[Fault] = []
    found = _file(path, shape, faults)
    if found is None:
        raise MappingError(faults)
    return found


def _complete(sites: Iterable[Site]) -> Complete:
    """Concept → the sites that declare their records complete on it."""
    told: dict[str, frozenset[str]] = {}
    for site in sites:
        for concept in site.complete:
            told[concept] = told.get(concept, frozenset()) | {site.site}
    return told


def _folder(folder: Path, shape: type[Shaped], faults: list[Fault]) -> list[tuple[Path, Shaped]]:
    read = [(path, _file(path, shape, faults)) for path in sorted(folder.glob("*.toml"))]
    return [(path, found) for path, found in read if found is not None]


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


def _file(path: Path, shape: type[Shaped], faults: list[Fault]) -> Shaped | None:
    table, source = _toml(path, faults)
    if table is None:
        return None
    try:
        return shape.model_validate(table)
    except ValidationError as error:
        faults += _shape_faults(path, source, shape, error)
        return None


def _shape_faults(path: Path, source: str, shape: type[BaseModel], error: ValidationError) -> Iterator[Fault]:
    for one in error.errors():
        words = [str(part) for part in one["loc"] if not isinstance(part, int)]
        text = "unknown key" if one["type"] == "extra_forbidden" else one["msg"]
        hint = nearest(words[-1], _keys(shape)) if one["type"] == "extra_forbidden" else _word(one)
        yield Fault(str(path), line_at(source, *one["loc"]), f"{'.'.join(map(str, one['loc']))}: {text}{hint}")


def _word(one: Any) -> str:
    """The nearest of the words that could stand there."""
    allowed = re.findall(r"'([^']*)'", str(one.get("ctx", {}).get("expected", "")))
    return nearest(one["input"], allowed) if isinstance(one["input"], str) else ""


def _keys(shape: type[BaseModel]) -> set[str]:
    """Every key that a file of this shape may use, at any depth: for a hint, no more."""
    seen: set[type[BaseModel]] = set()
    keys: set[str] = set()
    waiting: list[Any] = [shape]
    while waiting:
        found = waiting.pop()
        if isinstance(found, type) and issubclass(found, BaseModel) and found not in seen:
            seen.add(found)
            keys |= set(found.model_fields)
            waiting += [field.annotation for field in found.model_fields.values()]
        else:
            waiting += list(getattr(found, "__args__", ()))
    return keys


def drug_names(drugs: Drugs | None) -> dict[str, list[str]]:
    """The names that texts call drugs by, under the drug with its classes, as the narrative reader asks for them."""
    return {f"{drug.name} {'+'.join(drug.classes)}": list(drug.names) for drug in (drugs.drug if drugs else ())}


def _words(folder: Path, concepts: set[str], drugs: dict[str, list[str]], faults: list[Fault]) -> Words | None:
    faults += table_faults(folder, concepts)
    try:
        return load_words(folder, drugs)
    except WordListError as error:
        faults += [word_fault(folder, text) for text in error.faults]
        return None


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
    match = re.match(r"(switches|scope|endpoints)\b|key (\S+) is not known", text)
    return [next(filter(None, match.groups()))] if match else []
