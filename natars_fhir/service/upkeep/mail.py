"""Mail: the one seam to a mail server. https://docs.python.org/3/library/smtplib.html

With `starttls` the server's certificate is checked, and nothing is said before. A password never leaves in the clear.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from natars_fhir.emit.digest import Mail
from natars_fhir.service.deliver.reachable import loopback
from natars_fhir.settings import Settings

_TIMEOUT = 30.0


class MailError(Exception):
    """A mail that was not taken; the text is a word of the protocol, or a kind of fault."""


@dataclass(frozen=True, slots=True)
class Post:
    """A mail server, and who writes."""

    host: str
    port: int
    sender: str
    starttls: bool = True
    user: str = ""
    password_file: Path | None = None
    context: ssl.SSLContext | None = None


def post(settings: Settings) -> Post | None:
    """The mail server of the settings; None where there is none."""
    if not settings.smtp_host:
        return None
    told = (settings.smtp_host, settings.smtp_port, settings.mail_from, settings.smtp_starttls, settings.smtp_user)
    return Post(*told, settings.smtp_password_file)


def message(mail: Mail, sender: str, to: Sequence[str], ident: str, at: datetime) -> EmailMessage:
    """The mail as it goes; *ident* is the same for the same mail, so that a second copy is known."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, ", ".join(to), mail.subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{ident}@{sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text, charset="utf-8", cte="base64")
    return made


def send(to: Post, letter: EmailMessage) -> int:
    """Hands it over; how many of those it is for the server did not take. Raises MailError."""
    try:
        with smtplib.SMTP(to.host, to.port, timeout=_TIMEOUT) as server:
            if to.starttls:
                server.starttls(context=to.context or ssl.create_default_context())
            if to.user:
                _login(server, to)
            return len(server.send_message(letter))
    except smtplib.SMTPResponseException as fault:
        raise MailError(f"{fault.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as fault:
        raise MailError(type(fault).__name__) from None


def _login(server: smtplib.SMTP, to: Post) -> None:
    if not to.starttls and not loopback(to.host):
        raise MailError("no password without TLS")
    password = to.password_file.read_text("utf-8").strip() if to.password_file else ""
    server.login(to.user, password)
