"""A digest goes out once a slot, by a real mail server, with counts and no patient; what fails is tried again."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from natars_fhir.mapping.schema import Digest, Site
from natars_fhir.service.upkeep.digest import Postman, made, send_due, send_now, slot
from natars_fhir.service.upkeep.mail import MailError, Post
from natars_fhir.store import audit
from natars_fhir.store.engine import Store
from tests.service.access.clients_of import rsa_key, worker
from tests.service.bedside.opened import SITE, case
from tests.service.hospital import NOW, Node, intake, mappings
from tests.service.mailbox import Mailbox, mailbox
from tests.service.spoken import HospitalA

#: 12:00 in Shanghai.
NOON = NOW
TO = ("coordinator@hospital-a.example", "investigator@hospital-a.example")


def site(**more: object) -> Site:
    said: Node = {"to": TO, "at": ("08:00", "12:00"), **more}
    return mappings().sites[SITE].model_copy(update={"digest": Digest(**said)})


def postman(store: Store, box: Mailbox, **more: object) -> Postman:
    said: Node = {"starttls": False, **more}
    return Postman(
        store, intake(), Post("127.0.0.1", box.port, "natars@adapter.example", **said), "https://pages.example"
    )


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def known(store: Store) -> Store:
    HospitalA(store).push(case())
    return store


@pytest.mark.parametrize(
    ("at", "now", "told"),
    [
        (("08:00",), "2024-06-15T08:00", "2024-06-15T08:00"),
        (("08:00",), "2024-06-15T07:59", ""),
        (("08:00",), "2024-06-15T13:59", "2024-06-15T08:00"),
        (("08:00",), "2024-06-15T14:00", ""),
        (("08:00", "12:00"), "2024-06-15T12:30", "2024-06-15T12:00"),
        (("23:30", "08:00"), "2024-06-16T00:10", "2024-06-15T23:30"),
        (("00:00",), "2024-06-16T00:00", "2024-06-16T00:00"),
    ],
)
def test_the_last_hour_that_struck_is_the_slot_unless_it_is_long_ago(at: tuple[str, ...], now: str, told: str) -> None:
    moment = datetime.fromisoformat(f"{now}:00+08:00").astimezone(UTC)
    assert slot(Digest(to=TO, at=at), moment) == told


@pytest.mark.parametrize(("language", "word"), [("zh", "预筛"), ("en", "undetermined")])
def test_a_mail_has_counts_and_links_and_names_nobody(known: Store, box: Mailbox, language: str, word: str) -> None:
    assert send_due(postman(known, box), [site(language=language)], NOON) == {"sent": 1}
    (mail,) = box.mails
    assert box.to == [list(TO)]
    text = str(mail["subject"]) + mail.get_content()
    assert word in text
    assert "https://pages.example" in text
    assert "NCT" in text
    for entry in case()["entry"]:
        resource = entry["resource"]
        assert str(resource["id"]) not in text
        for name in resource.get("name", ()) if resource["resourceType"] == "Patient" else ():
            assert name["text"] not in text
        for number in resource.get("identifier", ()):
            assert number["value"] not in text


def test_it_goes_out_once_a_slot_and_again_in_the_next(known: Store, box: Mailbox) -> None:
    mine = postman(known, box)
    assert send_due(mine, [site()], NOON) == {"sent": 1}
    assert send_due(mine, [site()], NOON + timedelta(hours=1)) == {}
    assert send_due(mine, [site()], NOON + timedelta(hours=20)) == {"sent": 1}
    first, second = (mail["message-id"] for mail in box.mails)
    assert first != second


def test_of_several_workers_one_sends_it(known: Store, box: Mailbox) -> None:
    mine = [postman(worker(known), box) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda one: dict(send_due(one, [site()], NOON)), mine))
    assert sorted(map(len, done)) == [0, 0, 0, 1]
    assert len(box.mails) == 1


def test_what_the_server_does_not_take_is_tried_again_and_given_up_in_the_end(known: Store, box: Mailbox) -> None:
    mine, now = postman(known, box), NOON
    box.answer = "451 not now"
    assert send_due(mine, [site()], now) == {"again": 1}
    assert send_due(mine, [site()], now) == {}  # not at once
    now += timedelta(minutes=6)
    box.answer = "250 taken"
    assert send_due(mine, [site()], now) == {"sent": 1}


def test_after_six_times_it_is_given_up(known: Store, box: Mailbox) -> None:
    box.answer = "554 never"
    told = [dict(send_due(postman(known, box), [site()], NOON + timedelta(minutes=31 * at))) for at in range(7)]
    assert told == [*[{"again": 1}] * 5, {"failed": 1}, {}]


def test_a_server_that_is_away_is_no_failure_of_ours(known: Store) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        away = Mailbox(port=free.getsockname()[1])
    with capture_logs() as lines:
        assert send_due(postman(known, away), [site()], NOON) == {"again": 1}
    assert any(line["event"] == "digest not sent" for line in lines)
    assert "example" not in repr(lines)  # neither who writes nor to whom


def test_one_recipient_who_is_not_known_does_not_stop_the_others(known: Store, box: Mailbox) -> None:
    box.refuses = frozenset({TO[0]})
    assert send_due(postman(known, box), [site()], NOON) == {"sent": 1}
    assert box.to == [[TO[1]]]
    with known.read() as connection:
        act = next(one for one in audit.acts(connection, SITE) if one.act.startswith("digest"))
    assert act.counts == {"to": 1, "refused": 1}
    assert act.about == ""


def test_without_a_server_or_a_digest_nothing_is_sent(known: Store, box: Mailbox) -> None:
    assert send_due(Postman(known, intake(), None), [site()], NOON) == {}
    plain = mappings().sites[SITE]
    assert send_due(postman(known, box), [plain], NOON) == {}
    with pytest.raises(MailError):
        send_now(postman(known, box), plain, "now", NOON)


def test_what_would_be_sent_is_what_is_sent(known: Store, box: Mailbox) -> None:
    mine = postman(known, box)
    send_due(mine, [site()], NOON)
    assert box.mails[0].get_content().replace("\r\n", "\n") == made(mine, site(), NOON).text


# TLS and passwords


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context, and one of a client that trusts it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    key, now = rsa_key("mail"), datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, own = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    own.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, own)
    return server, ssl.create_default_context(cafile=pem)


def test_a_password_goes_by_tls_to_a_server_that_is_known(known: Store, tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path)
    (tmp_path / "password").write_text("PLANTED-password\n")
    told = {"starttls": True, "user": "natars", "password_file": tmp_path / "password"}
    with mailbox(Mailbox(tls=server, login=("natars", "PLANTED-password"))) as box, capture_logs() as lines:
        assert send_due(postman(known, box, **told), [site()], NOON) == {"again": 1}  # nobody vouches for it
        assert box.logins == []
        later = NOON + timedelta(minutes=6)
        assert send_due(postman(known, box, context=trusting, **told), [site()], later) == {"sent": 1}
        assert box.logins == [("natars", "PLANTED-password")]
        assert box.secured == [True]
    assert "PLANTED" not in repr(lines)


def test_a_server_without_tls_gets_nothing_where_tls_is_asked(known: Store, box: Mailbox) -> None:
    assert send_due(postman(known, box, starttls=True), [site()], NOON) == {"again": 1}
    assert box.mails == []


def test_a_password_never_leaves_this_machine_in_the_clear(known: Store) -> None:
    plain = Post("mail.example.invalid", 25, "a@b.example", starttls=False, user="natars")
    from natars_fhir.service.upkeep import mail

    class Server:
        def login(self, *_: str) -> None:
            raise AssertionError("it left")

    with pytest.raises(MailError, match="TLS"):
        mail._login(Server(), plain)  # type: ignore[arg-type]
