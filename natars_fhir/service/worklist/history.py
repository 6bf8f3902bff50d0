"""History: what changed of a patient, step by step, each with its cause.

``Observation/9 v2: MDM2 positive → negative; I-09 yes → no; candidate → ineligible``. What is shown is worked out from
the screenings that were written down; nothing is screened anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS
from natars_fhir.store import patients, screenings, versions
from natars_fhir.store.engine import Store
from natars_fhir.store.screenings import Found

Body = Mapping[str, Any]

#: As many causes as a line names; a first push may bring hundreds.
_SHOWN = 5


#: What was said, in words that are translated one by one.
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that is another now: a concept of a resource, a criterion, the verdict. Without words it was not
    there."""

    what: str
    before: Words
    after: Words
    reference: str = ""

    def told(self, language: Language) -> str:
        """``MDM2 positive → negative``."""
        words = WORDS[language]
        return f"{words.get(self.what, self.what)} {self.arrow(language)}"

    def arrow(self, language: Language) -> str:
        """``positive → negative``."""
        words, comma = WORDS[language], "，" if language == "zh" else ", "
        sides = (comma.join(words.get(one, one) for one in side) or "–" for side in (self.before, self.after))
        return " → ".join(sides)


@dataclass(frozen=True, slots=True)
class Step:
    """One change of findings: when it was noticed, by what act, by which resource versions, and what changed."""

    at: datetime
    act: str
    causes: tuple[str, ...]
    facts: tuple[Changed, ...]
    answers: tuple[Changed, ...]
    people: tuple[Changed, ...]
    verdict: Changed | None
    #: the patient was never looked at before
    first: bool = False
    #: by which the findings are known
    findings: str = ""

    def told(self, language: Language = "en") -> str:
        """The step in one line."""
        words = WORDS[language]
        said = [one.told(language) for one in self.facts]
        if self.first:
            said = [words["first-looked-at"].format(len(self.facts))]
        said += [one.told(language) for one in (*self.answers, *self.people)]
        said += [self.verdict.arrow(language)] if self.verdict else []
        pause, colon, comma = ("；", "：", "、") if language == "zh" else ("; ", ": ", ", ")
        causes = [*self.causes[:_SHOWN], *([f"+{len(self.causes) - _SHOWN}"] if len(self.causes) > _SHOWN else [])]
        cause = comma.join(causes) or words.get(self.act, self.act)
        return f"{cause}{colon}{pause.join(said)}" if said else cause

    def as_json(self) -> dict[str, Any]:
        """The step as plain values."""
        told = {name: value for name, value in asdict(self).items() if name != "findings"}
        return {**told, "at": self.at.isoformat(), "told": {"en": self.told("en"), "zh": self.told("zh")}}


def steps_of(store: Store, site: str, names: Collection[str]) -> list[Step]:
    """Every step of the person who goes by one of *names* (keys), the earliest first; empty where nothing is known."""
    with store.read() as connection:
        persons = patients.persons(connection, site, names)
        known = {name for found in persons.values() for name in found}
        found = [one for name in sorted(known) for one in screenings.history(connection, site, name)]
        return _steps(connection, site, sorted(found, key=lambda one: one.at))


def recent(connection: Connection, site: str, key: str, since: datetime) -> list[Step]:
    """The steps since a moment of what is known by one key, for a list of many patients."""
    found = screenings.since(connection, site, key, since)
    return [one for one in _steps(connection, site, found) if one.at >= since]


def since_findings(store: Store, site: str, names: Collection[str], digest: str) -> list[Step]:
    """The steps after the findings of this digest; empty where there were none such."""
    steps = steps_of(store, site, names)
    last = max((at for at, one in enumerate(steps) if one.findings == digest), default=None)
    return [] if last is None else steps[last + 1 :]


def _steps(connection: Connection, site: str, found: Sequence[Found]) -> list[Step]:
    return [_step(connection, site, before, after) for before, after in zip([None, *found], found, strict=False)]


def _step(connection: Connection, site: str, before: Found | None, after: Found) -> Step:
    old: Body = before.body if before else {}
    causes = tuple(map(_named, versions.named(connection, site, after.cause)))
    told = differences(old, after.body)
    return Step(after.at, after.act, causes, *told, first=before is None, findings=after.findings)


def differences(
    old: Body, new: Body
) -> tuple[tuple[Changed, ...], tuple[Changed, ...], tuple[Changed, ...], Changed | None]:
    """What is another in *new* (the contract's JSON of a screening): facts, answers, people's part, the verdict."""
    return _facts(old, new), _answers(old, new), _people(old, new), _verdict(old, new)


def _verdict(old: Body, new: Body) -> Changed | None:
    before, after = old.get("verdict"), new["verdict"]
    return None if before == after else Changed("verdict", _words(before), _words(after))


def _words(*said: str | None) -> Words:
    return tuple(one for one in said if one)


def _facts(old: Body, new: Body) -> tuple[Changed, ...]:
    before, after = _by_place(old), _by_place(new)
    return tuple(
        Changed(concept, before.get((concept, reference), ()), after.get((concept, reference), ()), reference)
        for concept, reference in sorted(before.keys() | after.keys())
        if before.get((concept, reference)) != after.get((concept, reference))
    )


def _by_place(body: Body) -> dict[tuple[str, str], Words]:
    """Concept and resource → what it says of it."""
    found: dict[tuple[str, str], set[str]] = {}
    for fact in body.get("facts", ()):
        said = {_value(fact["value"]), *([fact["standing"]] if "standing" in fact else [])}
        found.setdefault((fact["concept"], fact["evidence"]["reference"]), set()).update(said)
    return {place: tuple(sorted(values)) for place, values in found.items()}


def _value(value: str | Body) -> str:
    if isinstance(value, str):
        return value
    low, high = value["low"], value["high"]
    span = f"{low}" if low == high else f"{'' if low is None else low}–{'' if high is None else high}"
    return f"{span} {value['unit']}".strip()


def _answers(old: Body, new: Body) -> tuple[Changed, ...]:
    before, after = ({name: _answer(said) for name, said in body.get("criteria", {}).items()} for body in (old, new))
    if not before:  # the first time everything is new: what bars is told
        after = {name: answer for name, answer in after.items() if new["criteria"][name]["bars"]}
    return tuple(
        Changed(name, before.get(name, ()), answer) for name, answer in after.items() if before.get(name) != answer
    )


def _answer(said: Body) -> Words:
    return _words(said["answer"], said["reason"] if said["answer"] == "unknown" else None)


def _people(old: Body, new: Body) -> tuple[Changed, ...]:
    before, after = (body.get("withPeople", {}) for body in (old, new))
    names = dict.fromkeys([*before.get("criteria", {}), *after.get("criteria", {})])
    told = [Changed(name, _stated(before, name), _stated(after, name)) for name in names]
    told.append(Changed("signature", _signature(before), _signature(after)))
    if (before.get("verdict"), after["verdict"]) != (old.get("verdict"), new["verdict"]):
        told.append(Changed("with-people", _words(before.get("verdict")), _words(after["verdict"])))
    return tuple(one for one in told if one.before != one.after)


def _stated(part: Body, name: str) -> Words:
    said = part.get("criteria", {}).get(name)
    if said is None:
        return ()
    return _words("stated", said["stated"], said["by"], "to-be-reviewed" if said["review"] else None)


def _signature(part: Body) -> Words:
    signed = part.get("signed")
    if not signed:
        return ()
    mark = "does-not-hold" if not signed["holds"] else "to-be-reviewed" if signed["review"] else None
    return _words(signed["by"], mark)


def _named(version: versions.Named) -> str:
    if version.deleted:
        return f"{version.key} deleted"
    return f"{version.key} v{version.number}" if version.number is not None else version.key


def lines(steps: Sequence[Step], language: Language) -> list[tuple[str, str]]:
    """Each step as its moment and its line."""
    return [(one.at.isoformat(timespec="minutes"), one.told(language)) for one in steps]
