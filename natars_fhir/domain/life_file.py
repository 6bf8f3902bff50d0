"""A subject's life as the trial file tells it, states, causes and moves: every fault is listed, none is raised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

from natars_fhir.domain.life import NO_COURSE, Cause, Course, DataKept, Move, State, ToldBy
from natars_fhir.domain.nearest import unknown

#: R4's statuses of a ResearchSubject; R5's subjectState has the same words.
WORDS = (
    "candidate", "eligible", "follow-up", "ineligible", "not-registered", "off-study", "on-study",
    "on-study-intervention", "on-study-observation", "pending-on-study", "potential-candidate", "screening",
    "withdrawn",
)  # fmt: skip
ROLES = ("investigator", "coordinator", "trial-office")

#: The causes that the program finds by itself, in the record and in the screening (domain/subject.py).
FOUND = (
    "allocated", "attested", "candidate", "consent-withdrawn", "consented", "died", "excluded-by-surgery", "first-dose",
    "ineligible", "operated", "signature-lapsed", "signed", "undetermined",
)  # fmt: skip
#: Only one who signed makes a subject this.
_SIGNED_STATES = ("eligible", "pending-on-study")

_KEYS = {
    "state": ("id", "r5", "text", "ends", "needs"),
    "cause": (
        "id", "text", "source", "told_by", "roles", "needs", "undoes", "corrects", "data", "anytime",
    ),
    "move": ("before", "cause", "after", "reason", "source"),
}  # fmt: skip
_NEEDED = {
    "state": ("id", "r5", "text"),
    "cause": ("id", "text", "source", "told_by"),
    "move": ("before", "cause", "after", "reason", "source"),
}

Table = Mapping[str, Any]


def course(table: Table, faults: list[str]) -> Course:
    """The course that *table* (a parsed trial file) tells; where it has a fault, none."""
    found = [fault for kind in _KEYS for fault in _shape(table, kind)]
    if not found:
        found += _named(table)
    if found:
        faults += found
        return NO_COURSE
    states = {row["id"]: _state(row) for row in table["state"]}
    causes = {row["id"]: _cause(row) for row in table["cause"]}
    moves = {(move.before, move.cause): move for row in table["move"] for move in _moves(row)}
    made = Course(table["state"][0]["id"], states, causes, moves)
    faults += _sound(made)
    return made


def _shape(table: Table, kind: str) -> Iterator[str]:
    rows = table.get(kind, ())
    if not rows:
        yield f"{kind} is missing: a subject's life is told in states, causes and moves"
    for number, row in enumerate(rows, 1):
        place = f"{kind} {number}"
        yield from (f"{place}: {unknown(key, _KEYS[kind], 'key')}" for key in row if key not in _KEYS[kind])
        yield from (f"{place}: {key} is missing" for key in _NEEDED[kind] if not row.get(key))
        words = row.get("reason" if kind == "move" else "text", {})
        yield from (f"{place}: its {language} is missing" for language in ("en", "zh") if not words.get(language))


def _named(table: Table) -> Iterator[str]:
    """What names a state, a cause or a word that there is not, or is said twice."""
    states, causes = ([row["id"] for row in table[kind]] for kind in ("state", "cause"))
    for kind, names in (("state", states), ("cause", causes)):
        yield from (f"{kind} {n}: this id is used twice" for n, name in enumerate(names, 1) if name in names[: n - 1])
    for number, row in enumerate(table["state"], 1):
        yield from _unknown(f"state {number}", (row["id"], row["r5"]), WORDS, "status")
        yield from _unknown(f"state {number}", row.get("needs", ()), causes, "cause")
    for number, row in enumerate(table["cause"], 1):
        yield from _cause_names(f"cause {number}", row, causes)
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(table["move"], 1):
        yield from _unknown(f"move {number}", (*row["before"], row["after"]), states, "state")
        yield from _unknown(f"move {number}", (row["cause"],), causes, "cause")
        pairs = {(before, row["cause"]) for before in row["before"]}
        yield from (f"move {number}: another move is of the same state and cause" for _ in pairs & seen)
        seen |= pairs


def _cause_names(place: str, row: Table, causes: Collection[str]) -> Iterator[str]:
    yield from _unknown(place, row["told_by"], get_args(ToldBy), "teller")
    yield from _unknown(place, row.get("roles", ()), ROLES, "role")
    yield from _unknown(place, (row.get("data", "all"),), get_args(DataKept), "keeping of data")
    for key in ("needs", "undoes", "corrects"):
        yield from _unknown(place, row.get(key, ()), causes, "cause")
    if ("people" in row["told_by"]) != bool(row.get("roles")):
        yield f"{place}: what people tell has its roles, and nothing else has"
    if {*row["told_by"]} & {"record", "screening"} and row["id"] not in FOUND:
        yield f"{place}: {unknown(row['id'], FOUND, 'cause that the record or the screening tells')}"


def _unknown(place: str, names: Collection[str], known: Collection[str], what: str) -> Iterator[str]:
    return (f"{place}: {unknown(name, known, what)}" for name in names if name not in known)


def _sound(made: Course) -> Iterator[str]:
    """Can every state be reached, are the last ones last, and is nobody in a state without what it needs?"""
    reached = {made.initial} | {move.after for move in made.moves.values()}
    yield from (f"state {name} is reached by no move" for name in made.states if name not in reached)
    for (before, cause), move in made.moves.items():
        if made.states[before].ends:
            yield f"state {before} ends, and {cause} leads out of it"
        needs = made.states[move.after].needs
        if needs and cause not in needs and not {*made.states[before].needs} & {*needs}:
            yield f"state {move.after} needs {' or '.join(needs)}, and {cause} leads to it without"
    for name in _SIGNED_STATES:
        if name in made.states and made.states[name].needs != ("signed",):
            yield f'state {name}: needs must be ["signed"]: only an investigator says so'
    for state in made.states.values():
        for one in made.causes.values():
            if {*one.undoes} & {*state.needs} and (state.id, one.id) not in made.moves:
                yield f"state {state.id}: {one.id} undoes what it needs, and does not lead out of it"


def _state(row: Table) -> State:
    return State(row["id"], row["r5"], dict(row["text"]), bool(row.get("ends", False)), tuple(row.get("needs", ())))


def _cause(row: Table) -> Cause:
    return Cause(
        row["id"],
        dict(row["text"]),
        row["source"],
        tuple(row["told_by"]),
        tuple(row.get("roles", ())),
        tuple(row.get("needs", ())),
        tuple(row.get("undoes", ())),
        tuple(row.get("corrects", ())),
        row.get("data", "all"),
        bool(row.get("anytime", False)),
    )


def _moves(row: Table) -> Iterator[Move]:
    for before in row["before"]:
        yield Move(before, row["cause"], row["after"], dict(row["reason"]), row["source"])
