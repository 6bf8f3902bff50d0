"""`natars-fhir freeze`: the trial's data at one moment, in a folder that proves itself; `freeze verify` and `diff`."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natars_fhir.cli.exits import BAD_ARGUMENTS, CONFIGURATION, DONE, FAULTS, UNAVAILABLE
from natars_fhir.cli.inputs import Asked, AsOfOption, MappingsOption, asked
from natars_fhir.cli.looked import intake_of, write_json
from natars_fhir.cli.screens import errors, output, why
from natars_fhir.cli.stored import at_the_desk, noted, opened, person
from natars_fhir.cli.subjects import watched
from natars_fhir.domain.sentence import Language

if TYPE_CHECKING:
    from natars_fhir.service.freeze.compare import Difference
    from natars_fhir.service.freeze.manifest import Manifest
    from natars_fhir.service.freeze.verify import Fault

#: Is the freeze in the store's audit?
_KNOWN = {
    True: ("The store's audit tells of this freeze.", "本库审计中有该冻结的记录。"),
    False: ("The store's audit does not tell of this freeze.", "本库审计中无该冻结的记录。"),
}

app = typer.Typer(help="Dated, reproducible freezes of the trial's data.", invoke_without_command=True)

FolderArgument = Annotated[Path, typer.Argument(help="The folder of a freeze.")]
StyleOption = Annotated[str, typer.Option("--format", help="table, or json: one object.")]
LanguageOption = Annotated[str, typer.Option("--language", help="en or zh, for the table.")]


@app.callback()
def freeze(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="The folder in which the freeze's own folder is made.")
    ] = None,
    as_of: AsOfOption = "",
    name: Annotated[str, typer.Option("--name", help="What the folder is called; else trial, day and hash.")] = "",
    mappings: MappingsOption = None,
) -> None:
    """Freezes the trial's data: tables, endpoints with their derivation, log, issues, mappings, and a manifest."""
    if context.invoked_subcommand is not None:
        return
    if to is None:
        raise typer.BadParameter("--to names the folder in which the freeze is made")
    if name in (".", "..") or name != Path(name).name:
        raise typer.BadParameter("--name is the name of a folder, without a path")
    folder, made = _frozen(asked("", as_of, mappings), to, name)
    output().print(str(folder), markup=False, highlight=False, soft_wrap=True)
    for part, told in made.parts.items():
        if told != "written":
            errors().print(f"{part}: {told}", markup=False, highlight=False, soft_wrap=True)
    told = f"{made.counts['subjects']} subjects, {len(made.files)} files, as of {made.as_of}; digest {made.digest}"
    errors().print(told, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE)


def _frozen(what: Asked, to: Path, name: str) -> tuple[Path, Manifest]:
    """Makes it. Ends the command (64) over a folder that is there, (69) where nothing can be written, (78) where the
    store was read with another mapping."""
    from natars_fhir.service.freeze.cut import StaleError, TakenError  # heavy: only where it is asked
    from natars_fhir.service.freeze.write import Wanted, Watch, freeze
    from natars_fhir.store.audit import EVERYWHERE, Act

    with opened(what.settings) as store, watched() as (seen, part):
        what = at_the_desk(what, store)
        intake = intake_of(what, store)
        act = Act(EVERYWHERE, datetime.now(UTC), "freeze", person=person(intake.key))
        try:
            return freeze(store, intake, what.mappings, Wanted(to, name, what.as_of), act, Watch(seen, part))
        except TakenError as wrong:
            raise _ended(f"No freeze was made: {wrong}", BAD_ARGUMENTS) from wrong
        except StaleError as wrong:
            raise _ended(f"No freeze was made: {wrong}", CONFIGURATION) from wrong
        except OSError as wrong:
            raise _ended(f"The freeze cannot be written there ({why(wrong)}).", UNAVAILABLE) from wrong


@app.command("verify")
def verify(
    folder: FolderArgument,
    again: Annotated[
        bool, typer.Option("--again", help="Derives it anew from the store: what differs, and why?")
    ] = False,
    style: StyleOption = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:
    """Checks that a freeze is as it was written: every file, none besides, the manifest. Exit code 1 where not."""
    spoken = _spoken(style, language)
    from natars_fhir.service.freeze.shown import as_json  # heavy: only where it is asked
    from natars_fhir.service.freeze.verify import verify as checked

    if not folder.is_dir():
        raise typer.BadParameter(f"«{folder}» is no folder")
    manifest, faults = checked(folder)
    if faults or manifest is None or not again:
        _tell_faults(manifest, faults, style, spoken)
        raise typer.Exit(FAULTS if faults else DONE)
    made, found = _made_again(asked("", manifest.as_of, mappings), folder, manifest)
    if style == "json":
        write_json({"digest": manifest.digest, "faults": [], "inAudit": made, **as_json(found)})
    else:
        _tell_faults(manifest, faults, style, spoken)
        _say(_KNOWN[made][spoken == "zh"])
        _tell(found, spoken)
    raise typer.Exit(FAULTS if found else DONE)


def _made_again(what: Asked, folder: Path, manifest: Manifest) -> tuple[bool, Difference]:
    """Is the freeze in the store's audit; and what comes out otherwise today, of the same day?"""
    from natars_fhir.service.freeze.compare import compare
    from natars_fhir.service.freeze.cut import StaleError
    from natars_fhir.service.freeze.loaded import loaded
    from natars_fhir.service.freeze.write import Watch, written
    from natars_fhir.service.upkeep.audit import told
    from natars_fhir.store.audit import EVERYWHERE

    with opened(what.settings) as store, tempfile.TemporaryDirectory() as other, watched() as (seen, part):
        what = at_the_desk(what, store)
        intake = intake_of(what, store)
        known = any(act.act == "freeze" and act.hash == manifest.digest for _, act in told(store, [EVERYWHERE]))
        try:
            written(store, intake, what.mappings, what.as_of, Path(other), Watch(seen, part))
        except StaleError as wrong:
            raise _ended(f"It cannot be derived anew: {wrong}", CONFIGURATION) from wrong
        noted(what.settings, store, "freeze verified", EVERYWHERE, hash_=manifest.digest)
        return known, compare(loaded(folder), loaded(Path(other)))


@app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(help="The folder of the earlier freeze.")],
    after: Annotated[Path, typer.Argument(help="The folder of the later one.")],
    style: StyleOption = "table",
    language: LanguageOption = "en",
) -> None:
    """Tells what changed between two freezes, for whom and why. Exit code 1 where there is a difference."""
    spoken = _spoken(style, language)
    from natars_fhir.service.freeze.compare import compare  # heavy: only where it is asked
    from natars_fhir.service.freeze.loaded import loaded
    from natars_fhir.service.freeze.shown import as_json, fault_lines
    from natars_fhir.service.freeze.verify import verify as checked

    for folder in (before, after):
        _, faults = checked(folder)
        if faults:
            for line in fault_lines(faults, spoken):
                errors().print(f"{folder}: {line}", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(FAULTS)
    found = compare(loaded(before), loaded(after))
    if style == "json":
        write_json(as_json(found))
    else:
        _tell(found, spoken)
    raise typer.Exit(FAULTS if found else DONE)


def _spoken(style: str, language: str) -> Language:
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    return "zh" if language == "zh" else "en"


def _tell_faults(manifest: Manifest | None, faults: tuple[Fault, ...], style: str, language: Language) -> None:
    from natars_fhir.service.freeze.shown import fault_lines

    if style == "json":
        write_json({"digest": manifest.digest if manifest else None, "faults": [one._asdict() for one in faults]})
        return
    for line in fault_lines(faults, language):
        _say(line)
    if not faults and manifest is not None:
        whole = {"en": "{} files, all as they were written; digest {}", "zh": "{}个文件均与写入时一致；摘要 {}"}
        _say(whole[language].format(len(manifest.files), manifest.digest))


def _tell(found: Difference, language: Language) -> None:
    from natars_fhir.service.freeze.shown import lines

    for line in lines(found, language):
        _say(line)


def _say(text: str) -> None:
    output().print(text, markup=False, highlight=False, soft_wrap=True)


def _ended(text: str, code: int) -> typer.Exit:
    errors().print(text, markup=False, soft_wrap=True)
    return typer.Exit(code)
