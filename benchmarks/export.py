"""Lines of pseudonymised FHIR of many subjects, beside fhir.resources making the same: `python -m benchmarks.export`.

Ours makes the resource of a fact, passes it through the allow-list, writes it, and reads it again by the generated
Structs. fhir.resources gets an easier question: the resources stand ready, it builds and checks its models of them and
writes those; nothing is masked. Both write the same resources.
"""

from __future__ import annotations

import json
import resource as machine
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from statistics import median
from time import process_time

from benchmarks.endpoints import records
from benchmarks.measure import Missing
from natars_fhir.domain.endpoints.derive import derive
from natars_fhir.domain.life import Life, Step
from natars_fhir.domain.record import Record
from natars_fhir.domain.screening import screen
from natars_fhir.domain.study import Study
from natars_fhir.export.lines import Line, Writer
from natars_fhir.export.pseudonym import export_keys
from natars_fhir.export.research.whole import Whole
from natars_fhir.export.subject import Subject
from natars_fhir.mapping.files import load
from natars_fhir.service.export.exporting import plan_of
from natars_fhir.settings import default_folder

CUT = date(2030, 1, 1)
BASE = "https://natars.example/fhir"
FORM = f"{BASE}/Questionnaire/natars-screening|1"
#: Subjects that are made at once: the rest is made as it is written.
_AT_ONCE = 500


def wholes(subjects: int, study: Study) -> Iterator[Whole]:
    """Made subjects of about 55 facts, with their endpoints and answers. Nobody is real."""
    way = Life((Step("on-study"),))
    for start in range(0, subjects, _AT_ONCE):
        for n, record in enumerate(records(min(_AT_ONCE, subjects - start), start + 1)):
            facts = [f._replace(value=f.when or "") if f.concept == "last-known-alive" else f for f in record.facts]
            record = Record(record.patient, tuple(facts))
            found = derive(record, CUT, planned_cycles=3)
            assert found is not None
            one = Subject(f"{start + n:032x}", "hospital-a", record, found)
            yield Whole(
                one, study.id, f"{study.id}-hospital-a", FORM, study.arms, screen(record, study, CUT).findings, way
            )


class Export:
    """What writes the lines of an export; the study and the plan are those of the default mappings."""

    def __init__(self) -> None:
        self.mappings = load(default_folder("mappings", "default_mappings"))
        keys = export_keys(b"not a key that anybody has", "natars")
        self.writer = Writer(
            plan_of(self.mappings, BASE), keys, CUT, frozenset({"ResearchStudy/natars-hospital-a", FORM})
        )

    def lines(self, found: Iterable[Whole]) -> Iterator[Line]:
        """The lines of each subject."""
        for whole in found:
            yield from self.writer.lines(whole, self.writer.mask(whole.subject.pseudonym))


def figures(subjects: int = 1_000, rounds: int = 3) -> dict[str, float | Missing]:
    """Resources a second of CPU time, how many times fhir.resources' speed, and memory after many subjects."""
    export = Export()
    found = list(wholes(max(1, min(subjects // 20, 100)), export.mappings.study))
    ready = [json.loads(line.raw) for line in export.lines(found)]
    own, theirs = [], []
    for turn in range(rounds):
        runs = [(own, lambda: sum(1 for _ in export.lines(found))), (theirs, lambda: _by_models(ready))]
        for spent, run in runs if turn % 2 == 0 else runs[::-1]:
            start = process_time()
            count = run()
            spent.append((process_time() - start) / count)
    told: dict[str, float | Missing] = {"export.resources-per-s": 1 / median(own)}
    told["export.ratio-to-fhir-resources"] = median(other / mine for other, mine in zip(theirs, own, strict=True))
    return told | {"export.memory-growth-mb": _growth(export, subjects)}


def _by_models(ready: list[dict[str, object]]) -> int:
    from fhir.resources.R4B import get_fhir_model_class

    return sum(len(get_fhir_model_class(str(one["resourceType"]))(**one).model_dump_json()) > 0 for one in ready)


def _growth(export: Export, subjects: int) -> float:
    """By how many MB memory grows from a tenth of the subjects to all of them, written one after the other."""
    lines = export.lines(wholes(subjects, export.mappings.study))
    for _ in islice(lines, subjects * 7):
        pass
    before = _peak()
    for _ in lines:
        pass
    return _peak() - before


def _peak() -> float:
    return machine.getrusage(machine.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measures and prints."""
    for name, value in figures(10_000).items():
        print(f"# {name}: not measured ({value.reason})" if isinstance(value, Missing) else f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
