"""Advice: what a site changes so that an element is read, in English and Chinese. Lines that can be copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from natars_fhir.mapping.heard.readiness import Element
from natars_fhir.mapping.heard.unmapped import Listed, row_of
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.terms.site_file import written

#: Of one element no more than so many lines are told; `mappings gaps` tells all.
_MOST = 5


class Advice(NamedTuple):
    """One thing to change, in both languages."""

    en: str
    zh: str


def advice(element: Element, lore: Lore) -> list[Advice]:
    """What to change; nothing where everyone's value is read and nothing was left over."""
    told = [*_lines(element, lore), *_words(element)]
    if not told and element.asked and element.read < element.asked:
        told = [_send(element, lore)]
    return told[:_MOST]


def _lines(element: Element, lore: Lore) -> Iterator[Advice]:
    """A line of the site's file for each code or unit with a hint."""
    for one in (*element.unread, *element.hints):
        if one.hint is None:
            if one.gap.what == "unit":
                yield _unit(one)
            continue
        if row := row_of(one.gap, one.hint, lore.systems.name(one.gap.about), one.display):
            line = written([row]).strip().replace("\n", " ⏎ ")
            yield Advice(f"if it is right, add to the site's file: {line}", f"若无误，请在中心文件中加入：{line}")


def _unit(one: Listed) -> Advice:
    if not one.gap.item:
        return Advice(f"{one.count} values come without a unit: send it", f"{one.count} 个结果缺少单位，请一并发送")
    return Advice(
        f"the unit «{one.gap.item}» ({one.count} times) is not accepted: ask the trial office, or send another",
        f"单位「{one.gap.item}」（{one.count} 次）未被接受：请联系试验办公室或改用其他单位",
    )


def _words(element: Element) -> Iterator[Advice]:
    """Values in words, or in a shape, that nobody reads."""
    words = sum(one.count for one in element.unread if one.gap.what == "text")
    shapes = sum(one.count for one in element.unread if one.gap.what == "element")
    if words:
        yield Advice(
            f"{words} values in words that are not read: send a code, or see `mappings gaps`",
            f"{words} 个文字结果未能识别：请发送代码，或查看 `mappings gaps`",
        )
    if shapes:
        yield Advice(
            f"{shapes} values of a kind, or of a size, that cannot be: check the interface",
            f"{shapes} 个结果的类型或数值不合理：请检查接口",
        )


def _send(element: Element, lore: Lore) -> Advice:
    """Where nothing came: what could be sent."""
    concept = lore.concepts[element.need.any_of[0]]
    codes = ", ".join(f"{code.system} {code.code}" for code in concept.asked[:2])
    how = (f", for instance as {codes}", f"，例如使用代码 {codes}") if codes else ("", "")
    share = f"{element.read}/{element.asked}"
    return Advice(
        f"told of {share} patients in scope: send «{concept.en}»{how[0]}",
        f"范围内患者 {share} 有该项：请发送「{concept.zh}」{how[1]}",
    )
