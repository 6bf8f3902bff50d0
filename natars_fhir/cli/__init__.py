"""The command line: `natars-fhir …`. Exit codes are those of the contract; nothing is a stack trace.

0 done · 1 faults found · 2 some input could not be read, the rest was done · 64 bad arguments · 69 a server or store is
unavailable · 78 configuration or mappings cannot load.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, datetime
from functools import cache
from typing import Any

import typer
import typer.exceptions
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from natars_fhir import __version__
from natars_fhir.cli import (
    attest,
    audit,
    backup,
    clients,
    deliver,
    demo,
    digest,
    endpoints,
    expect,
    explain,
    export,
    form,
    freeze,
    history,
    leaving,
    load,
    log,
    mappings,
    missing,
    outbox,
    overlap,
    people,
    pull,
    quarantine,
    screen,
    serve,
    sign,
    simulate,
    site,
    store,
    subject,
    tokens,
    validate,
    visits,
)
from natars_fhir.cli.exits import BAD_ARGUMENTS, CONFIGURATION, DONE, FAULTS, UNAVAILABLE
from natars_fhir.cli.screens import can_be_written, errors, why
from natars_fhir.mapping.faults import MappingError
from natars_fhir.settings import misspelt
from natars_fhir.store import reasons
from natars_fhir.store.actor import acting

app = typer.Typer(
    name="natars-fhir",
    help="A hospital's FHIR bundles in; trial records, prefilled screening and ResearchSubjects out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 120},  # on a wide terminal no line of the list is cut
)
app.command("screen")(screen.screen)
app.command("explain")(explain.explain)
app.command("history")(history.history)
app.command("log")(log.log)
app.command("missing")(missing.missing)
app.command("attest")(attest.attest)
app.command("sign")(sign.sign)
app.command("form")(form.form)
app.command("digest")(digest.digest)
app.command("endpoints")(endpoints.endpoints)
app.command("export")(export.export)
app.command("validate")(validate.validate)
app.command("load")(load.load)
app.command("pull")(pull.pull)
app.command("serve")(serve.serve)
app.command("deliver")(deliver.deliver)
app.command("demo")(demo.demo)
app.command("expect")(expect.expect)
app.command("simulate")(simulate.simulate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(audit.app, name="audit")
app.add_typer(mappings.app, name="mappings")
app.add_typer(site.app, name="site")
app.add_typer(tokens.app, name="token")
app.add_typer(clients.app, name="client")
app.add_typer(clients.certificates, name="certificate")
site.app.command("add")(tokens.site_add)
site.app.command("overlap")(overlap.overlap)
site.app.command("remove")(leaving.site_remove)
app.add_typer(store.app, name="store")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(subject.app, name="subject")
app.add_typer(visits.app, name="visits")
app.add_typer(outbox.app, name="outbox")
app.add_typer(freeze.app, name="freeze")
app.add_typer(people.app, name="people")

#: No right clock says less than this program was written on.
_MADE = datetime(2024, 6, 1, tzinfo=UTC)
_CLOCK = "The clock of this machine says {}, and is wrong: set it right first, for what is known by today decides."
#: What Typer makes of Ctrl-C.
_INTERRUPTED = 130
#: What the audit calls a command by; whatever else was typed is nobody's business.
_NAMES = {*(one.name for one in app.registered_commands), *(one.name for one in app.registered_groups)}


@app.callback(invoke_without_command=True)
def version(show: bool = typer.Option(False, "--version", help="Prints the version and ends.")) -> None:
    """Says its version when asked."""
    if show:
        typer.echo(f"natars-fhir {__version__}")
        raise typer.Exit


def main() -> None:
    """Runs a command and ends with one of the contract's exit codes."""
    can_be_written()
    for name, right in misspelt(os.environ).items():
        _told(f"{name} is no setting and does nothing: is {right} meant?", DONE)
    if (now := datetime.now(UTC)) < _MADE:
        _told(_CLOCK.format(now.date()), DONE)
    sys.exit(_flushed(run(sys.argv[1:])))


def run(arguments: list[str]) -> int:
    """Runs a command; gives its exit code. What it does to a store, the audit knows as done by this command."""
    with acting(f"command:{next((word for word in arguments if word in _NAMES), 'other')}"):
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    try:
        code = int(_commands().main(arguments, prog_name="natars-fhir", standalone_mode=False) or 0)
        return _told("stopped", FAULTS) if code == _INTERRUPTED else code
    except typer.Exit as done:
        return done.exit_code
    except typer.exceptions.TyperException as wrong:  # a wrong or missing argument, or help where nothing was asked
        return _told(str(getattr(wrong, "format_message", wrong.__str__)()), BAD_ARGUMENTS)
    except (typer.Abort, KeyboardInterrupt):
        return _told("stopped", FAULTS)
    except OSError as fault:
        return _told(_cannot(fault), UNAVAILABLE)
    except MappingError as faults:
        return _told(f"The mappings cannot load:\n{faults}", CONFIGURATION)
    except SettingsError as fault:
        name = re.search(r'field "(\w+)"', str(fault))
        which = f"NATARS_{name[1].upper()} is no JSON" if name else f"A setting (NATARS_…) cannot be read: {fault}"
        return _told(which, CONFIGURATION)
    except ValidationError as faults:
        return _told("\n".join(map(_setting, faults.errors())), CONFIGURATION)
    except Exception as fault:
        if not _of_the_store(fault):
            raise
        return _told(f"The store failed ({reasons.why(fault)}): see the setting NATARS_DATABASE.", UNAVAILABLE)


@cache
def _commands() -> Any:
    """All of them, with what each may be told: to read that of so many functions takes a tenth of a second and more."""
    return typer.main.get_command(app)


def _flushed(code: int) -> int:
    """What is written is there; else the command did not do what it says."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as fault:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _told(_cannot(fault), UNAVAILABLE)
    return code


def _setting(fault: ErrorDetails) -> str:
    """What is wrong with a setting, by its name alone: what stands deeper may be a token."""
    text = fault["msg"].removeprefix("Value error, ")
    return f"NATARS_{str(fault['loc'][0]).upper()}: {text}" if fault["loc"] else text


def _cannot(fault: OSError) -> str:
    """Why something cannot be read or written: the system's words, and which file."""
    where = f": {fault.filename}" if isinstance(fault.filename, str) else ""
    return f"This cannot be read or written: {why(fault)}{where}"


def _of_the_store(fault: Exception) -> bool:
    """Did the database fail? Its library is loaded where it is used, and then it is among the modules."""
    library = sys.modules.get("sqlalchemy.exc")
    return library is not None and isinstance(fault, library.SQLAlchemyError)


def _told(text: str, code: int) -> int:
    errors().print(text, style=None, markup=False, highlight=False, soft_wrap=True)
    return code
