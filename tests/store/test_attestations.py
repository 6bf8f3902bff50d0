"""What people said is kept for good, in the order in which it came, and never crosses from one site to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.identity import Version
from natars_fhir.domain.people import Statement
from natars_fhir.domain.signing import Signature
from natars_fhir.store import attestations, versions
from natars_fhir.store.attestations import Said, Whence
from natars_fhir.store.engine import Store
from natars_fhir.store.versions import Came

AT = datetime(2024, 6, 15, 2, 0, tzinfo=UTC)
STATED = Statement("I-15", Answer.YES, "甲", "investigator", AT, "MDT", "unknown", "b1")
SIGNED = Signature("甲", "investigator", AT + timedelta(hours=1), "b2")


def whence(patient: str = "Patient/1", site: str = "a", document: int | None = None) -> Whence:
    return Whence(site, patient, "natars", "urn:staff|1", document, AT)


def test_statements_and_signatures_come_back_as_they_were_said(store: Store) -> None:
    withdrawn = Statement("I-15", Answer.NO, "乙", "coordinator", AT, "again", "unknown", "b1")
    with store.write() as connection:
        attestations.state(connection, whence(), [STATED, withdrawn])
        attestations.sign(connection, whence(), SIGNED)
    with store.read() as connection:
        found = attestations.said_of(connection, "a", "natars", {"Patient/1"})
    assert found == Said((STATED, withdrawn), (SIGNED,))


def test_a_person_of_several_names_is_one_and_sites_and_trials_are_apart(store: Store) -> None:
    with store.write() as connection:
        attestations.state(connection, whence("Patient/1"), [STATED])
        attestations.state(connection, whence("Patient/2"), [STATED])
        attestations.state(connection, whence("Patient/1", site="b"), [STATED])
        assert len(attestations.said_of(connection, "a", "natars", {"Patient/1", "Patient/2"}).statements) == 2
        assert attestations.said_of(connection, "b", "natars", {"Patient/2"}) == Said()
        assert attestations.said_of(connection, "a", "other", {"Patient/1"}) == Said()


def test_of_whom_a_document_spoke_is_known(store: Store) -> None:
    with store.write() as connection:
        (seq,) = versions.keep(connection, "a", [Came("QuestionnaireResponse/1", "Q", Version(), "h", b"{}")], AT)
        attestations.state(connection, whence(document=seq), [STATED])
        assert attestations.subjects_of(connection, "a", "QuestionnaireResponse/1") == {"Patient/1"}
        assert attestations.subjects_of(connection, "b", "QuestionnaireResponse/1") == set()
        assert attestations.subjects_of(connection, "a", "QuestionnaireResponse/2") == set()


def test_versions_are_named_in_the_order_in_which_they_came(store: Store) -> None:
    with store.write() as connection:
        came = [
            Came("Observation/9", "Observation", Version(2), "h", b"{}"),
            Came("Observation/9", "Observation", Version(2), "", b""),
        ]
        seqs = versions.keep(connection, "a", came, AT)
        named = versions.named(connection, "a", seqs)
        assert [(one.key, one.number, one.deleted) for one in named] == [
            ("Observation/9", 2, False),
            ("Observation/9", 2, True),
        ]
        assert versions.named(connection, "b", seqs) == []
