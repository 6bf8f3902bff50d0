"""Made patients for the benchmarks: full-size R4 oncology resources, the same ones for the same seed.

About 76 resources and 38 trial facts a patient, 1.7 kB a resource. Nobody real is behind them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random

import msgspec

from benchmarks import observations as seen
from benchmarks import oncology as said
from benchmarks import records, slides
from benchmarks.stay import Json, Stay, identity

#: A Decimal leaves as the number it was: 1.50 stays 1.50.
_encode = msgspec.json.Encoder(decimal_format="number").encode

_WEIGHTS = [entity.weight for entity in said.ENTITIES]
_REASONS = ("发现腹膜后肿物", "腹膜后肿物穿刺活检", "腹膜后肿瘤术前评估", "复查")
_LARGEST_BUNDLE = 100


def lines(patients: int, seed: int) -> Iterator[bytes]:
    """NDJSON of *patients* patients, grouped by patient."""
    for number in range(patients):
        yield from _chart_lines(number, seed)


def megabytes(size: float, seed: int) -> Iterator[bytes]:
    """NDJSON of as many whole patients as it takes to reach *size* megabytes."""
    left = size * 1e6
    for number in count():
        if left <= 0:
            return
        for line in _chart_lines(number, seed):
            left -= len(line)
            yield line


def bundles(patients: int, seed: int) -> Iterator[bytes]:
    """A transaction for each patient; what goes beyond 100 resources comes in a further one."""
    for number in range(patients):
        resources = chart(number, seed)
        for start in range(0, len(resources), _LARGEST_BUNDLE):
            yield transaction(resources[start : start + _LARGEST_BUNDLE])


def chart(number: int, seed: int) -> list[Json]:
    """All resources of patient *number*, which depend on nothing but the number and the seed."""
    stay = _stay(Random(f"{seed}/{number}"))
    return [*_course(stay), *_pathology(stay), *_laboratory(stay), *_acts(stay)]


def _chart_lines(number: int, seed: int) -> list[bytes]:
    return [_encode(resource) + b"\n" for resource in chart(number, seed)]


def transaction(resources: Iterable[Json]) -> bytes:
    """One Bundle of them."""
    entries = [_entry(resource) for resource in resources]
    return _encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _entry(resource: Json) -> Json:
    place = f"{resource['resourceType']}/{resource['id']}"
    return {
        "fullUrl": f"{said.HOSPITAL}/{place}",
        "resource": resource,
        "request": {"method": "PUT", "url": place},
    }


def _stay(chance: Random) -> Stay:
    admitted = date(2023, 1, 2) + timedelta(chance.randrange(900))
    return Stay(
        chance=chance,
        patient=identity(chance),
        name=chance.choice(said.SURNAMES) + "".join(chance.sample(said.GIVEN, chance.choice((1, 2)))),
        encounter=identity(chance),
        admitted=admitted,
        born=admitted - timedelta(int(chance.triangular(16, 84, 57) * 365.25)),
        female=chance.random() < 0.5,
        entity=chance.choices(said.ENTITIES, _WEIGHTS)[0],
    )


def _course(stay: Stay) -> Iterator[Json]:
    """Who it is, the visits (the first is the one that all the rest refers to), the diagnoses."""
    yield records.patient(stay)
    yield records.consent(stay)
    yield records.encounter(stay, stay.encounter, 0, _REASONS[0])
    for visit, reason in enumerate(_REASONS[1:], 1):
        yield records.encounter(stay, identity(stay.chance), 30 * visit, reason)
    yield records.tumour(stay)
    for share, code, name in said.COMORBIDITIES:
        if stay.happens(share):
            onset = str(stay.admitted.year - stay.chance.randrange(4))
            yield records.condition(stay, code, name, onset, {}, f"{said.HOSPITAL}/StructureDefinition/condition")


def _pathology(stay: Stay) -> Iterator[Json]:
    """The tumour on the slides and in the scanner, coded item by item and as the two reports."""
    read = slides.read(stay)
    yield seen.histology(stay)
    yield seen.grade(stay, read.grade)
    yield seen.size(stay, read.dimensions)
    yield seen.counted(stay, "MITOSES", "核分裂象计数", read.mitoses, "个/10HPF", "{mitoses}/10.[HPF]")
    yield seen.counted(stay, "NECROSIS", "坏死比例", read.necrosis, "%", "%")
    for marker, words, short in read.stains:
        yield seen.stained(stay, marker, words, short)
    if "脂肪" in stay.entity.chinese and stay.happens(70):
        yield seen.amplified(stay, read.ratio)
    yield records.report(
        stay,
        ("SP", "外科病理"),
        ("11529-5", "Surgical pathology study"),
        "病理检查报告",
        5,
        slides.pathology(stay, read),
    )
    yield records.report(
        stay, ("CT", "CT"), ("24558-9", "Abdomen and pelvis CT"), "腹盆腔增强CT报告", 2, slides.imaging(read)
    )


def _laboratory(stay: Stay) -> Iterator[Json]:
    """Blood, heart and vital signs."""
    for analyte in (*said.BLOOD_COUNT, *said.CHEMISTRY, *said.HEART, *said.ROUTINE):
        yield seen.measured(stay, analyte, "laboratory", 1)
    for analyte in said.BLOOD_COUNT:
        yield seen.measured(stay, analyte, "laboratory", 7)
    for analyte in said.VITALS:
        yield seen.measured(stay, analyte, "vital-signs", 1)
    yield from (seen.blood_pressure(stay, day) for day in (1, 7))
    yield from (seen.ecog(stay), seen.asa(stay), seen.metastases(stay))
    if stay.female and stay.admitted - stay.born < timedelta(50 * 365):
        yield seen.pregnancy_test(stay)


def _acts(stay: Stay) -> Iterator[Json]:
    """What was done, and what was prescribed and given."""
    for share, code, name in said.PROCEDURES:
        if stay.happens(share):
            yield records.procedure(stay, code, name, 3)
    for share, code, name, dose, unit in said.DRUGS:
        if stay.happens(share):
            yield records.drug_order(stay, code, name, dose, unit)
            if stay.happens(60):
                yield records.drug_given(stay, code, name, dose, unit)


def main(argv: list[str] | None = None) -> None:
    """Write a file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--megabytes", type=float)
    parser.add_argument("--patients", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bundles", action="store_true", help="one transaction a line, instead of one resource")
    parser.add_argument("out", type=Path)
    asked = parser.parse_args(argv)
    if (asked.megabytes is None) == (asked.patients is None) or (asked.bundles and asked.patients is None):
        parser.error("give --megabytes or --patients; --bundles goes with --patients")
    with asked.out.open("wb") as out:
        if asked.bundles:
            out.writelines(bundle + b"\n" for bundle in bundles(asked.patients, asked.seed))
        elif asked.patients is not None:
            out.writelines(lines(asked.patients, asked.seed))
        else:
            out.writelines(megabytes(asked.megabytes, asked.seed))


if __name__ == "__main__":
    main()
