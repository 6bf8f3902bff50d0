"""Words: the word lists of ``mappings/narrative/*.toml``, checked and compiled once (architecture.md §7).

A file holds tables, a table holds tags, a tag holds a list of words. The code names the tables and tags that it asks
for; what is missing, misspelt or said twice is listed at once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from natars_fhir.mapping.narrative.lexicon import GAP, Entry, Lexicon, form, lexicon
from natars_fhir.mapping.narrative.normal import Characters, Joins
from natars_fhir.mapping.narrative.scan import Scanner

#: Every table that the reader asks for, with the tags that the code knows by name. "*": the file says which.
TABLES: Mapping[str, str] = {
    "quantity.word": "below at-most above at-least about nearly or-more or-less range",
    "quantity.length": "cm mm",
    "cues.cue": "deny-before deny-after deny-both hedge-before hedge-after hedge-both hedge-next hedge-between"
    " definite stop advice general relative differential withdrawn former becomes from amended supplement trap",
    "cues.wrap": "open",
    "markers.marker": "*",
    "markers.compartment": "nuclear index",
    "results.word": "positive negative equivocal not-interpretable not-done pending doubted denied mere",
    "results.quality": "*",
    "results.before": "positive negative equivocal pending not-done none-of asked",
    "results.filler": "before",
    "fish.method": "fish sequencing ihc",
    "fish.gene": "after before",
    "fish.status": "amplified not-amplified failed not-done pending suspected test",
    "fish.ratio": "name filler limit polysomy",
    "fish.alone": "name",
    "fish.answer": "amplified not-amplified",
    "size.thing": "tumour specimen core node other neutral",
    "size.organ": "name",
    "size.near": "axis after earlier changed distance over",
    "grade.mark": "fnclcc other high intermediate low",
    "grade.word": "grade score higher underrated not-graded differentiation mitoses necrosis",
    "counts.name": "mitoses necrosis",
    "counts.from": "microscope",
    "counts.mitoses": "field area rare frequent seen none",
    "counts.necrosis": "extensive seen none",
    "histology.name": "DDLPS WDLPS LMS UPS SFT OTHER OTHER-SARCOMA SARCOMA-NOS",
    "histology.around": "component is like either before-tissue tissue hint outside elsewhere own agrees once",
    "histology.past": "word",
    "histology.turned": "name there may leaning other-way",
    "sites.organ": "*",
    "sites.mark": "place beside vessel origin-before origin-after",
    "sites.elsewhere": "name",
    "sites.here": "name",
    "sites.touching": "before",
    "sites.single": "gi-tract uterus urinary-tract other",
    "sites.within": "part",
    "sites.beside": "word malignant",
    "sites.lesion": "name",
    "sites.no-tumour": "name",
    "diagnoses.called": "*",
    "diagnoses.malignant": "word",
    "diagnoses.benign": "word",
    "diagnoses.old": "word",
    "diagnoses.taken-back": "word",
    "diagnoses.undiagnosed": "word",
    "diagnoses.void": "word corrected correction",
    "margins.name": "margin",
    "margins.state": "involved free unsure",
    "margins.between": "filler",
    "margins.edge": "name",
    "statements.scale": "asa ecog filler",
    "statements.performance": "name other",
    "statements.place": "*",
    "statements.answer": "present absent suspected",
    "statements.attested": "present absent",
    "statements.elsewhere": "here other",
    "statements.risk": "chance inclination",
    "statements.feared": "before",
    "statements.unfilled": "word",
    "statements.asked": "before excluded kind",
    "statements.prior-resection": "present dated unplaced recurrence absent",
    "statements.metastasis": "present absent",
    "statements.*": "*",
    "treatments.name": "radiotherapy chemoradiotherapy chemotherapy anthracycline targeted immunotherapy any regimen",
    "treatments.word": "join counted through limits topic meeting then aspect elapsed stopped refused otherwise"
    " carrier",
    "treatments.before": "denied given begun planned advised",
    "treatments.after": "denied yes given history unclear planned",
}
_CHARACTERS = "characters"
#: the compiled list of all statements, and the tables of statements.toml that are no concepts
STATEMENTS = "statements"
#: the compiled list of the drugs' names and of the kinds of treatment
TREATMENTS = "treatments"
#: The lists whose words are looked for in whole texts, all in one pass. The others are asked for rarely, or nearby.
_SCANNED = frozenset(
    {
        *("cues.cue", "results.before", "fish.method", "fish.gene", "size.thing", "grade.mark", "counts.name"),
        *("histology.name", "sites.mark", "sites.lesion", "sites.elsewhere", "margins.name"),
        *(STATEMENTS, TREATMENTS),
    }
)
#: the cues that may be the last word of what is said
_LAST = ("deny-before", "deny-after", "deny-both", "hedge-after", "hedge-both")
NO_DRUGS: Mapping[str, list[str]] = MappingProxyType({})
NO_CONCEPTS = frozenset(
    {"scale", "performance", "place", "answer", "attested", "elsewhere", "risk", "feared", "unfilled", "asked"}
)


class WordListError(Exception):
    """Word lists that cannot load: every fault, each with its file; and which characters are one all the same."""

    def __init__(self, faults: list[str], characters: Characters) -> None:
        super().__init__("\n".join(faults))
        self.faults, self.characters = tuple(faults), characters


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """The compiled word lists."""

    characters: Characters
    lexicons: Mapping[str, Lexicon]
    joins: Joins
    #: looks for the words of all scanned lists
    scanner: Scanner
    #: pairs of neighbours within those words, and within the names of markers: between them no text is cut
    seams: frozenset[str]

    def __getitem__(self, table: str) -> Lexicon:
        return self.lexicons[table]

    def any(self, table: str, *tags: str) -> str:
        """A pattern for any of the words of these tags, the longest first."""
        known = self.lexicons[table].words
        words = {word for tag in tags for word in known.get(tag, ())}
        ranked = sorted(words, key=lambda word: (-len(word), word))
        return "(?:" + "|".join(re.escape(word) for word in ranked) + ")"


Tables = dict[str, dict[str, list[str]]]


def load(folder: Path, drugs: Mapping[str, list[str]] = NO_DRUGS) -> Words:
    """Read every list of the folder. *drugs*: names by ``"drug class+class"``. Raises WordListError with all that is
    wrong. The same lists again are the same words: they are not compiled twice."""
    files = tuple((path.name, path.read_bytes()) for path in sorted(folder.glob("*.toml")))
    return _load(files, tuple((name, tuple(words)) for name, words in drugs.items()))


@lru_cache(maxsize=4)
def _load(contents: tuple[tuple[str, bytes], ...], drugs: tuple[tuple[str, tuple[str, ...]], ...]) -> Words:
    faults: list[str] = []
    parsed = {name.removesuffix(".toml"): _parsed(name, raw, faults) for name, raw in contents}
    files = {name: content for name, content in parsed.items() if content is not None}
    characters = _characters(parsed.get(_CHARACTERS) or {}, faults, there=_CHARACTERS in parsed)
    files.pop(_CHARACTERS, None)
    tables = {f"{file}.{table}": tags for file, content in files.items() for table, tags in content.items()}
    shapes = {name: _shape_faults(name, tags) for name, tags in tables.items()}
    faults += [fault for found in shapes.values() for fault in found]
    faults += _missing(tables, {name for name, content in parsed.items() if content is None})
    faults += [fault for name, tags in tables.items() if not shapes[name] for fault in _twice(name, tags, characters)]
    if faults:
        raise WordListError(faults, characters)
    return _compiled(tables, characters, {name: list(words) for name, words in drugs})


def _parsed(name: str, raw: bytes, faults: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"))  # as a text file is read
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        faults.append(f"{name}: cannot be read: {problem}")
        return None


def _characters(content: dict[str, Any], faults: list[str], *, there: bool) -> Characters:
    if not there:
        faults.append(f"{_CHARACTERS}.toml: the file is missing")
        return Characters({}, {})
    same, pairs = content.get("same", {}), content.get("traditional", {}).get("pairs", "").split()
    faults += [f"{_CHARACTERS}.toml: {pair!r} is no pair of characters" for pair in pairs if len(pair) != 2]
    faults += [f"{_CHARACTERS}.toml: {sign!r} must be one character" for sign in same if len(sign) != 1]
    return Characters(same, {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and pair[0] != pair[1]})


def _shape_faults(name: str, tags: Any) -> list[str]:
    """Is it a table of lists of words?"""
    place = f"{name.split('.')[0]}.toml: [{name.split('.', 1)[1]}]"
    if not isinstance(tags, dict):
        return [f"{place} must be a table"]
    faults = []
    for tag, words in tags.items():
        if not isinstance(words, list) or not words:
            faults.append(f"{place} {tag}: must be a list of words, not empty")
        elif any(not isinstance(word, str) or not word.strip(GAP + " ") for word in words):
            faults.append(f"{place} {tag}: holds something that is no word")
        else:  # a text may widen a space, and where such a word begins would depend on it
            faults += [f"{place} {tag}: «{word}» begins or ends with a space" for word in words if word != word.strip()]
    return faults


def _missing(tables: Mapping[str, Any], unread: Collection[str]) -> list[str]:
    """Tables and tags that the reader asks for and does not find; of files that cannot be read nothing is known."""
    faults = []
    for name, wanted in TABLES.items():
        file, _, table = name.partition(".")
        if table == "*" or file in unread:
            continue
        if name not in tables:
            faults.append(f"{file}.toml: [{table}] is missing")
        elif wanted != "*" and isinstance(tables[name], dict):
            lost = sorted(set(wanted.split()) - set(tables[name]))
            surplus = sorted(set(tables[name]) - set(wanted.split()) - {"trap"})
            faults += [f"{file}.toml: [{table}] {tag} is missing" for tag in lost]
            faults += [f"{file}.toml: [{table}] {tag} is a tag that no code reads" for tag in surplus]
    return faults


def _twice(name: str, tags: Mapping[str, list[str]], characters: Characters) -> list[str]:
    """One word, two meanings."""
    file, _, table = name.partition(".")
    meaning: dict[str, str] = {}
    faults = []
    for tag, words in tags.items():
        for word in words:
            other = meaning.setdefault(characters.whole(word), tag)
            if other != tag and not _either_side(table):
                faults.append(f"{file}.toml: [{table}] {word!r} stands for both {other} and {tag}")
    return faults


def _either_side(table: str) -> bool:
    """Cues are kept by the side that they act on; words around a number may serve twice."""
    return table in {"called", "cue", "near", "word", "answer", "mitoses", "necrosis", "before", "after"}


def _compiled(tables: Tables, characters: Characters, drugs: Mapping[str, list[str]]) -> Words:
    lists = [lexicon(name, tags, characters.whole) for name, tags in tables.items()]
    lists.append(lexicon(STATEMENTS, _statements(tables), characters.whole))
    lists.append(lexicon(TREATMENTS, {**tables["treatments.name"], **drugs}, characters.whole))
    lexicons = {each.name: each._replace(scanned=each.name in _SCANNED) for each in lists}
    scanned = [each for each in lexicons.values() if each.scanned]
    seams = frozenset(
        "".join(pair)
        for each in (*scanned, lexicons["markers.marker"])
        for entry in each.entries
        for pair in pairwise(entry.word)
    )
    return Words(characters, lexicons, _joins(tables, characters), Scanner(scanned), seams)


def _statements(tables: Tables) -> dict[str, list[str]]:
    """All statements as one list, each tag with its concept before it; a trap is a trap for all."""
    merged: dict[str, list[str]] = {"trap": []}
    for name, tags in tables.items():
        file, _, concept = name.partition(".")
        if file == "statements" and concept not in NO_CONCEPTS:
            for tag, words in tags.items():
                merged.setdefault("trap" if tag == "trap" else f"{concept} {tag}", []).extend(words)
    for tag in ("asa", "ecog"):
        merged[f"scale {tag}"] = tables["statements.scale"][tag]
    merged["scale performance"] = tables["statements.performance"]["name"]
    return merged


def _joins(tables: Tables, characters: Characters) -> Joins:
    """Words that must not be torn, and those that a line may end with while its sentence goes on."""
    every = {characters.whole(word) for tags in tables.values() for words in tags.values() for word in words}
    torn = sorted(word for word in every if _han(word))
    pairs = frozenset(pair for word in torn for pair in map("".join, pairwise(word)))
    cues = (word for words in tables["cues.cue"].values() for word in words if GAP not in word)
    dangling = {characters.whole(word) for word in (*cues, *tables["cues.wrap"]["open"])} - {"?"}
    glued = form(Entry("word", word, False) for word in torn).pattern
    last = (word for tag in _LAST for word in tables["cues.cue"][tag] if GAP not in word)
    answers = {characters.whole(word) for word in last} - {"?"}
    finals = frozenset(word[-1] for word in dangling)
    return Joins(pairs, glued, tuple(sorted(dangling)), finals, tuple(sorted(answers)))


def _han(word: str) -> bool:
    return len(word) > 1 and any("\u3400" <= sign <= "\u9fff" for sign in word) and GAP not in word
