"""Writes the parts of the documentation that are made from data: `python -m tests.write_docs`.

Such a part stands between ``<!-- made: NAME -->`` and ``<!-- end -->``; `test_docs.py`
compares it with what is made here.
"""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, get_args

import typer

from natars_fhir.cli import app
from natars_fhir.cli.endpoints import lines
from natars_fhir.domain.endpoints.derive import derive
from natars_fhir.domain.endpoints.flaws import FLAWS
from natars_fhir.domain.life import Course, Move
from natars_fhir.domain.rules import RULES
from natars_fhir.domain.switches import SWITCHES
from natars_fhir.export.cdisc.plan import Placed
from natars_fhir.export.cdisc.rows import Mapped
from natars_fhir.export.dictionary import dictionary
from natars_fhir.export.subject import Subject
from natars_fhir.fhir.checking.invariants import ELSEWHERE, INVARIANTS, NOT_CHECKED
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.schema import Code, Concept, Kind, Says
from natars_fhir.pipeline import run
from natars_fhir.service.export.cdisc_map import cdisc_map
from tests import coverage, exported_rows, halting, shown, ward
from tests.doc_pages import ROOT, pages
from tests.fhir import judges
from tests.mapping.narrative.study import score as study
from tests.simulate import agreed

TRIAL = ROOT / "mappings" / "trials" / "natars.toml"
PART = re.compile(r"(?P<start><!-- made: (?P<name>[^>]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)

#: Every switch as the trial file ships.
SETTINGS = {name: settings[0] for name, settings in SWITCHES.items()}

Rows = Iterable[tuple[str, ...]]


def written(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """*text* with every made part made anew; a part of an unknown name is left empty."""

    def made(found: re.Match[str]) -> str:
        return f"{found['start']}{parts.get(found['name'], str)()}\n{found['end']}"

    return PART.sub(made, text)


@cache
def parts() -> dict[str, Callable[[], str]]:
    """Name → what makes the part."""
    mappings = load(ROOT / "mappings")
    made: dict[str, Callable[[], str]] = {
        "systems": lambda: _systems(mappings),
        "values": lambda: _values(mappings),
        "reports": lambda: _reports(mappings),
        "drugs": lambda: _drugs(mappings),
        "views": lambda: _views(mappings),
        "rules": _rules,
        "criteria and cases": lambda: _table(("criterion", *shown.KINDS), shown.rows()),
        "promises": _promises,
        "life states": lambda: _states(mappings.study.life),
        "life causes": lambda: _causes(mappings.study.life),
        "life moves": lambda: _moves(mappings.study.life),
        "halting": lambda: _table(("comes", "fault", "answer", "taken in", "set apart"), halting.rows()),
        "switches": _switches,
        "data dictionary": lambda: _table(
            ("table", "column", "type", "meaning", "含义", "how it is made"),
            [(one.table, f"`{one.name}`", one.kind, one.en, one.zh, one.derivation) for one in dictionary()],
        ),
        **_cdisc(cdisc_map(mappings)),
        "worked derivation": _worked,
        "flaws": lambda: _table(
            ("flaw", "severity", "what it is", "问题"),
            [(f"`{name}`", grave, en.format("…"), zh.format("…")) for name, (grave, en, zh) in FLAWS.items()],
        ),
        "export places": lambda: _table(("concept", "goes out as", "codes", "mCODE"), exported_rows.places(mappings)),
        "export elements": lambda: _table(("element", "how", "why"), exported_rows.allowed(mappings)),
        "coverage": lambda: _table(("concept", "place", "cases", "one of them"), coverage.rows()),
        "invariants kept": lambda: _keys({*INVARIANTS, *ELSEWHERE}),
        "invariants left out": lambda: _keys(NOT_CHECKED),
        "narrative study": lambda: _table(study.HEAD, study.table(mappings.words)),
        "simulated agreement": lambda: _table(agreed.HEAD, agreed.table()),
        "simulated verdicts": lambda: _table(agreed.VERDICTS, agreed.verdicts()),
        "judges caught": lambda: _table(("class of faults", "cases", *judges.JUDGES), judges.caught()),
        "judges refused": lambda: _table(("cases", "number", *judges.JUDGES), judges.refused()),
        "judges missed": lambda: _table(("case", "called wrong by", "why we do not"), judges.missed()),
        "judges misjudged": lambda: _table(("valid case", "refused by"), judges.misjudged()),
    }
    made |= {f"concepts {kind}": lambda kind=kind: _concepts(mappings, kind) for kind in get_args(Kind)}
    made |= {f"criterion {row['id']}": lambda row=row: _criterion(row) for row in criteria()}
    made |= {f"options {name}": lambda command=command: _options(command) for name, command in commands()}
    return made


def _cdisc(by: Mapped) -> dict[str, Callable[[], str]]:
    """The map of concepts to CDISC's datasets."""
    plan = by.plan
    datasets = [
        (one.name, one.en, one.zh, one.rows, " ".join(f"`{each.named(one.name)}`" for each in plan.variables(one)))
        for one in plan.dataset
    ]
    concepts = [
        (
            f"`{name}`",
            " or ".join(filter(None, (one.of_trial, one.dataset))),
            one.code,
            one.term,
            one.category,
            _standing(one),
        )
        for name, one in sorted(by.places.items())
    ]
    variables = [
        (f"`{v.name}`", v.type, v.source or f"always {v.constant}", v.terms, v.en, v.zh) for v in plan.variable
    ]
    terms = [(name, one.term, ", ".join(one.of), one.en, one.zh) for name, found in plan.terms.items() for one in found]
    left = [(f"`{one.concept}`", one.reason) for one in plan.left_out]
    return {
        "cdisc datasets": lambda: _table(("dataset", "what it is", "含义", "a row is a", "variables"), datasets),
        "cdisc concepts": lambda: _table(("concept", "dataset", "code", "term", "category", "standing"), concepts),
        "cdisc left out": lambda: _table(("concept", "why"), left),
        "cdisc variables": lambda: _table(("variable", "type", "filled by", "code list", "label", "含义"), variables),
        "cdisc terms": lambda: _table(("code list", "term", "words of ours", "meaning", "含义"), terms),
    }


def _standing(one: Placed) -> str:
    return "own" if one.own else "CDISC's" if one.verified else "CDISC's, not verified"


def _worked() -> str:
    """The derivation of a subject of a fixture, as `natars-fhir endpoints --subject` prints it."""
    case = ROOT / "fixtures" / "hospital-c" / "from-allocation-to-progression"
    day, study = date(2025, 6, 1), ward.mappings().study
    found = next(run([(case / "bundle.json").read_bytes()], ward.reader("hospital-c"), study, day))
    endpoints = derive(found.record, day, study.conventions, planned_cycles=study.conventions.cycles)
    assert endpoints is not None
    told = lines(Subject("7964505f79b3c199…", "hospital-c", found.record, endpoints), "en")
    return "```\n" + "\n".join(told) + "\n```"


def criteria() -> list[dict[str, Any]]:
    """The criteria as the trial file has them."""
    rows: list[dict[str, Any]] = tomllib.loads(TRIAL.read_text("utf-8"))["criterion"]
    return rows


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by the words that one types after `natars-fhir`."""
    yield from _below("", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    for word, one in (inner or {}).items():
        yield from _below(f"{name} {word}".strip(), one)
    if inner is None or (name and command.params):
        yield name, command  # a group that does something by itself comes after what is below it


def _table(head: tuple[str, ...], rows: Rows) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(code: Code) -> str:
    named = f"`{code.first}`–`{code.last}`" if code.first else f"`{code.code}`"
    if code.apart:
        named += f" without {', '.join(f'`{one}`' for one in code.apart)}"
    return f"{code.system} {named}" + ("" if code.verified else f" (**not verified**: {code.reason})")


def _codes(codes: Iterable[Code]) -> str:
    return ", ".join(map(_code, codes))


def _said(says: Says) -> str:
    more = "".join(f", {key} {value}" for key, value in says.detail.items())
    hedged = ", hedged" if says.standing == "hedged" else ""
    return f"**{says.value}**{more}{hedged}: {_codes(says.codes)}"


def _concepts(mappings: Mappings, kind: str) -> str:
    found = {name: one for name, one in mappings.concepts.concepts.items() if one.kind == kind}
    rows = ((f"`{name}`", f"{one.en} · {one.zh}", one.choose, _unit(one), _found(one)) for name, one in found.items())
    return _table(("concept", "name", "choice", "unit or values", "codes"), rows)


def _unit(concept: Concept) -> str:
    if concept.unit:
        others = [f"`{name}`" for name in concept.accepts if name not in ("", concept.unit)]
        return f"`{concept.unit}`" + (f"; also {', '.join(others)}" if others else "")
    return " ".join(f"`{value}`" for value in concept.values)


def _found(concept: Concept) -> str:
    asked = f"asked by {_codes(concept.asked)}" if concept.asked else ""
    implied = [f"`{value}` implies {_implied(others)}" for value, others in concept.implies.items()]
    return "<br>".join(filter(None, [asked, *map(_said, concept.says), *implied])) or "no standard code"


def _implied(others: Mapping[str, str]) -> str:
    return ", ".join(f"`{concept}` {value}" for concept, value in others.items())


def _systems(mappings: Mappings) -> str:
    rows = (
        (name, f"`{one.uri}`", ", ".join(f"`{also}`" for also in one.also), "yes" if one.hierarchical else "")
        for name, one in mappings.concepts.systems.items()
    )
    return _table(("system", "address", "also known as", "a code's beginning is its parent"), rows)


def _values(mappings: Mappings) -> str:
    groups = mappings.concepts.values.items()
    return _table(
        ("kind", "value", "codes"), ((k, f"`{s.value}`", _codes(s.codes)) for k, says in groups for s in says)
    )


def _reports(mappings: Mappings) -> str:
    return _table(("report", "codes"), ((f"`{kind}`", _codes(c)) for kind, c in mappings.concepts.reports.items()))


def _drugs(mappings: Mappings) -> str:
    drugs = ((f"`{d.name}`", ", ".join(d.classes), ", ".join(d.names), _codes(d.codes)) for d in mappings.drugs.drug)
    groups = ((f"`{g.name}`", ", ".join(g.classes), "", _codes(g.codes)) for g in mappings.drugs.group)
    return _table(("drug", "classes", "names", "codes"), [*drugs, *groups])


def _views(mappings: Mappings) -> str:
    rows = (
        (v.resource + (f".{v.each}" if v.each else ""), f"`{v.reader}`", _where(v), ", ".join(f"`{w}`" for w in v.when))
        for v in mappings.views
    )
    return _table(("resource", "reader", "what is read", "the day"), rows)


def _where(view: Any) -> str:
    named = {"asked by": view.concept, "said by": view.says, "text of": view.text, "value from": view.value}
    told = [f"{words} {', '.join(f'`{path}`' for path in paths)}" for words, paths in named.items() if paths]
    return "<br>".join(told) or "by the reader alone"


def _rules() -> str:
    used: dict[str, list[str]] = {}
    for row in criteria():
        for name in row.get("rule", {}):
            used.setdefault(name, []).append(row["id"])
    return _table(("rule", "parameters", "used by"), ((_link(n), _signature(n), _ids(used.get(n, []))) for n in RULES))


def _promises() -> str:
    rows = (
        (str(n), one.promise, "<br>".join(f"`{test}`" for test in one.tests))
        for n, one in sorted(shown.PROMISES.items())
    )
    return _table(("row", "what", "shown by"), rows)


def _states(course: Course) -> str:
    marks = {True: "the end", False: ""}
    rows = (
        (f"`{one.id}`", one.text["en"], one.text["zh"], marks[one.ends], ", ".join(f"`{n}`" for n in one.needs))
        for one in course.states.values()
    )
    return _table(("state", "meaning", "含义", "", "needs"), rows)


def _causes(course: Course) -> str:
    rows = (
        (
            f"`{one.id}`",
            one.text["en"],
            one.text["zh"],
            ", ".join(one.told_by) + (f": {', '.join(one.roles)}" if one.roles else ""),
            ", ".join(f"`{name}`" for name in one.needs),
            {"all": "", "to-that-day": "kept to that day", "none": "not used"}[one.data],
            one.source,
        )
        for one in course.causes.values()
    )
    return _table(("cause", "meaning", "含义", "told by", "needs first", "data", "source"), rows)


def _moves(course: Course) -> str:
    told: dict[tuple[str, str], list[Move]] = {}
    for move in course.moves.values():
        told.setdefault((move.cause, move.after), []).append(move)
    rows = (
        (
            ", ".join(f"`{one.before}`" for one in moves),
            f"`{cause}`",
            f"`{after}`",
            f"{moves[0].reason['en']} · {moves[0].reason['zh']}",
            moves[0].source,
        )
        for (cause, after), moves in told.items()
    )
    return _table(("from", "cause", "to", "why", "source"), rows)


def _switches() -> str:
    used = {name: [row["id"] for row in criteria() if name in str(row)] for name in SWITCHES}
    rows = ((f"`{n}`", ", ".join(f"`{s}`" for s in settings), _ids(used[n])) for n, settings in SWITCHES.items())
    return _table(("switch", "settings, the assumed one first", "bears on"), rows)


def _link(rule: str, page: str = "") -> str:
    return f"[`{rule}`]({page}#{rule})"


def _signature(rule: str) -> str:
    return ", ".join(_parameter(one) for one in inspect.signature(RULES[rule]).parameters.values()) or "none"


def _parameter(one: inspect.Parameter) -> str:
    return f"`{one.name}`" + ("" if one.default is one.empty else f" (else {_plain(one.default)})")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value in ("", ()) else f"`{value}`"


def _ids(names: list[str]) -> str:
    return ", ".join(f"[{name}](criteria.md#{name.lower()})" for name in names)


def _criterion(row: Mapping[str, Any]) -> str:
    advisory = ", advisory: it never bars" if row.get("advisory") else ""
    lines = [f"> {row['text']['en']}", ">", f"> {row['text']['zh']}", ""]
    lines += [f"- {row['kind']}, decided by {row['decided_by']}{advisory}", f"- {_asks(row)}"]
    assumed = [one for one in row.get("assumed", ()) if one.get("when", {}).items() <= SETTINGS.items()]
    lines += [f"- assumed: {one['what']}: {one['reason']} ({one['source']})" for one in assumed]
    return "\n".join(lines)


def _asks(row: Mapping[str, Any]) -> str:
    if "parts" in row:
        return f"any of {_ids(row['parts'])}; shown, and not folded into the verdict"
    ((name, given),) = row["rule"].items()
    told = ", ".join(f"`{key}` {_given(value)}" for key, value in given.items())
    only = f"; for {row['applies']['is']} only" if "applies" in row else ""
    return f"rule {_link(name, 'rules.md')}" + (f": {told}" if told else "") + only


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)


def _options(command: Any) -> str:
    rows = [(_typed(one), _plain(one.default) if one.default else "", one.help or "") for one in command.params]
    return _table(("argument or option", "default", "meaning"), rows) if rows else "No argument, no option."


def _typed(one: Any) -> str:
    return f"`{one.opts[0]}`" if one.param_type_name == "option" else f"`{one.name.upper()}`"


def _keys(names: Iterable[str]) -> str:
    return ", ".join(f"`{name.replace('|', ' ')}`" for name in sorted(names))


def main() -> int:
    """Writes every page that has changed."""
    made = parts()
    for page in pages():
        text = page.read_text("utf-8")
        if (news := written(text, made)) != text:
            page.write_text(news, "utf-8")
            print(f"written: {page.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
