"""Endpoints of many subjects, beside the same survival times by pandas: `python -m benchmarks.endpoints`.

pandas gets an easier question: only PFS and OS, of data without a trap, and no trace. By subject is how a script is
often written (`groupby.apply`), at once is how one who knows pandas writes it. All must come to the same times.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median
from time import process_time
from typing import Any

from benchmarks.measure import Missing
from natars_fhir.domain.endpoints.derive import derive
from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Detail, Fact, Patient, Record, Source, Value

CUT = date(2030, 1, 1)
ARM = "The Neoadjuvant Therapy Group"
#: (PFS days, PFS event, OS days, OS event)
Times = tuple[int, bool, int, bool]
Run = Callable[[], list[Times]]


def records(subjects: int, seed: int = 1) -> list[Record]:
    """Subjects of about 55 facts: three cycles with blood tests, surgery, scans, and an end. Nobody is real."""
    drawn = random.Random(seed)
    return [Record(Patient("hospital-a", f"Patient/{n}"), tuple(_subject(n, drawn))) for n in range(subjects)]


def _subject(n: int, drawn: random.Random) -> Iterator[Fact]:
    source = Source("hospital-a", f"Observation/{n}")

    def fact(concept: str, value: Value, day: date, detail: Detail = ()) -> Fact:
        return Fact(concept, value, day.isoformat(), source, "Observation.value", detail=detail)

    start = date(2022, 11, 1) + timedelta(days=drawn.randrange(900))
    surgery = start + timedelta(days=70)
    yield fact("consent", "given", start)
    yield fact("allocation", ARM, start)
    for cycle in range(3):
        first = start + timedelta(days=21 * cycle)
        yield fact("neoadjuvant-cycle", number(cycle + 1), first)
        yield fact("antineoplastic-drug", "doxorubicin", first, (("given", "given"),))
        for after in (1, 7):
            for analyte in ("anc", "wbc", "platelets", "haemoglobin", "creatinine"):
                yield fact(analyte, number(f"{drawn.uniform(0.3, 9):.1f}"), first + timedelta(days=after))
    yield fact("index-surgery", "present", surgery)
    yield fact("clavien-dindo", drawn.choice(("I", "II", "IIIa")), surgery + timedelta(days=4))
    last = drawn.randrange(91, 1200)
    for after in range(90, last, 90):
        yield fact("disease-assessment", "SD", surgery + timedelta(days=after))
    if drawn.random() < 0.5:
        yield fact("progression", "present", surgery + timedelta(days=last))
    if drawn.random() < 0.3:
        yield fact("death", "present", surgery + timedelta(days=last + drawn.randrange(1, 300)))
    yield fact("last-known-alive", "date", surgery + timedelta(days=last))


def ours(found: list[Record]) -> Run:
    """Everything that `endpoints` derives."""

    def run() -> list[Times]:
        return [_times(derive(record, CUT, planned_cycles=3)) for record in found]

    return run


def _times(told: Any) -> Times:
    free, alive = told.time("PFS"), told.time("OS")
    return free.days, free.status == "event", alive.days, alive.status == "event"


def by_subject(found: list[Record]) -> Run:
    """pandas, a function applied to each subject's rows."""
    import pandas as pd

    frame = _frame(found)

    def one(rows: Any) -> Any:
        days = {name: some["when"] for name, some in rows.groupby("concept")}
        surgery = days["index-surgery"].min()
        ends = [days[name].min() for name in ("progression", "death") if name in days]
        scans = days.get("disease-assessment")
        last = min(ends) if ends else scans.max() if scans is not None else surgery
        dead = "death" in days
        end = days["death"].min() if dead else days["last-known-alive"].max()
        return pd.Series([(last - surgery).days, bool(ends), (end - surgery).days, dead])

    def run() -> list[Times]:
        dated = frame.assign(when=pd.to_datetime(frame["when"]))
        told = dated.groupby("subject")[["concept", "when"]].apply(one)
        return [tuple(row) for row in told.itertuples(index=False)]

    return run


def at_once(found: list[Record]) -> Run:
    """pandas, all subjects at once: the first and last day of each concept, then columns."""
    import pandas as pd

    frame = _frame(found)

    def run() -> list[Times]:
        dated = frame.assign(when=pd.to_datetime(frame["when"]))
        first = dated.groupby(["subject", "concept"])["when"].min().unstack()
        last = dated.groupby(["subject", "concept"])["when"].max().unstack()
        surgery = first["index-surgery"]
        event = first[["progression", "death"]].min(axis=1)
        free = event.fillna(last["disease-assessment"]).fillna(surgery)
        end = first["death"].fillna(last["last-known-alive"])
        columns = ((free - surgery).dt.days, event.notna(), (end - surgery).dt.days, first["death"].notna())
        return list(zip(*columns, strict=True))

    return run


def _frame(found: list[Record]) -> Any:
    import pandas as pd

    rows = [(n, fact.concept, fact.when) for n, record in enumerate(found) for fact in record.facts]
    return pd.DataFrame(rows, columns=["subject", "concept", "when"])


def figures(subjects: int = 2_000, rounds: int = 3) -> dict[str, float | Missing]:
    """Subjects a second of CPU time, and how many times pandas' speed; the order alternates by round."""
    found = records(subjects)
    alternatives: dict[str, Run | Missing] = {"ours": ours(found)}
    for name, made in (("pandas-by-subject", by_subject), ("pandas-at-once", at_once)):
        try:
            alternatives[name] = made(found)
        except ImportError as absent:
            alternatives[name] = Missing(f"no module {absent.name}")
    spent = _interleaved({name: run for name, run in alternatives.items() if not isinstance(run, Missing)}, rounds)
    told: dict[str, float | Missing] = {"endpoints.subjects-per-s": subjects / median(spent["ours"])}
    for name, run in alternatives.items():
        if name != "ours":
            told[f"endpoints.ratio-to-{name}"] = run if isinstance(run, Missing) else _ratio(spent[name], spent["ours"])
    return told


def _ratio(theirs: list[float], own: list[float]) -> float:
    return median(other / mine for other, mine in zip(theirs, own, strict=True))


def _interleaved(runs: dict[str, Run], rounds: int) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in runs}
    outcomes: dict[str, list[Times]] = {}
    for turn in range(rounds):
        for name in list(runs)[:: 1 if turn % 2 == 0 else -1]:
            start = process_time()
            told = runs[name]()
            spent[name].append(process_time() - start)
            outcomes[name] = [(int(a), bool(b), int(c), bool(d)) for a, b, c, d in told]
    if any(told != outcomes["ours"] for told in outcomes.values()):
        raise SystemExit("the alternatives came to different times: their figures mean nothing")
    return spent


def main() -> None:
    """Measures and prints."""
    for name, value in figures(10_000).items():
        print(f"# {name}: not measured ({value.reason})" if isinstance(value, Missing) else f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
