"""Origin: a diagnosis whose code places the tumour where its words do not (clinical.md §2.1 I-03, §2.2 E-01).

C48.0 called 子宫平滑肌肉瘤, 胃间质瘤 or 淋巴瘤: somebody chose the wrong code or the wrong words, and nobody here can
tell which. A display text is believed only where it takes something back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.named import origins, where
from natars_fhir.mapping.narrative.said import Said
from natars_fhir.mapping.narrative.words import Words
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: (place, what is told there)
Found = list[tuple[str, Told]]
#: (place, text, whether it is a note, which may speak of other tumours too)
Names = Iterable[tuple[str, str, bool]]

SITE = "Condition.bodySite"
_CODE = "Condition.code"
#: codes of what it is, and of where it is
_OF = (_CODE, SITE, "DiagnosticReport.conclusionCode")
#: where no organ is meant, nothing is contradicted
_VAGUE = "abdomen-pelvis-nos"
_TWO_ORIGINS = "The code and the words of this diagnosis place its tumour in two organs: a person must say which."


def by_name(lore: Lore) -> Callable[[Found, Callable[[], Names], str, Sink], Found]:
    """What the codes of a diagnosis say, beside all that it is called: where its names tell a tumour of another origin,
    both stand, and conflict; where they do so with doubt, or the code does, neither decides."""
    words = lore.words

    def weigh(coded: Found, names: Callable[[], Names], place: str, sink: Sink) -> Found:
        origin = [told for at, told in coded if _is_origin(at, told)]
        if not origin:
            return coded
        known = {told.value for told in origin} - {_VAGUE}
        if not known:
            return coded
        named = [(at, one) for at, text, note in names() for one in origins(text, words, note=note)]
        if not named or any(one.value in known for _, one in named):
            return coded
        sure = {told.standing for told in origin} | {one.standing for _, one in named} == {"final"}
        sink.tell("value", place, _TWO_ORIGINS)
        against = [(at, _told(one, sure=sure)) for at, one in named]
        return [(at, told if sure else _doubted(at, told)) for at, told in coded] + against

    return weigh


def _is_origin(place: str, told: Told) -> bool:
    """Is it where the tumour began, by what the diagnosis is called?"""
    return told.concept == "primary-site" and place.startswith(_OF)


def _doubted(place: str, told: Told) -> Told:
    return told._replace(standing="hedged") if _is_origin(place, told) else told


def _told(said: Said, *, sure: bool) -> Told:
    return Told(said.concept, said.value, said.detail, said.standing if sure else "hedged", said.span)


def names_of(condition: Any) -> Iterator[tuple[str, str, bool]]:
    """All that a Condition is called, and what is noted of it."""
    if condition.code is not None:
        yield from of_concept(condition.code, _CODE)
    for index, note in enumerate(condition.note or ()):
        if note.text:
            yield f"Condition.note[{index}].text", note.text, True


def of_concept(concept: Any, place: str) -> Iterator[tuple[str, str, bool]]:
    """The words of a coded diagnosis."""
    if concept.text:
        yield f"{place}.text", concept.text, False
    for index, coding in enumerate(concept.coding or ()):
        if coding.display:
            yield f"{place}.coding[{index}].display", coding.display, False


def sites_in_words(condition: Any, found: Found, words: Words) -> Found:
    """The body sites that are told in words alone, each the name of one place and no more."""
    told = {place.partition(".")[2].partition(".")[0] for place, _ in found if place.startswith(SITE)}
    sites: Found = []
    for index, site in enumerate(condition.bodySite):
        value = where(site.text, words) if site.text and f"bodySite[{index}]" not in told else None
        if value is not None:
            sites.append((f"{SITE}[{index}].text", Told("primary-site", value[0], standing=value[1])))
    return sites
