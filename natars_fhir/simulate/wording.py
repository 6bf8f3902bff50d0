"""Reports in Chinese, in several hands, as pathologists, radiologists and surgeons write them (clinical.md §5)."""

from __future__ import annotations

from collections.abc import Mapping

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.rates import table
from natars_fhir.simulate.story import Story, Tumour

_PLACE = {
    "retroperitoneum": "腹膜后",
    "abdomen-pelvis-nos": "腹腔",
    "gi-tract": "胃体",
    "uterus": "子宫",
    "limb": "左大腿",
}
_ROMAN = ("", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ")


def place(tumour: Tumour) -> str:
    """The place in words."""
    return _PLACE[tumour.site]


def _where(tumour: Tumour) -> str:
    """The place with its side, where there are two of it."""
    return f"{tumour.side}侧{place(tumour)}" if tumour.site == "retroperitoneum" else place(tumour)


def biopsy(chance: Chance, story: Story, tumour: Tumour, stains: Mapping[str, str], name: str) -> str:
    """The pathologist's report of the cores."""
    hand = chance.one_of(table("hands")["biopsy"])
    sure = chance.one_of(table("hands")["hedges" if tumour.hedged else "sure"])
    grade = "" if "grade" in story.left_out else _grade(chance, tumour)
    return str(
        hand.format(
            place=place(tumour),
            name=sure + name,
            grade=grade,
            counts=_counts(chance, story, tumour),
            stains=_stains(chance, stains, tumour.ki67),
            cores=chance.whole(3, 6),
        )
    )


def _grade(chance: Chance, tumour: Tumour) -> str:
    d, m, n = tumour.scores
    hand = chance.one_of(table("hands")["grade"])
    return str(hand.format(grade=tumour.grade, roman=_ROMAN[tumour.grade], d=d, m=m, n=n, total=d + m + n))


def _counts(chance: Chance, story: Story, tumour: Tumour) -> str:
    told = []
    if "mitoses" not in story.left_out:
        hand = "mitoses" if tumour.mitoses else "no-mitoses"
        told.append(chance.one_of(table("hands")[hand]).format(tumour.mitoses))
    if "necrosis" not in story.left_out:
        hand = "necrosis" if tumour.necrosis else "no-necrosis"
        told.append(chance.one_of(table("hands")[hand]).format(tumour.necrosis))
    return "，".join(told) + "。" if told else ""


def _stains(chance: Chance, stains: Mapping[str, str], ki67: int) -> str:
    """The panel in one of four hands: one by one, in full width or not, in groups, or with English signs."""
    hand = chance.one_of(table("hands")["stains"])
    if hand["in-groups"]:
        return _grouped(stains, ki67)
    told = [hand["one"].format(marker, chance.one_of(hand[result])) for marker, result in stains.items()]
    return str(hand["between"].join([*told, hand["ki67"].format(ki67)]))


def _grouped(stains: Mapping[str, str], ki67: int) -> str:
    by = {result: [marker for marker, found in stains.items() if found == result] for result in stains.values()}
    parts = []
    for result, several, word in (
        ("positive", "均", "阳性"),
        ("equivocal", "均", "可疑阳性"),
        ("negative", "均", "阴性"),
    ):
        if found := by.get(result):
            parts.append("、".join(found) + (several if len(found) > 1 else "") + word)
    return f"肿瘤细胞{'；'.join(parts)}；Ki-67阳性指数约{ki67}%"


def gene(chance: Chance, tumour: Tumour, *, failed: bool) -> str:
    """What the hybridisation shows."""
    word = "failed" if failed else "amplified" if tumour.amplified else "not-amplified"
    return str(chance.one_of(table("hands")["fish"][word]).format(ratio=tumour.ratio))


def scan(chance: Chance, story: Story, tumour: Tumour) -> str:
    """The radiologist's report of the scan before treatment."""
    hands = table("hands")
    unseen = "diaphragm" in story.left_out or tumour.site == "limb"
    crossing = "" if unseen else chance.one_of(hands["crossing" if tumour.crossing else "below"])
    size = "" if "size" in story.left_out else _size(chance, tumour)
    return str(
        chance.one_of(hands["scan"]).format(
            where=_where(tumour),
            place=place(tumour),
            size=size,
            diaphragm=crossing.format(side=tumour.side),
            spread=chance.one_of(hands["spread"][tumour.spread]),
        )
    )


def _size(chance: Chance, tumour: Tumour) -> str:
    """Three diameters, in cm or mm; the largest need not come first."""
    sides = chance.some_of(tumour.dimensions, 3)
    hand = chance.one_of(table("hands")["size"])
    scale = 10 if hand["unit"] == "mm" else 1
    numbers = [f"{round(one * scale)}" if scale == 10 else f"{one:g}" for one in sides]
    return f"，大小约{hand['between'].join(number + hand['each'] for number in numbers)}{hand['end']}"


def anaesthesia(chance: Chance, score: int) -> str:
    """The anaesthetist's visit."""
    return str(chance.one_of(table("hands")["asa"]).format(roman=_ROMAN[score], number=score))


def operation(chance: Chance, tumour: Tumour, margin: str, organs: list[str]) -> str:
    """The surgeon's report."""
    joined = "，联合" + "、".join(organs) if organs else ""
    return str(
        chance.one_of(table("hands")["operation"]).format(
            where=_where(tumour), place=place(tumour), organs=joined, margin=margin
        )
    )


def final(chance: Chance, tumour: Tumour, name: str, margin: str, *, viable: bool) -> str:
    """The pathologist's report of the surgeon's specimen."""
    hands = table("hands")
    if not viable:
        return str(chance.one_of(hands["no-viable"]).format(place=place(tumour)))
    edge = hands["margins"][margin]
    return str(chance.one_of(hands["final"]).format(place=place(tumour), name=name, margin=edge))


def follow_up(chance: Chance, tumour: Tumour, assessment: str) -> str:
    """The scan after surgery."""
    return str(chance.one_of(table("hands")["follow-up"][assessment]).format(place=place(tumour)))
