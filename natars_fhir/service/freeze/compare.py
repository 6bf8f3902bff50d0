"""Compare two freezes: what changed, for whom, and why. From their files alone; pseudonyms, days and words of the
trial's, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from natars_fhir.service.freeze.cut import gone_mark
from natars_fhir.service.freeze.loaded import Loaded
from natars_fhir.service.freeze.reasons import Facts, facts_changed, made_otherwise

#: What of the manifest explains a difference.
SETTINGS = ("store", "as_of", "trial", "trial_file", "mapping", "program", "code", "schema")


class Setting(NamedTuple):
    """Something that the two were made of or with, and that is not the same."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Value:
    """One endpoint that came out differently, with the decisions that only one of the two has."""

    parameter: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    removed: tuple[Mapping[str, Any], ...]
    added: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One subject. ``status``: new, gone or changed; ``why`` says what brought it about, ``now`` the pseudonym that a
    merged one goes by; ``other`` names what else of the subject changed."""

    subject: str
    site: str
    status: str
    why: tuple[str, ...]
    now: str = ""
    values: tuple[Value, ...] = ()
    facts: tuple[Facts, ...] = ()
    other: tuple[Setting, ...] = ()
    issues_new: tuple[Mapping[str, Any], ...] = ()
    issues_solved: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything between two freezes."""

    settings: tuple[Setting, ...]
    subjects: tuple[Changed, ...]
    withheld: tuple[Setting, ...]

    def __bool__(self) -> bool:
        return bool(self.settings or self.subjects or self.withheld)


def compare(a: Loaded, b: Loaded) -> Difference:
    """What *b* has otherwise than *a*."""
    names = sorted(a.endpoints.keys() | b.endpoints.keys())
    found = [one for name in names if (one := _subject(name, a, b)) is not None]
    return Difference(tuple(_settings(a, b)), tuple(found), tuple(_withheld(a, b)))


def _settings(a: Loaded, b: Loaded) -> Iterator[Setting]:
    for name in SETTINGS:
        yield from _unlike(name.replace("_", "-"), getattr(a.manifest, name), getattr(b.manifest, name))
    for name in sorted(a.manifest.libraries.keys() | b.manifest.libraries.keys()):
        yield from _unlike(name, a.manifest.libraries.get(name, ""), b.manifest.libraries.get(name, ""))
    for name in sorted(a.manifest.parts.keys() | b.manifest.parts.keys()):
        yield from _unlike(f"part {name}", a.manifest.parts.get(name, ""), b.manifest.parts.get(name, ""))
    before, after = _mappings(a), _mappings(b)
    for name in sorted(before.keys() | after.keys()):
        yield from _unlike(name, before.get(name, ""), after.get(name, ""))


def _mappings(one: Loaded) -> dict[str, str]:
    """Each file of the mappings with the beginning of its digest; of those of `export/` the hash of the folder says
    nothing, for no reading depends on them."""
    return {file.name: file.sha256[:12] for file in one.manifest.files if file.name.startswith("mappings/")}


def _unlike(name: str, before: Any, after: Any) -> Iterator[Setting]:
    if before != after:
        yield Setting(name, _said(before), _said(after))


def _said(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _withheld(a: Loaded, b: Loaded) -> Iterator[Setting]:
    for site, arm in sorted(a.withheld.keys() | b.withheld.keys()):
        yield from _unlike(f"{site} {arm}".strip(), a.withheld.get((site, arm), 0), b.withheld.get((site, arm), 0))


def _subject(name: str, a: Loaded, b: Loaded) -> Changed | None:
    before, after = a.endpoints.get(name), b.endpoints.get(name)
    if after is None and before is not None:
        left, now = _gone(name, b)
        return Changed(name, before["site"], "gone", (left,), now)
    if before is None and after is not None:
        return Changed(name, after["site"], "new", (_new(name, a),))
    if before is None or after is None:
        return None
    facts = tuple(facts_changed(name, a, b))
    values, other = tuple(_values(before, after)), tuple(_other(before, after))
    solved, fresh = _only(before["issues"], after["issues"])
    if not (facts or values or other or solved or fresh):
        return None
    why = tuple(sorted({one.why for one in facts})) or made_otherwise(a, b)
    return Changed(name, after["site"], "changed", why, "", values, facts, other, fresh, solved)


def _gone(name: str, b: Loaded) -> tuple[str, str]:
    """Why a subject of the first is not one of the second; where nobody left, it is enrolled no more."""
    if found := b.gone.get(gone_mark(name)):
        return found
    return ("no-longer-enrolled" if name in b.log else "unknown"), ""


def _new(name: str, a: Loaded) -> str:
    """Why a subject is new: allocated since, in use again, or not known before."""
    if found := a.gone.get(gone_mark(name)):
        return f"was-{found[0]}"
    return "enrolled" if name in a.log else "first-seen"


def _values(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Value]:
    earlier = {one["parameter"]: one for one in before["times"]}
    later = {one["parameter"]: one for one in after["times"]}
    nothing: Mapping[str, Any] = {"status": "", "reason": "", "days": None, "imputed": False, "trace": []}
    for name in dict.fromkeys([*earlier, *later]):
        old, new = earlier.get(name, nothing), later.get(name, nothing)
        removed, added = _only(_told(old["trace"]), _told(new["trace"]))
        if removed or added or _outcome(old) != _outcome(new):
            yield Value(name, _outcome(old), _outcome(new), removed, added)


def _outcome(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("status", "reason", "days", "imputed")}


def _told(trace: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The decisions as they are said: which fact says the same is no difference."""
    return [{name: step[name] for name in ("rule", "decision", "en", "zh")} for step in trace]


_Lines = tuple[Mapping[str, Any], ...]


def _only(before: list[Mapping[str, Any]], after: list[Mapping[str, Any]]) -> tuple[_Lines, _Lines]:
    """What only the first has, and what only the second has, in their orders."""
    old, new = ([tuple(sorted(one.items())) for one in lines] for lines in (before, after))
    removed: list[Mapping[str, Any]] = []
    added: list[Mapping[str, Any]] = []
    for what, low, high, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            removed += before[low:high]
            added += after[from_:to]
    return tuple(removed), tuple(added)


def _other(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Setting]:
    """Arm, sets, why never operated; cycles and morbidity as they are counted."""
    for name in ("arm", "sets", "neverOperated"):
        yield from _unlike(name, before[name], after[name])
    yield from _unlike("cycles", len(before["cycles"]), len(after["cycles"]))
    for old, new in zip(_visits(before), _visits(after), strict=False):
        yield from _unlike(f"visit {old[0]}", old[1], new[1])
    earlier, later = ({one["window"]: one for one in told["morbidity"]} for told in (before, after))
    for window in sorted(earlier.keys() | later.keys()):
        yield from _unlike(f"morbidity-{window}", _morbidity(earlier.get(window)), _morbidity(later.get(window)))


def _visits(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{cycle['cycle']}/{visit['visit']}", visit["standing"])
        for cycle in told["cycles"]
        for visit in cycle["visits"]
    ]


def _morbidity(one: Mapping[str, Any] | None) -> str:
    return "" if one is None else f"{one['worst'] or 'none'} ({one['followed']})"
