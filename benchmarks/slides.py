"""What the pathologist and the radiologist see of a made tumour, and how they write it (style of clinical.md §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from benchmarks import oncology as said
from benchmarks.stay import Stay


@dataclass(frozen=True, slots=True)
class Reading:
    """One tumour, read once; items and reports agree on it."""

    grade: int
    dimensions: tuple[Decimal, ...]
    mitoses: int
    necrosis: int
    #: marker, words of the item, short form of the report
    stains: tuple[tuple[str, str, str], ...]
    #: MDM2 to CEP12
    ratio: Decimal


def read(stay: Stay) -> Reading:
    """Draw a tumour of the stay's entity."""
    chance, entity = stay.chance, stay.entity
    largest = chance.triangular(4, 32, 15)
    return Reading(
        grade=1 if entity.morphology == "8851/3" else chance.choice((1, 2, 2, 3, 3)),
        dimensions=tuple(Decimal(f"{largest * share:.1f}") for share in (1, chance.uniform(0.6, 1), 0.5)),
        mitoses=chance.randrange(24),
        necrosis=chance.choice((0, 0, 5, 10, 20, 40)),
        stains=tuple(_stain(stay, marker) for marker in said.MARKERS),
        ratio=Decimal(f"{chance.uniform(3, 9) if 'MDM2' in entity.positive else chance.uniform(0.8, 1.6):.1f}"),
    )


def _stain(stay: Stay, marker: str) -> tuple[str, str, str]:
    expected = marker in stay.entity.positive
    shown = expected if stay.happens(93) else not expected
    return (marker, *stay.chance.choice(said.POSITIVE if shown else said.NEGATIVE))


def pathology(stay: Stay, found: Reading) -> str:
    """The pathologist's report."""
    stains = "，".join(f"{marker}({short})" for marker, _, short in found.stains)
    proliferation = stay.chance.choice(("约5%", "约15%", "约30%", "热点区约40%+"))
    necrosis = f"坏死约{found.necrosis}%" if found.necrosis else "未见坏死"
    return (
        f"（腹膜后肿物穿刺活检）梭形及多形性细胞肿瘤，结合形态及免疫组化结果，符合{stay.entity.chinese}，"
        f"FNCLCC {found.grade}级；核分裂象约{found.mitoses}个/10HPF，{necrosis}。"
        f"免疫组化：{stains}，Ki-67({proliferation})。"
    )


def imaging(found: Reading) -> str:
    """The radiologist's report."""
    dimensions = "×".join(str(value) for value in found.dimensions)
    return (
        f"腹膜后偏左侧见一巨大混杂密度肿块，大小约{dimensions}cm，增强后不均匀强化，与左肾、降结肠分界欠清，"
        "邻近肠管受压移位。膈肌完整，未见突破膈肌。所及肝、脾、双侧胸膜腔未见明确异常，未见明确转移征象。"
    )
