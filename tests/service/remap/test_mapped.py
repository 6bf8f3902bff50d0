"""What people map at the desk: versions, turns, two people at once, and what a turn would change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Row, Target
from natars_fhir.mapping.texts import TEST_NAMES
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.remap.activate import catch_up, follow
from natars_fhir.service.remap.effect import changed_lines, effect, holds
from natars_fhir.service.remap.live import Active, Live, active
from natars_fhir.service.remap.mapped import OvertakenError, desk, last_turn, make_active, put, take_out, with_desk
from natars_fhir.service.screening.fresh import is_fresh
from natars_fhir.service.screening.screened import today
from natars_fhir.settings import Settings
from natars_fhir.store import audit
from natars_fhir.store.engine import Store
from natars_fhir.store.mapped import keep
from tests.service.hospital import KEY, NOW, Node, bundle, condition, mappings, patient
from tests.service.remap.test_gaps import result
from tests.service.remap.test_remap import COUNT, SITE, facts

LIS = "http://his.hospital-b.example/lis"
ME = "account me"


def row(code: str = "LIS0103", concept: str = "anc") -> Row:
    return Row(Code(system=LIS, code=code), Target("asked", concept), "中性粒细胞")


@pytest.fixture
def live(store: Store) -> Live:
    def over(folder: Mappings) -> Active:
        told, turn = with_desk(store, folder)
        return active(told, Settings(), KEY, [SITE], ["R4"], folder, turn)

    return Live(lambda: over(mappings()), over, lambda: last_turn(store))


@pytest.fixture
def save(store: Store) -> Callable[..., int]:
    def saved(one: Row, base: int | None = None) -> int:
        seen = desk(store, SITE).next_on if base is None else base
        return put(store, KEY, mappings(), SITE, seen, one, ME, NOW)

    return saved


def with_texts(text: str) -> Mappings:
    return overlaid(mappings(), {SITE: text})


def turned(store: Store, number: int) -> bool:
    return make_active(store, KEY, mappings(), SITE, number, ME, NOW)


def pushed(store: Store, live: Live, *resources: Node) -> Any:
    raw = json.dumps(bundle("collection", *resources), ensure_ascii=False).encode()
    return push(store, live.active.intake, live.active.readers[SITE]["R4"], raw, NOW)


def test_a_version_counts_only_once_it_is_made_active_and_the_data_follows(
    store: Store, live: Live, save: Callable[..., int]
) -> None:
    pushed(store, live, patient(), condition(), result("1", **COUNT))
    number = save(row())
    assert (number, desk(store, SITE).active, desk(store, SITE).draft) == (1, 0, 1)
    assert not follow(live)
    turned(store, number)
    assert follow(live)
    assert (catch_up(store, live, NOW)[SITE].read, "anc" in facts(store)) == (3, True)
    with store.read() as connection:
        acts = [(one.act, one.counts.get("version")) for one in audit.acts(connection, SITE)]
    assert [one for one in acts if one[0].startswith("mapping")] == [("mapping drafted", 1), ("mapping", 1)]


def test_what_the_desk_reads_is_fresh_for_who_asks_with_the_folder_and_not_before_it_is_read(
    store: Store, live: Live, save: Callable[..., int]
) -> None:
    pushed(store, live, patient(), condition(), result("1", **COUNT))
    assert is_fresh(store, mappings())
    turned(store, save(row()))
    assert not is_fresh(store, mappings())
    assert follow(live)
    assert not is_fresh(store, mappings())
    catch_up(store, live, NOW)
    assert is_fresh(store, mappings())


def test_going_back_is_a_turn_of_its_own_and_undoes_what_was_read(
    store: Store, live: Live, save: Callable[..., int]
) -> None:
    pushed(store, live, patient(), condition(), result("1", **COUNT))
    turned(store, save(row()))
    follow(live)
    catch_up(store, live, NOW)
    turned(store, 0)
    assert follow(live)
    catch_up(store, live, NOW)
    here = desk(store, SITE)
    assert "anc" not in facts(store)
    assert live.active.any_version(SITE).mapping.hash == mappings().hash
    assert ([one.version for one in here.turns], [one.number for one in here.versions]) == ([0, 1], [1])


def test_what_was_taken_back_does_not_come_again_with_the_next_line(store: Store, save: Callable[..., int]) -> None:
    turned(store, save(row()))
    turned(store, 0)
    number = save(row("LIS0999"))
    assert "LIS0103" not in desk(store, SITE).text(number)


def test_a_name_in_words_is_mapped_its_effect_foretold_and_taken_back(
    store: Store, live: Live, save: Callable[..., int]
) -> None:
    named = result("1", **COUNT) | {"code": {"text": "中性粒细胞（床旁）"}}
    pushed(store, live, patient(), condition(), named)
    number = save(Row(Code(system=TEST_NAMES, code="中性粒细胞(床旁)"), Target("asked", "anc"), "床旁仪器"))
    text = desk(store, SITE).text(number)
    after = compiled(with_texts(text), SITE)
    told = effect(store, mappings().study, compiled(mappings(), SITE), after, ("", text), today(NOW))
    assert (told.resources, told.counts.values, told.counts.patients) == (1, 1, 1)
    assert desk(store, SITE).active == 0
    turned(store, number)
    follow(live)
    catch_up(store, live, NOW)
    assert "anc" in facts(store)
    turned(store, 0)
    follow(live)
    catch_up(store, live, NOW)
    assert "anc" not in facts(store)


def test_only_resources_that_are_called_so_are_read_again_for_a_name() -> None:
    text = '[texts]\n"中性粒细胞(床旁)" = "anc"\n'
    may = holds(changed_lines("", text), compiled(with_texts(text), SITE))
    said = [
        {"code": {"text": "中性粒细胞（床旁）"}}, {"code": {}, "component": [{"code": {"text": " 中性粒细胞(床旁)"}}]},
        {"code": {"text": "中性粒细胞"}}, {"code": {"coding": [{"code": "x"}]}}, {"id": "p"},
    ]  # fmt: skip
    assert [may(json.dumps(one, ensure_ascii=False).encode()) for one in said] == [True, True, False, False, False]
    assert may(b'{"code": 3}')


def test_only_resources_that_answer_so_and_forms_are_read_again_for_an_answer() -> None:
    text = '[answers.ihc-mdm2]\n"见附页(3)" = "equivocal"\n'
    may = holds(changed_lines("", text), compiled(with_texts(text), SITE))
    said = [
        {"valueString": "见附页（3）"}, {"valueCodeableConcept": {"text": " 见附页(3)"}},
        {"component": [{"valueString": "见附页（3）"}]}, {"interpretation": [{"text": "见附页（3）"}]},
        {"valueString": "见附页"}, {"code": {"text": "见附页（3）"}},
    ]  # fmt: skip
    told = [json.dumps({"resourceType": "Observation", **one}, ensure_ascii=False).encode() for one in said]
    assert [may(one) for one in told] == [True, True, True, True, False, False]
    assert may(b'{"resourceType": "QuestionnaireResponse"}')
    assert not may(b'{"resourceType": "Condition"}')
    assert may(b'{"resourceType": "Observation", "component": 3}')


def test_lines_that_wait_are_built_upon(store: Store, save: Callable[..., int]) -> None:
    save(row())
    number = save(row("LIS0999"))
    assert (number, "LIS0103" in desk(store, SITE).text(number)) == (2, True)
    assert take_out(store, KEY, mappings(), SITE, (LIS, "LIS0103"), ME, NOW) == 3
    assert "LIS0103" not in desk(store, SITE).text(3)


def test_the_same_line_again_makes_no_version(save: Callable[..., int]) -> None:
    assert (save(row()), save(row())) == (1, 1)


def test_of_two_people_who_map_one_code_the_second_is_told(save: Callable[..., int]) -> None:
    save(row(), base=0)
    with pytest.raises(OvertakenError) as caught:
        save(row(concept="wbc"), base=0)
    assert (caught.value.version.number, caught.value.version.by) == (1, ME)
    assert save(row(concept="wbc"), base=1) == 2


def test_whoever_mapped_upon_a_version_that_was_left_meanwhile_is_told(store: Store, save: Callable[..., int]) -> None:
    turned(store, save(row()))
    turned(store, 0)
    with pytest.raises(OvertakenError):
        save(row(concept="wbc"), base=1)


def test_a_version_that_there_is_not_is_no_fault(store: Store, save: Callable[..., int]) -> None:
    assert save(row(), base=99) == 1


def test_lines_that_fit_no_more_are_taken_out_one_by_one(store: Store, save: Callable[..., int]) -> None:
    save(row())
    save(row("LIS0104", "wbc"))
    with store.of(SITE).write() as connection:
        text = desk(store, SITE).versions[0].text.replace('"anc"', '"no-such"').replace('"wbc"', '"neither"')
        keep(connection, SITE, text, ME, NOW)
    assert take_out(store, KEY, mappings(), SITE, (LIS, "LIS0103"), ME, NOW) == 4


def test_turns_are_counted_so_that_none_is_missed(store: Store, save: Callable[..., int]) -> None:
    before = last_turn(store)
    turned(store, save(row()))
    turned(store, 0)
    assert last_turn(store) == before + 2


def test_of_two_people_who_map_two_codes_nothing_is_lost(store: Store, save: Callable[..., int]) -> None:
    save(row(), base=0)
    number = save(row("LIS0999"), base=0)
    assert all(code in desk(store, SITE).text(number) for code in ("LIS0103", "LIS0999"))


def test_a_line_that_does_not_fit_is_no_version(store: Store, save: Callable[..., int]) -> None:
    with pytest.raises(MappingError, match="did you mean «anc»"):
        save(row(concept="ancc"))
    assert desk(store, SITE).versions == []


def test_a_version_that_does_not_load_any_more_leaves_what_is_active(
    store: Store, live: Live, save: Callable[..., int]
) -> None:
    from dataclasses import replace

    number = save(row())
    concepts = mappings().concepts
    fewer = {name: one for name, one in concepts.concepts.items() if name != "anc"}
    changed = replace(mappings(), concepts=concepts.model_copy(update={"concepts": fewer}))
    with pytest.raises(MappingError, match=r"mapping desk of hospital-b:2: «LIS0103»: unknown concept «anc»"):
        make_active(store, KEY, changed, SITE, number, ME, NOW)
    turned(store, number)  # by another worker, whose folder still had the concept
    live.active = replace(live.active, plain=changed)
    assert not follow(live)
    assert ["unknown concept «anc»" in fault.text for fault in live.faults] == [True, True]
    assert live.active.any_version(SITE).mapping.hash == mappings().hash


def test_markup_newlines_and_quotes_in_a_code_stay_one_line(store: Store, save: Callable[..., int]) -> None:
    odd = Row(Code(system=LIS, code='<b>"x"</b>'), Target("asked", "anc"), "<script>")
    number = save(odd)
    assert desk(store, SITE).text(number).count("\n") == 2
    assert compiled(with_desk(store, mappings())[0], SITE).lore.asked[LIS, '<b>"x"</b>'] == ()


def told_of(store: Store, new: str) -> Any:
    from natars_fhir.mapping.overlay import overlaid

    before, after = compiled(mappings(), SITE), compiled(overlaid(mappings(), {SITE: new}), SITE)
    return effect(store, mappings().study, before, after, ("", new), today(NOW))


def test_what_would_change_is_told_before_it_does(store: Store, live: Live) -> None:
    pushed(store, live, patient(), condition(), result("1", **COUNT), result("2", "LIS0977"))
    found = told_of(store, f'[codes."{LIS}"]\n"LIS0103" = "anc"\n')
    assert (found.resources, found.counts.values, found.counts.patients) == (1, 1, 1)
    assert [(one.what, one.name) for one in found.changes if one.what == "value"] == [("value", "anc")]
    assert "anc" not in facts(store)


def test_nothing_changes_where_nobody_sent_the_code(store: Store, live: Live) -> None:
    pushed(store, live, patient(), condition(), result("1", **COUNT))
    found = told_of(store, f'[codes."{LIS}"]\n"LIS0998" = "anc"\n')
    assert (found.resources, found.changes) == (0, ())


@pytest.mark.parametrize(
    ("table", "code", "raw", "held"),
    [
        (LIS, "X1", b'{"code":"X1"}', True),
        (LIS, "X1", b'{"code":"X2"}', False),
        (LIS, "钾", '{"code":"钾"}'.encode(), True),
        (LIS, "钾", b'{"code":"\\u94be"}', True),
        (UNIT_SPELLINGS, "㎎", '{"unit":"㎎"}'.encode(), True),
        ("icd-10", "C48.0", b'{"code":"C480"}', True),
    ],
)
def test_only_resources_that_may_hold_a_changed_code_are_opened(table: str, code: str, raw: bytes, held: bool) -> None:
    from natars_fhir.mapping.terms.site_file import Line

    told = holds([Line(0, table, code, "anc", "")], compiled(mappings(), SITE))
    assert told(raw) is held
