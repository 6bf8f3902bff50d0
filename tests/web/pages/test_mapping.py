"""The mapping desk without a browser: who may, what is shown and said, and what comes of what is sent."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.remap import mapped
from natars_fhir.store import audit
from natars_fhir.store import gaps as stored
from natars_fhir.store import mapped as turns
from natars_fhir.store.accounts import Account
from tests.service.hospital import NOW, Node, bundle, condition, patient
from tests.service.remap.test_gaps import LIS, result
from tests.web.pages.people import Reception, Somebody

SITE = "hospital-b"
NAME = "中性粒细胞绝对数（床旁）"
COUNT = {"valueQuantity": {"value": 3, "unit": "10*9/L"}, "effectiveDateTime": "2024-06-01"}


@pytest.fixture
def operator(here: Reception) -> Somebody:
    pushed(here, patient(), condition(), result("1", **COUNT))
    return here.browser(here.person("ops", "operator", site=SITE))


def pushed(here: Reception, *resources: Node) -> None:
    now = here.app.state.live.active
    raw = json.dumps(bundle("collection", *resources), ensure_ascii=False).encode()
    push(here.store, now.intake, now.readers[SITE]["R4"], raw, NOW)


def mapping_link(page: str, code: str) -> str:
    found = re.search(rf'href="([^"]*)" aria-label="Map {re.escape(code)}"', page)
    assert found, page
    return found[1].replace("&amp;", "&")


def opened(browser: Somebody, code: str = "LIS0103") -> dict[str, str]:
    """The form for a code, and what stands hidden in it."""
    link = mapping_link(browser.get(f"/pages/mapping?site={SITE}").text, code)
    page = browser.get(link).text
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("site", "gap", "base")}  # type: ignore[index]


def saved(browser: Somebody, hidden: dict[str, str], concept: str = "anc", **more: str) -> Any:
    told = {"part": "asked", "concept": concept, "value": "", "remark": "中性粒细胞", **more}
    return browser.send("/pages/mapping/line", hidden | told)


def test_a_code_is_listed_with_its_count_and_a_hint_and_no_address_holds_it(operator: Somebody) -> None:
    page = operator.get(f"/pages/mapping?site={SITE}").text
    assert "LIS0103" in page
    assert "LIS0103" not in mapping_link(page, "LIS0103")


def test_a_code_is_mapped_its_effect_shown_made_active_and_taken_back(here: Reception, operator: Somebody) -> None:
    response = saved(operator, opened(operator))
    assert response.status_code == 303
    version = operator.follow(response)
    assert "waits to be made active" in version.text
    effect = operator.get(f"/pages/mapping/effect?site={SITE}&number=1").text
    assert "1 values, 1 patients" in effect
    assert "neutrophil" in effect.casefold()
    assert "Patient/1" not in effect
    assert mapped.desk(here.store, SITE).active == 0
    told = operator.follow(operator.send("/pages/mapping/active", {"site": SITE, "number": "1"}))
    assert "Version 1 counts from now on" in told.text
    assert here.app.state.live.active.mappings.over.keys() == {SITE}
    assert "LIS0103" not in operator.get(f"/pages/mapping?site={SITE}").text
    operator.follow(operator.send("/pages/mapping/active", {"site": SITE, "number": "0"}))
    assert here.app.state.live.active.mappings.over == {}
    history = operator.get(f"/pages/mapping/versions?site={SITE}").text
    assert history.count("ops") >= 2
    with here.store.read() as connection:
        acts = [one.act for one in audit.acts(connection, SITE)]
    assert [one for one in acts if one.startswith(("mapping", "look"))] == [
        "mapping drafted", "look", "mapping", "mapping"
    ]  # fmt: skip


def test_an_answer_in_words_is_counted_mapped_and_read_once_it_is_made_active(
    here: Reception, operator: Somebody
) -> None:
    words, asked = (
        "见附页（3）",
        {"coding": [{"system": "https://natars.example/fhir/CodeSystem/concept", "code": "ihc-mdm2"}]},
    )
    stain = {"code": asked, "effectiveDateTime": "2024-06-01"}
    pushed(here, *(result(ident, valueString=words) | stain for ident in ("2", "3")))
    listed = operator.get(f"/pages/mapping?site={SITE}&what=text").text
    row = next(one for one in listed.split("<tr>") if words in one)
    assert '<td class="number">2</td>' in row
    assert "MDM2" in row
    hidden = opened(operator, words)
    form = operator.get(f"/pages/mapping/line?site={SITE}&gap={hidden['gap']}").text
    assert ('value="asked"' in form, "Answer to" in form, 'value="equivocal"' in form) == (False, True, True)
    version = operator.follow(saved(operator, hidden, concept="", part="value", value="equivocal"))
    assert "answer to" in version.text
    assert "1 values, 1 patients" in operator.get(f"/pages/mapping/effect?site={SITE}&number=1").text
    operator.follow(operator.send("/pages/mapping/active", {"site": SITE, "number": "1"}))
    known = here.app.state.live.active.any_version(SITE).mapping.lore.answers
    assert known == {"ihc-mdm2": {"见附页(3)": "equivocal"}}
    assert f"Map {words}" not in operator.get(f"/pages/mapping?site={SITE}").text
    operator.follow(operator.send("/pages/mapping/active", {"site": SITE, "number": "0"}))
    assert here.app.state.live.active.any_version(SITE).mapping.lore.answers == {}


def test_a_name_in_words_is_mapped_and_counts_once_it_is_made_active(here: Reception, operator: Somebody) -> None:
    pushed(here, result("2", **COUNT) | {"code": {"text": NAME}})
    hidden = opened(operator, NAME)
    form = operator.get(f"/pages/mapping/line?site={SITE}&gap={hidden['gap']}").text
    assert 'value="says"' not in form
    version = operator.follow(saved(operator, hidden))
    assert "name in words" in version.text
    assert "1 values, 1 patients" in operator.get(f"/pages/mapping/effect?site={SITE}&number=1").text
    operator.follow(operator.send("/pages/mapping/active", {"site": SITE, "number": "1"}))
    assert here.app.state.live.active.any_version(SITE).mapping.lore.texts == {"中性粒细胞绝对数(床旁)": "anc"}
    assert f"Map {NAME}" not in operator.get(f"/pages/mapping?site={SITE}").text
    lines = operator.get(f"/pages/mapping/lines?site={SITE}&number=1").text
    assert lines.startswith(f'[texts]\n"{NAME}" = "anc"')
    maps = operator.get(f"/pages/mapping/lines?site={SITE}&number=1&as=fhir").text
    assert NAME not in maps


def test_of_two_people_the_second_is_told_and_what_they_chose_stays(here: Reception, operator: Somebody) -> None:
    other = here.browser(here.person("ops2", "operator", site=SITE))
    first, second = opened(operator), opened(other)
    saved(operator, first)
    told = saved(other, second, "wbc")
    assert told.status_code == 409
    assert "in version 1" in told.text
    assert re.search(r'value="wbc" selected', told.text)
    again = {name: re.search(rf'name="{name}" value="([^"]*)"', told.text)[1] for name in ("site", "gap", "base")}  # type: ignore[index]
    assert saved(other, again, "wbc").status_code == 303


NOT_CHOSEN = (
    ({"part": "x"}, "Choose what the code stands for"),
    ({"part": "asked", "concept": "no-such"}, "Choose the concept"),
    ({"part": "says", "concept": "metastasis", "value": "positive"}, "Choose the value"),
    ({"part": "report", "value": "x"}, "Choose the kind of report"),
)


def test_what_was_not_chosen_is_said_in_words(operator: Somebody) -> None:
    hidden = opened(operator)
    for more, told in NOT_CHOSEN:
        response = saved(operator, hidden, **more)
        assert response.status_code == 422
        assert told in response.text


def test_the_choices_follow_from_what_was_chosen(operator: Somebody) -> None:
    hidden = opened(operator)
    at = f"/pages/mapping/choices?site={SITE}&gap={hidden['gap']}"
    page = operator.get(f"{at}&part=says&concept=metastasis").text
    assert all(f'value="{word}"' in page for word in ("present", "absent", "suspected"))
    assert 'value="anc"' not in page
    assert 'value="pathology"' in operator.get(f"{at}&part=report").text


def test_markup_in_codes_and_names_is_text(here: Reception, operator: Somebody) -> None:
    odd = {"coding": [{"system": LIS, "code": "<b>x</b>", "display": "<script>alert(1)</script>"}]}
    pushed(here, {**result("9", "x"), "code": odd})
    page = operator.get(f"/pages/mapping?site={SITE}").text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<script>alert" not in page


def test_many_codes_are_paged_and_counts_are_readable(here: Reception, operator: Somebody) -> None:
    found = {Gap("code", "Observation", LIS, f"X{number:05}"): ("", 1) for number in range(5_000)}
    found[Gap("code", "Observation", LIS, "OFTEN")] = ("", 100_000)
    with here.store.write(()) as connection:
        stored.count(connection, SITE, found, NOW)
    first = operator.get(f"/pages/mapping?site={SITE}").text
    assert "100,000" in first
    assert first.index("OFTEN") < first.index("X00000")
    assert first.count('aria-label="Map ') == 50
    last = operator.get(f"/pages/mapping?site={SITE}&page=101").text
    assert "X04999" in last
    assert "X04998" in operator.get(f"/pages/mapping?site={SITE}&words=x04998").text
    assert operator.get(f"/pages/mapping?site={SITE}&page=999999").status_code == 200


def test_a_line_is_taken_out_and_lines_and_maps_are_given(operator: Somebody) -> None:
    operator.follow(saved(operator, opened(operator)))
    text = operator.get(f"/pages/mapping/lines?site={SITE}&number=1").text
    assert text == f'[codes."{LIS}"]\n"LIS0103" = "anc"   # 中性粒细胞\n'
    maps = operator.get(f"/pages/mapping/lines?site={SITE}&number=1&as=fhir").json()
    assert "LIS0103" in json.dumps(maps)
    operator.follow(operator.send("/pages/mapping/out", {"site": SITE, "table": LIS, "code": "LIS0103"}))
    assert "LIS0103" not in operator.get(f"/pages/mapping/lines?site={SITE}&number=2").text


def test_a_coordinator_looks_at_their_own_site_and_maps_nothing(here: Reception, operator: Somebody) -> None:
    own: Account = here.person("zhao", "coordinator", site=SITE)
    browser = here.browser(own)
    page = browser.get("/pages/mapping").text
    assert "LIS0103" in page
    assert 'aria-label="Map LIS0103"' not in page
    hidden = opened(operator)
    for path in ("line", "active", "out"):
        assert browser.send(f"/pages/mapping/{path}", hidden).status_code == 403
    for path in ("", "/versions", "/check", "/try", "/version", "/effect", "/lines"):
        assert browser.get(f"/pages/mapping{path}?site=hospital-a").status_code == 404
        assert browser.get(f"/pages/mapping{path}").status_code == 200


def test_who_is_of_no_site_does_not_see_what_a_site_sends(here: Reception, operator: Somebody) -> None:
    browser = here.browser(here.person("all", "operator", site=""))
    assert "/pages/mapping" not in browser.get("/pages/home").text
    for path in ("", "/line", "/choices", "/versions", "/version", "/effect", "/lines", "/check", "/try"):
        assert browser.get(f"/pages/mapping{path}?site={SITE}").status_code == 403


def test_the_trial_office_does_not_come_here(here: Reception) -> None:
    browser = here.browser(here.person("office", "trial-office", site=""))
    assert browser.get("/pages/mapping").status_code == 403
    assert browser.get("/pages/feeds").status_code == 403


def test_what_there_is_not_is_said_so(operator: Somebody) -> None:
    for path in ("line?gap=x", "line", "choices?gap=x", "version?number=7", "effect?number=7", "lines?number=7"):
        assert operator.get(f"/pages/mapping/{path}").status_code == 404


def test_the_site_check_tells_its_figure_and_what_to_change(operator: Somebody) -> None:
    page = operator.get(f"/pages/mapping/check?site={SITE}").text
    assert "/pages/mapping/check/figure" in page
    told = operator.get(f"/pages/mapping/check/figure?site={SITE}").text
    assert "Readiness" in told
    assert "not ready" in told


REPORT = "病理诊断：（腹膜后）去分化脂肪肉瘤，FNCLCC 2级。免疫组化：MDM2（+），CDK4（+），S-100（-）。"


def test_a_report_is_read_with_its_words_marked_and_nothing_is_kept(here: Reception, operator: Somebody) -> None:
    operator.get(f"/pages/mapping/try?site={SITE}")
    before = rows(here)
    page = operator.send("/pages/mapping/try", {"site": SITE, "document": REPORT, "kind": "pathology"})
    assert page.status_code == 200
    assert re.search(r"<mark>[^<]*MDM2", page.text)
    after = rows(here)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"audit", "login_session"}
    with here.store.read() as connection:
        last = [*audit.acts(connection, SITE)][-1]
    assert (last.act, dict(last.counts)) == ("tried", {"patients": 1, "resources": 2})


def test_a_report_of_100_kb_is_read_whole(operator: Somebody) -> None:
    operator.get(f"/pages/mapping/try?site={SITE}")
    words = "镜下见梭形细胞增生。" * 3_500
    told = {"site": SITE, "kind": "pathology", "document": f"{words}腹膜后去分化脂肪肉瘤，FNCLCC分级2级。"}
    page = operator.send("/pages/mapping/try", told)
    assert page.status_code == 200
    assert page.text.count("<mark>") >= 3


def rows(here: Reception) -> dict[str, int]:
    from sqlalchemy import func, select

    from natars_fhir.store.tables.core import metadata

    with here.store.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


PASTED = (
    (json.dumps(bundle("collection", patient(), condition(), result("1", **COUNT))), "LIS0103"),
    ('{"resourceType": "Bundle"', "This cannot be read as JSON"),
    ("[1, 2]", "structure"),
    ("<img src=x onerror=alert(1)>", "What would be read"),
)


def test_whatever_is_pasted_is_answered(operator: Somebody) -> None:
    operator.get(f"/pages/mapping/try?site={SITE}")
    for document, told in PASTED:
        page = operator.send("/pages/mapping/try", {"site": SITE, "document": document})
        assert page.status_code == 200
        assert told in page.text
        assert "<img" not in page.text


def test_what_was_pasted_is_not_kept_when_the_session_has_ended(here: Reception, operator: Somebody) -> None:
    operator.get(f"/pages/mapping/try?site={SITE}")
    here.clock.later(hours=13)
    assert operator.send("/pages/mapping/try", {"site": SITE, "document": REPORT}).status_code == 303
    assert rows(here)["draft"] == 0


def test_an_empty_paste_is_asked_for(operator: Somebody) -> None:
    operator.get(f"/pages/mapping/try?site={SITE}")
    assert operator.send("/pages/mapping/try", {"site": SITE, "document": " "}).status_code == 422


def test_where_the_store_knows_of_no_turn_the_file_counts_again(here: Reception) -> None:
    """As every test begins: whatever the one before made active counts no more."""
    live = here.app.state.live
    with here.store.write() as connection:
        number = turns.keep(connection, SITE, '[texts]\n"a count" = "anc"\n', "somebody", NOW)
        turns.turn(connection, SITE, number, "somebody", NOW)
    assert live.follow()
    assert (live.active.turn, [*live.active.mappings.over]) == (1, [SITE])
    here.emptied()
    assert (live.active.turn, [*live.active.mappings.over]) == (0, [])
