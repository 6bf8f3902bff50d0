"""A mappings folder with faults does not load, and every fault is told at once, with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from natars_fhir.mapping.faults import Fault, MappingError, line_at, line_of, nearest
from natars_fhir.mapping.files import load
from natars_fhir.mapping.schema import Kind
from natars_fhir.mapping.site import compiled
from tests.ward import FOLDER, mappings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "mappings"))


@pytest.fixture
def words_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The narrative word lists are compiled already: they take most of the time of loading."""
    words = mappings().words  # before it is made to need itself
    monkeypatch.setattr("natars_fhir.mapping.files.load_words", lambda *_: words)


def add(folder: Path, name: str, text: str) -> int:
    """Writes *text* at the end of a file; gives the number of its first line."""
    path = folder / name
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before + text + "\n", encoding="utf-8")
    return before.count("\n") + 1


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Replaces *old* where it first stands; gives the number of its line."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.count("\n", 0, text.index(old)) + 1


def faults(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(MappingError) as raised:
        load(folder)
    return raised.value.faults


def test_the_folder_of_this_repository_has_no_fault() -> None:
    assert {"generic", "hospital-a", "hospital-b"} <= set(mappings().sites)
    assert all(compiled(mappings(), site).kinds for site in mappings().sites)


@pytest.mark.usefixtures("words_known")
def test_a_copy_of_the_folder_has_the_same_hash_and_any_change_another(folder: Path) -> None:
    before = load(folder).hash
    assert before == mappings().hash
    add(folder, "sites/generic.toml", "# a remark")
    assert load(folder).hash != before


SITE = "sites/hospital-a.toml"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param(SITE, "[[codess]]\nx = 1", "codess: unknown key; did you mean «codes»?", id="key of a site"),
        pytest.param(
            "views/patient.toml",
            '[[view]]\nresource = "Patient"\nreader = "patient"\nwhenn = ["birthDate"]',
            "view.1.whenn: unknown key; did you mean «when»?",
            id="key of a view",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihcc"\nen = "new"\nzh = "新"',
            "concepts.new.kind: Input should be 'ihc', 'fish'",
            id="kind of a concept",
        ),
        pytest.param(
            "concepts.toml", '[concepts.new]\nkind = "ihc"\nen = "new"', "concepts.new.zh: Field required", id="no name"
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "number"\nen = "new"\nzh = "新"\nunit = "cm"\naccepts = { mm = "0.1" }',
            "«new» does not accept its own unit",
            id="own unit",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\nasked = [{ system = "loinic", code = "1" }]',
            "unknown system «loinic»; did you mean «loinc»?",
            id="system",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\nasked = [{ system = "natars", code = "ihc-mdm2" }]',
            "«ihc-mdm2» asks for both «ihc-mdm2» and «new»",
            id="a code asked twice",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\n'
            'asked = [{ system = "loinc", code = "1", verified = false }]',
            "«1» is not verified and gives no reason",
            id="not verified without a reason",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\n'
            'asked = [{ system = "snomed", first = "1", last = "2" }]',
            "a range in «snomed», which is not hierarchical",
            id="a range where there is no order",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\nasked = [{ system = "icd-10", first = "C00" }]',
            "a row of «icd-10» has neither a code nor a range",
            id="half a range",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\n'
            'asked = [{ system = "icd-10", first = "C49.4", last = "C51" }]',
            "«C49.4» to «C51» is no range of codes that differ in their last figures",
            id="a range of two lengths",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\n'
            'asked = [{ system = "icd-10", first = "C494", last = "C496" }]',
            "«C494» is written «C49.4» in a range or an exception of «icd-10»",
            id="a range that is not written as codes are compared",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\nchoose = "largest"',
            "«new» has no largest value: its values have no order",
            id="a choice that its values do not allow",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "presence"\nen = "new"\nzh = "新"\n'
            'says = [{ value = "presence", codes = [{ system = "icd-10", code = "X00" }] }]',
            "«new» cannot be «presence»; did you mean «present»?",
            id="a value that it cannot have",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "coded"\nen = "new"\nzh = "新"\nvalues = ["a"]\nspelt = { b = ["B"] }',
            "«new» spells a value that it does not have: «b»",
            id="a spelling of no value",
        ),
        pytest.param(
            "drugs.toml",
            '[[drug]]\nname = "other"\nclasses = ["targeted"]\nnames = ["Ifosfamide"]',
            "«Ifosfamide» names two drugs",
            id="a name of two drugs",
        ),
        pytest.param(
            "drugs.toml",
            '[[drug]]\nname = "other"\nclasses = ["targeted"]\ncodes = [{ system = "act", code = "X" }]',
            "unknown system «act»; did you mean «atc»?",
            id="system of a drug",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Observation"\nreader = "aksed"',
            "unknown reader «aksed»; did you mean «asked»?",
            id="reader",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Observations"\nreader = "asked"',
            "no Struct was generated for «Observations»",
            id="type",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Condition"\nreader = "condition"\nsays = ["code.codings"]',
            "«code.codings»: CodeableConcept has no «codings»",
            id="path",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Condition"\nreader = "condition"\nabout = "patient"',
            "Condition has no «patient»",
            id="whom it is about",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Observation"\nreader = "asked"\neach = "component"\nvalue = ["valueText"]',
            "«valueText»: ObservationComponent has no «valueText»",
            id="path of a part",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "old"\nen = "new"\nzh = "新"',
            "«old» stands in a file of another name",
            id="name of a site",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = "ihc-mdm22"',
            "«L1»: unknown concept «ihc-mdm22»; did you mean «ihc-mdm2»?",
            id="concept of a local code",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = { concept = "sex", value = "femal" }',
            "«L1»: «sex» cannot be «femal»; did you mean «female»?",
            id="value of a local code",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = { value = "positve" }',
            "«L1»: no kind of concept has the value «positve»; did you mean «positive»?",
            id="a value of no kind",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n'
            '"L1" = { concept = "antineoplastic-drug", value = "anlotinb" }',
            "«L1»: «antineoplastic-drug» cannot be «anlotinb»; did you mean «anlotinib»?",
            id="a drug that has no row",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = { report = "pathologie" }',
            "«L1»: unknown kind of report «pathologie»; did you mean «pathology»?",
            id="kind of a report",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = {}',
            "«L1» says nothing",
            id="a local code that says nothing",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[systems.x]\nuri = "urn:x"\nspelling = "icd10"',
            "system «x» has an unknown spelling «icd10»; did you mean «icd-10»?",
            id="spelling of a site's system",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[units]\n"㎝" = "cmm"',
            "«㎝» stands for «cmm», which no concept accepts; did you mean «mm»?",
            id="a site's unit",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "number"\nen = "new"\nzh = "新"\nunit = "cm"\naccepts = { cm = "1", mm = "-0.1" }',
            "«new» accepts «mm» with a factor that is not above 0",
            id="a factor that cannot be",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "coded"\nen = "new"\nzh = "新"\nvalues = ["a", "b"]\n'
            'spelt = { a = ["X"], b = ["x"] }',
            "«x» spells both «a» and «b» of «new»",
            id="a spelling of two values",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "number"\nen = "new"\nzh = "新"\nunit = "cm"\naccepts = { cm = "1" }',
            "«new» must say whether it tells what a tumour is: tumour = true or false",
            id="a number that may be of a tumour",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihc"\nen = "new"\nzh = "新"\ntumour = false',
            "«new» says what its kind «ihc» tells already: leave «tumour» out",
            id="a stain that would be of no tumour",
        ),
        pytest.param(
            "concepts.toml",
            '[[values.ihcc]]\nvalue = "positive"\ncodes = []',
            "unknown kind of concept «ihcc»; did you mean «ihc»?",
            id="values of a kind that is none",
        ),
        pytest.param(
            "concepts.toml",
            '[systems.other]\nuri = "http://loinc.org"',
            "«http://loinc.org» is the address of both «loinc» and «other»",
            id="an address of two systems",
        ),
        pytest.param(
            "concepts.toml",
            '[concepts.new]\nkind = "ihcc"\nen = "new"\nzh = "新"',
            "did you mean «ihc»?",
            id="the nearest kind",
        ),
        pytest.param(
            "drugs.toml",
            '[[drug]]\nname = "other"\nclasses = ["targetted"]',
            "«other» has an unknown class «targetted»; did you mean «targeted»?",
            id="a class that no criterion asks for",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Patient"\nreader = "patient"\n\n[[view]]\nresource = "Patient"\nreader = "patiet"',
            "unknown reader «patiet»; did you mean «patient»?",
            id="the second view of a file",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Patient"\nreader = "patient"\nfact = "birth-day"',
            "unknown concept «birth-day»; did you mean «birth-date»?",
            id="fact of a view",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Observation"\nreader = "asked"\neach = "components"',
            "Observation has no «components»; did you mean «component»?",
            id="part of a view",
        ),
        pytest.param(
            "views/new.toml",
            '[[view]]\nresource = "Observations"\nreader = "asked"',
            "did you mean «Observation»?",
            id="the nearest type",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes.lonic]\n"1" = "ihc-mdm2"',
            "unknown system «lonic»; did you mean «loinc»?",
            id="a system that has no name",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[systems.lab]\nuri = "urn:x"\n[codes."urn:x"]\n"1" = "ihc-mdm2"',
            "the codes of «urn:x» must stand under its name, «lab»",
            id="codes under the address of a system that has a name",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[systems.lab]\nuri = "http://loinc.org"',
            "«http://loinc.org» is the address of both «loinc» and «lab»",
            id="a standard address under another name",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"a  b" = "ihc-mdm2"',
            "«a  b» has blanks that no FHIR code has",
            id="a code that can never come",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = { concept = "ihc-mdm2", value = "positve" }',
            "«L1»: «ihc-mdm2» cannot be «positve»; did you mean «positive»?",
            id="a stain's result",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = { concept = "wbc", value = "3" }',
            "«L1»: a code cannot say a value of «wbc», which is a number",
            id="a code that says a number",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes."urn:x"]\n"L1" = { report = "imaging", value = "positive" }',
            "«L1» is a kind of report, and says a concept or a value too",
            id="two things at once",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[codes.icd-10]\n'
            '"C48.0" = { concept = "metastasis", value = "absent" }\n"c480" = { concept = "sex", value = "male" }',
            "«C48.0» and «c480» of «icd-10» are one code",
            id="two spellings of one code",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[expects]\ntypes = ["Observatoin"]',
            "no view can read «Observatoin»; did you mean «Observation»?",
            id="an expected type",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[expects]\neach = { plateles = 3 }',
            "«plateles» is neither a type nor a concept; did you mean «platelets»?",
            id="an expected concept",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[expects]\ndays = 0',
            "expects.days: Input should be greater than 0",
            id="days that cannot be",
        ),
        pytest.param(
            "sites/new.toml",
            'site = "new"\nen = "new"\nzh = "新"\n[endpoint]\nurl = "fhir.example"',
            "«fhir.example» is no http address",
            id="an address that is none",
        ),
        pytest.param(
            "trials/natars.toml",
            '[[criterion]]\nid = "I-99"\nkind = "inclusion"\ndecided_by = "data"\n'
            'text = { en = "x", zh = "x" }\nrule.never_given = { classes = ["targetted"] }',
            "criterion I-99: rule never_given: class targetted is not known; did you mean targeted?",
            id="a class that no drug has",
        ),
        pytest.param(
            "trials/natars.toml",
            '[[criterion]]\nid = "I-99"\nkind = "inclusion"\ndecided_by = "data"\ntext = { en = "x", zh = "x" }\n'
            'rule.consented = {}\napplies = { concept = "histology", is = "DDPLS" }',
            "criterion I-99: applies: histology DDPLS is not known; did you mean DDLPS?",
            id="a histology that nobody has",
        ),
        pytest.param(
            "trials/natars.toml", "[[centr]]\nname = 1", "key centr is not known; did you mean centre?", id="table"
        ),
        pytest.param(
            "trials/natars.toml",
            '[office]\nname = "x"',
            "office must be a list of tables: [[office]]",
            id="one table for a list of them",
        ),
        pytest.param("trials/natars.toml", '[[arm]]\nslug = "x"', "arm 3: name is missing", id="row of a table"),
        pytest.param("sites/new.toml", 'site = "new"\nen = ', "is not TOML", id="no TOML"),
        pytest.param("sites/new.toml", 'site = "new"\nsite = "x"', "a key stands twice", id="a key twice"),
        pytest.param(
            "trials/natars.toml", '[[criterion]]\nid = "I-99"', "criterion I-99: kind is missing", id="criterion"
        ),
    ],
)
@pytest.mark.usefixtures("words_known")
def test_a_fault_is_told_with_its_file_line_and_the_nearest_right_name(
    folder: Path, name: str, text: str, told: str
) -> None:
    first = add(folder, name, text)
    (fault, *rest) = [fault for fault in faults(folder) if told in fault.text]
    assert (rest, Path(fault.file)) == ([], folder / name)
    assert first <= fault.line <= first + text.count("\n")


@pytest.mark.usefixtures("words_known")
def test_no_kind_both_always_and_never_tells_what_a_tumour_is(folder: Path) -> None:
    at = change(folder, "concepts.toml", 'never = ["answer"', 'never = ["ihc", "answer"')
    (fault,) = faults(folder)
    assert (at - 3 <= fault.line <= at, fault.text) == (True, "«ihc» always and never tells what a tumour is")


@pytest.mark.usefixtures("words_known")
def test_a_spelling_that_is_not_known_is_told(folder: Path) -> None:
    at = change(folder, "concepts.toml", 'spelling = "icd-o-3"', 'spelling = "icdo3"')
    (fault,) = faults(folder)
    assert (fault.line, fault.text) == (at, "system «icd-o-3» has an unknown spelling «icdo3»; did you mean «icd-o-3»?")


@pytest.mark.usefixtures("words_known")
def test_a_choice_that_the_trials_clock_does_not_allow_is_told(folder: Path) -> None:
    change(folder, "concepts.toml", 'choose = "earliest"', 'choose = "latest"')
    (fault,) = faults(folder)
    assert fault.text == "«allocation» tells when the trial began: its choice is «earliest»"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param(
            "results.toml",
            '[wrod]\na = ["b"]',
            "[wrod] is a table that no code reads; did you mean «word»?",
            id="table",
        ),
        pytest.param(
            "statements.toml",
            '[pregnacy]\npresent = ["孕"]',
            "[pregnacy] is a table that no code reads; did you mean «pregnancy»?",
            id="concept of a statement",
        ),
        pytest.param("markers.toml", "= 1", "cannot be read", id="no TOML"),
        pytest.param("new.toml", "", "«new.toml» is a file that no code reads", id="file"),
    ],
)
def test_a_fault_of_the_word_lists_is_told_with_its_line(folder: Path, name: str, text: str, told: str) -> None:
    first = add(folder, f"narrative/{name}", text)
    (fault,) = [fault for fault in faults(folder) if told in fault.text]
    assert Path(fault.file) == folder / "narrative" / name
    assert fault.line in ((0,) if not text else range(first, first + 2))


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        pytest.param("cues.toml", "definite =", "definte =", "did you mean «definite»?", id="a tag that no code reads"),
        pytest.param("fish.toml", "failed = [", "failed = [1, ", "holds something that is no word", id="no word"),
        pytest.param("fish.toml", "failed = [", 'failed = ["未扩增", ', "stands for both", id="a word of two tags"),
    ],
)
def test_a_fault_within_a_word_list_is_told_with_its_line(
    folder: Path, name: str, old: str, new: str, told: str
) -> None:
    at = change(folder, f"narrative/{name}", old, new)
    (fault,) = [fault for fault in faults(folder) if told in fault.text]
    assert Path(fault.file).name == name
    assert fault.line == at or "stands for both" in told


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    add(folder, SITE, '[codes."urn:x"]\n"L1" = "ihc-mdm22"\n"L2" = "fish-mdm"')
    add(folder, "views/new.toml", '[[view]]\nresource = "Condition"\nreader = "conditon"\nsays = ["cod"]')
    add(folder, "drugs.toml", '[[drug]]\nname = "x"\nclasses = []\ncodes = [{ system = "act", code = "X" }]')
    add(folder, "trials/natars.toml", '[[criterion]]\nid = "I-99"')
    add(folder, "narrative/markers.toml", "= 1")
    files = [Path(fault.file).name for fault in faults(folder)]
    assert files.count("hospital-a.toml") == 2
    assert files.count("new.toml") == 2
    assert {"drugs.toml", "natars.toml"} <= set(files)
    assert any("narrative" in fault.file for fault in faults(folder))


@pytest.mark.usefixtures("words_known")
def test_what_does_not_fit_its_shape_hides_nothing_and_is_blamed_on_nobody_else(folder: Path) -> None:
    """Of each file some key is wrong, and some name: both are told. `tumour-size` is asked for everywhere."""
    change(folder, "concepts.toml", "[concepts.tumour-size]\n", '[concepts.tumour-size]\nkindd = "x"\n')
    change(folder, "concepts.toml", '[concepts.sex]\nkind = "coded"', '[concepts.sex]\nkind = "code"')
    add(folder, "concepts.toml", '[concepts.n]\nkind = "ihc"\nen = "n"\nasked = [{ system = "loinic", code = "1" }]')
    add(folder, SITE, '[codes."urn:x"]\n"L1" = "ihc-mdm22"\n"L2" = { concept = "sex", valeu = "x" }\n[codess]')
    add(folder, "drugs.toml", '[[drug]]\nname = "x"\nclases = []\ncodes = [{ system = "act", code = "X" }]')
    add(folder, "views/new.toml", '[[view]]\nresource = "Condition"\nreader = "conditon"\nsays = "code"')
    add(folder, "trials/natars.toml", '[[criterion]]\nid = "I-99"\n[[centr]]')
    add(folder, "export/record.toml", '[concepts.tumour-siez]\nas = "Observation"\nkidn = 1')
    *kinds, last = get_args(Kind)
    told = sorted(f"{Path(one.file).name}: {one.text}".partition("; did you mean")[0] for one in faults(folder))
    assert [one for one in told if "natars.toml" not in one] == [
        "concepts.toml: concepts.n.zh: Field required",
        f"concepts.toml: concepts.sex.kind: Input should be {', '.join(map(repr, kinds))} or {last!r}",
        "concepts.toml: concepts.tumour-size.kindd: unknown key",
        "concepts.toml: unknown system «loinic»",
        "drugs.toml: drug.45.clases: unknown key",
        "drugs.toml: drug.45.classes: Field required",
        "drugs.toml: unknown system «act»",
        "hospital-a.toml: codes.urn:x.L2.valeu: unknown key",
        "hospital-a.toml: codess: unknown key",
        "hospital-a.toml: «L1»: unknown concept «ihc-mdm22»",
        "new.toml: unknown reader «conditon»",
        "new.toml: view.0.says: must be a list",
        "record.toml: concepts.tumour-siez.kidn: unknown key",
        "record.toml: unknown concept «tumour-siez»",
    ]
    natars = [one for one in told if "natars.toml" in one]
    assert "natars.toml: key centr is not known" in natars
    assert all("I-99" in one or "centr" in one for one in natars)


@pytest.mark.usefixtures("words_known")
def test_a_fault_of_one_site_hides_none_of_another_and_each_has_its_line(folder: Path) -> None:
    at = add(folder, SITE, "[checkk]")
    other = add(folder, "sites/hospital-b.toml", '[codes."urn:y"]\n"L1" = "ihc-mdm22"\n[digest]\nat = ["8"]')
    assert {(Path(one.file).name, one.line, one.text.partition(":")[0]) for one in faults(folder)} == {
        ("hospital-a.toml", at, "checkk"),
        ("hospital-b.toml", other + 1, "«L1»"),
        ("hospital-b.toml", other + 2, "digest.to"),
        ("hospital-b.toml", other + 3, "digest.at.0"),
    }


def test_a_word_list_that_is_no_toml_hides_no_fault_of_a_site_and_tells_of_no_table_that_it_may_hold(
    folder: Path,
) -> None:
    add(folder, "narrative/fish.toml", "= 1")
    add(folder, "narrative/sites.toml", '[mark]\nplace = "x"')
    add(folder, SITE, '[answers.sex]\n" " = "male"')
    told = [(Path(one.file).name, one.text.partition(":")[0]) for one in faults(folder)]
    assert {name for name, _ in told} == {"fish.toml", "sites.toml", "hospital-a.toml"}
    assert sum(name == "fish.toml" for name, _ in told) == 1


@pytest.mark.usefixtures("words_known")
def test_a_broken_list_of_concepts_hides_no_fault_of_another_file(folder: Path) -> None:
    add(folder, "concepts.toml", "= 1")
    add(folder, "views/new.toml", '[[view]]\nresource = "Condition"\nreader = "conditon"')
    add(folder, "sites/new.toml", "= 1")
    files = {Path(fault.file).name for fault in faults(folder)}
    assert files == {"concepts.toml", "new.toml"}
    assert len(faults(folder)) == 3


@pytest.mark.usefixtures("words_known")
@pytest.mark.parametrize("name", ["drugs.toml", "trials/natars.toml"])
def test_a_missing_file_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert [(Path(fault.file), fault.text) for fault in faults(folder)] == [
        (folder / name, "is missing or cannot be read")
    ]


@pytest.mark.usefixtures("words_known")
def test_a_file_that_is_not_utf_8_is_told(folder: Path) -> None:
    (folder / "sites/new.toml").write_bytes('site = "新"'.encode("gb18030"))
    assert [fault.text for fault in faults(folder)] == ["is not UTF-8: save it so, without a byte order mark"]


def test_a_file_with_a_byte_order_mark_is_told_how_to_save_it(folder: Path) -> None:
    path = folder / "sites" / "hospital-b.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [(fault.line, fault.text) for fault in faults(folder)] == [
        (1, "begins with a byte order mark: save it as UTF-8 without one")
    ]


@pytest.mark.usefixtures("words_known")
def test_two_files_for_one_site_are_told(folder: Path) -> None:
    shutil.copy(folder / SITE, folder / "sites/second.toml")
    assert [fault.text for fault in faults(folder)] == ["«hospital-a» stands in a file of another name"]


@pytest.mark.parametrize("name", ["", "views"])
def test_a_folder_that_is_none_is_told(folder: Path, name: str) -> None:
    (fault,) = faults(folder / name if name else folder / "nowhere")
    assert "is not a mappings folder" in fault.text


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(["b"], 2, id="a word"),
        pytest.param(["c", "b"], 4, id="a word below another"),
        pytest.param(["a"], 1, id="the first line"),
        pytest.param(["z"], 0, id="a word that is not there"),
    ],
)
def test_a_line_is_found_by_the_words_on_the_way_to_it(words: list[str], line: int) -> None:
    assert line_of("a\nb\nc\nb\n", *words) == line


VIEWS = '[[view]]\nreader = "a"\n\n[[view]]\n  when = ["x"]\nreader = "b"\n[codes."urn:x"]\n"L1" = "y"\n'


@pytest.mark.parametrize(
    ("place", "line"),
    [
        pytest.param(["view", 0, "reader"], 2, id="the first row"),
        pytest.param(["view", 1, "reader"], 6, id="the second row"),
        pytest.param(["view", 1], 4, id="the row itself"),
        pytest.param(["view", 7], 1, id="a row that is not there"),
        pytest.param(["codes", "urn:x", "L1"], 8, id="a key of a table"),
        pytest.param(["nothing"], 0, id="nothing of it"),
        pytest.param([], 0, id="nowhere"),
    ],
)
def test_the_line_of_a_place_counts_the_rows_of_a_table(place: list[str | int], line: int) -> None:
    assert line_at(VIEWS, *place) == line


def test_a_fault_reads_as_file_line_and_text() -> None:
    assert str(Fault("a.toml", 3, "wrong")) == "a.toml:3: wrong"
    assert str(Fault("a.toml", 0, "wrong")) == "a.toml: wrong"


def test_no_name_is_suggested_where_none_is_near() -> None:
    assert nearest("xyz", ["positive"]) == ""


def test_a_site_that_declares_its_records_complete_is_known_to_the_study(folder: Path) -> None:
    change(folder, "sites/hospital-a.toml", 'site = "hospital-a"', 'site = "hospital-a"\ncomplete = ["radiotherapy"]')
    assert load(folder).study.complete == {"radiotherapy": frozenset({"hospital-a"})}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("radiotherapie", "complete: unknown concept «radiotherapie»; did you mean «radiotherapy»?"),
        ("ihc-mdm2", "complete: «ihc-mdm2» is of the kind ihc: silence says nothing of it"),
    ],
)
def test_only_what_is_there_or_not_can_be_complete(folder: Path, name: str, told: str) -> None:
    change(folder, "sites/hospital-a.toml", 'site = "hospital-a"', f'site = "hospital-a"\ncomplete = ["{name}"]')
    with pytest.raises(MappingError) as refused:
        load(folder)
    assert [fault.text for fault in refused.value.faults] == [told]


@pytest.mark.usefixtures("words_known")
def test_what_decides_only_what_goes_out_leaves_the_readings_as_they_are(folder: Path) -> None:
    (folder / "export" / "more.toml").write_text("x = 1\n")
    assert load(folder).hash == mappings().hash
