"""A card is shown for those who may fit, from the prefetch, from the store, or from both; and nothing is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from natars_fhir.emit.card import Card, Face
from natars_fhir.service.bedside.bedside import TooLittleError, cards_for
from natars_fhir.service.bedside.feedback import Answered, Reason, UnknownCardError, take
from natars_fhir.service.bedside.prefetch import Viewed
from natars_fhir.service.upkeep.purge import tomb
from natars_fhir.store import audit, cards, forgetting
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import metadata
from natars_fhir.store.tables.subject import tombstone
from tests.service.bedside.opened import FIXTURES, SERVER, SITE, WHO, case, prefetch
from tests.service.hospital import KEY, NOW, Hospital, Node, intake, mappings, reader
from tests.service.spoken import INVESTIGATOR, WHOLE, HospitalA, answers, hear, item, push_case
from tests.service.subjects import letters

FACE = Face("en", "https://natars.example/fhir")


def shown(store: Store, patient: str = WHO, brought: dict[str, Any] | None = None, site: str = SITE) -> list[Card]:
    told = {name: json.dumps(one).encode() for name, one in (brought or {}).items()}
    viewed = Viewed(patient, SERVER, told)
    return cards_for(store, intake(), mappings().sites[site], reader(site), viewed, FACE, NOW)


def rows(store: Store) -> dict[str, int]:
    with store.read() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count}


def test_a_patient_whom_only_the_prefetch_tells_of_gets_a_card_and_nothing_is_kept(store: Store) -> None:
    before = rows(store)
    (card,) = shown(store, brought=prefetch())
    assert "LMS" in card["summary"]
    after = rows(store)
    assert {name: after[name] for name in after if after[name] != before.get(name)} == {"audit": 1, "hook_card": 1}
    with store.read() as connection:
        assert cards.of_whom(connection, SITE, card["uuid"]) == ""


def test_what_the_store_knows_is_enough(store: Store) -> None:
    HospitalA(store).push(case())
    (card,) = shown(store)
    assert card["uuid"] == shown(store, brought=prefetch())[0]["uuid"]
    with store.read() as connection:
        assert cards.of_whom(connection, SITE, card["uuid"]) == f"Patient/{WHO}"


def test_the_prefetch_counts_beside_what_is_known(store: Store) -> None:
    """The store has the patient and nothing of the tumour; the tumour comes along."""
    bundle = case()
    known = [one for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient"]
    HospitalA(store).push({**bundle, "entry": known})
    assert shown(store) == []
    brought = prefetch()
    del brought["patient"]
    assert len(shown(store, brought=brought)) == 1


def test_a_newer_version_that_comes_along_counts(store: Store) -> None:
    HospitalA(store).push(case())
    assert len(shown(store)) == 1
    too_old = {**prefetch()["patient"], "birthDate": "1930-01-01", "meta": {"versionId": "9"}}
    assert shown(store, brought={"patient": too_old}) == []
    older = {**too_old, "meta": {"versionId": "0"}}
    assert len(shown(store, brought={"patient": older})) == 1


def test_of_another_patient_nothing_is_looked_at(store: Store) -> None:
    brought = json.loads(json.dumps(prefetch()).replace(f"Patient/{WHO}", "Patient/other"))
    assert shown(store, brought=brought) == []


def test_another_sites_patient_is_not_known(store: Store) -> None:
    HospitalA(store).push(case())
    with pytest.raises(TooLittleError):
        shown(store, site="hospital-b")


@pytest.mark.parametrize(
    "keys", [[], ["patient"], ["condition", "observation"]], ids=["nothing", "the patient alone", "no patient"]
)
def test_too_little_is_said_where_nothing_is_known(store: Store, keys: list[str]) -> None:
    with pytest.raises(TooLittleError):
        shown(store, brought={name: one for name, one in prefetch().items() if name in keys})


@pytest.mark.parametrize(
    "name",
    [
        "gallstones-are-out-of-scope",
        "size-9-9-cm-lms-ineligible",
        "gist-by-morphology-alone-is-of-the-gi-tract-ineligible",
        "wdlps-on-biopsy-ineligible-unless-a-part-is-dedifferentiated",
    ],
)
def test_nobody_who_does_not_fit_gets_a_card(store: Store, name: str) -> None:
    folder = FIXTURES / SITE / name
    hospital = HospitalA(store)
    push_case(hospital, folder)
    for patient in json.loads((folder / "expected.json").read_bytes()):
        who = patient["patient"]["reference"].removeprefix("Patient/")
        expected = patient["inScope"] and patient["verdict"] != "ineligible"
        assert bool(shown(store, who)) == expected, who


def test_who_is_signed_for_gets_no_card(store: Store) -> None:
    push_case(HospitalA(store))
    who = WHOLE.removeprefix("Patient/")
    assert len(shown(store, who)) == 1
    assert hear(store, answers(status="completed", by=INVESTIGATOR)).status == 201
    assert shown(store, who) == []


def test_who_was_declined_with_a_reason_gets_no_card(store: Store) -> None:
    HospitalA(store).push(case())
    (task,) = (one for one in letters(store, "Task") if one["for"]["reference"] == f"Patient/{WHO}")
    declined = {**task, "status": "rejected", "statusReason": {"text": "will not take part"}}
    assert Hospital(store, SITE).push(_bundled(declined)).status == 202
    assert shown(store) == []


def test_who_is_forgotten_gets_no_card_whatever_comes_along(store: Store) -> None:
    for name in (f"Patient/{WHO}", prefetch()["patient"]["identifier"][0]["value"]):
        number = f"Patient?identifier={mappings().sites[SITE].identifiers[0]}|{name}"
        with store.write() as connection:
            hashes = [tomb(KEY, SITE, name if "/" in name else number)]
            forgetting.bury(connection, SITE, "pseudonym", hashes, NOW)
        assert shown(store, brought=prefetch()) == []
        with store.write() as connection:
            connection.execute(delete(tombstone))
    assert len(shown(store, brought=prefetch())) == 1


def _bundled(resource: Node) -> Node:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}


def test_a_card_that_was_put_away_with_a_reason_stays_away_until_the_findings_change(store: Store) -> None:
    hospital = HospitalA(store)
    push_case(hospital)
    who = WHOLE.removeprefix("Patient/")
    (card,) = shown(store, who)
    take(store, KEY, SITE, [Answered(card["uuid"], "overridden", NOW)], NOW)
    assert len(shown(store, who)) == 1  # without a reason it is shown again
    take(store, KEY, SITE, [Answered(card["uuid"].upper(), "overridden", NOW, Reason("declined"), "说不愿意")], NOW)
    assert shown(store, who) == []
    assert hear(store, answers(item("I-14", "no", "seen on CT"))).status == 201
    assert [one["uuid"] for one in shown(store, who)] != [card["uuid"]]
    with store.read() as connection:
        told = cards.feedback_of(connection, SITE)
        assert [(one.outcome, one.reason, one.comment) for one in told] == [
            ("overridden", "", ""),
            ("overridden", "declined", "说不愿意"),
        ]


def test_an_accepted_card_is_shown_again(store: Store) -> None:
    HospitalA(store).push(case())
    (card,) = shown(store)
    take(store, KEY, SITE, [Answered(card["uuid"], "accepted", NOW, Reason("known"))], NOW)
    assert shown(store) == [card]


def test_no_words_are_kept_of_somebody_whom_the_store_does_not_know(store: Store) -> None:
    (card,) = shown(store, brought=prefetch())
    take(store, KEY, SITE, [Answered(card["uuid"], "overridden", NOW, None, "姓名 PLANTED")], NOW)
    with store.read() as connection:
        (told,) = cards.feedback_of(connection, SITE)
    assert (told.reason, told.comment) == ("comment", "")
    assert shown(store, brought=prefetch()) == []


def test_feedback_on_a_card_that_was_never_shown_is_not_kept(store: Store) -> None:
    HospitalA(store).push(case())
    (card,) = shown(store)
    for site, uuids in ((SITE, [card["uuid"], "never"]), ("hospital-b", [card["uuid"]])):
        with pytest.raises(UnknownCardError):
            take(store, KEY, site, [Answered(one, "overridden", NOW, Reason("x")) for one in uuids], NOW)
    assert shown(store) == [card]


def test_the_audit_knows_that_a_card_was_shown_by_pseudonym_and_count(store: Store) -> None:
    shown(store, brought=prefetch())
    with store.read() as connection:
        (act,) = audit.acts(connection, SITE)
    assert (act.act, act.counts) == ("card", {"cards": 1})
    assert len(act.about) == 32
    assert WHO not in act.about
