"""`natars-fhir digest`: the mail with a site's counts: shown, or sent now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from natars_fhir.cli.exits import UNAVAILABLE
from natars_fhir.cli.inputs import MappingsOption, SiteOption, asked
from natars_fhir.cli.looked import intake_of
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import opened


def digest(
    site: SiteOption = "",
    shown: Annotated[bool, typer.Option("--print", help="Shows what would be sent, and sends nothing.")] = False,
    mappings: MappingsOption = None,
) -> None:
    """Sends a site's people the counts of their screening now, or shows the mail."""
    from natars_fhir.service.upkeep.digest import (  # the store is heavy: imported where it is asked
        Postman,
        made,
        send_now,
    )
    from natars_fhir.service.upkeep.mail import MailError, post

    what, now = asked(site, "", mappings), datetime.now(UTC)
    of = what.reader.mapping.site
    with opened(what.settings) as store:
        postman = Postman(store, intake_of(what, store), post(what.settings), what.settings.pages_url)
        if shown:
            mail = made(postman, of, now)
            to = ", ".join(of.digest.to) if of.digest else ""
            typer.echo(f"To: {to}\nSubject: {mail.subject}\n\n{mail.text}", nl=False)
            return
        if postman.post is None or of.digest is None:
            raise typer.BadParameter("there is no mail server (NATARS_SMTP_HOST), or no [digest] in the site's file")
        try:
            taken = send_now(postman, of, now.isoformat(timespec="seconds"), now)
        except MailError as fault:
            errors().print(f"The mail was not taken: {fault}.", markup=False)
            raise typer.Exit(UNAVAILABLE) from None
    errors().print(f"Sent to {taken}.", markup=False)
