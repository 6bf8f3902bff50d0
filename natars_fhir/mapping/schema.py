"""The shapes of the files in `mappings/`, checked by pydantic so that every fault of a file is told at once.

An unknown key is a fault, never ignored: a misspelt key would drop data in silence.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from natars_fhir.domain.person_number import Number
from natars_fhir.domain.study import Choose
from natars_fhir.mapping.endpoint import Endpoint as Endpoint
from natars_fhir.mapping.pull import Pull

Kind = Literal[
    "ihc",
    "fish",
    "grade",
    "class",
    "number",
    "size",
    "histology",
    "coded",
    "presence",
    "answer",
    "date",
    "drug",
    "text",
    "variant",
    "comorbidity",
]


class Shape(BaseModel):
    """A table of a mapping file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class System(Shape):
    """A code system: its address, the other names it goes by, and whether a code's beginning is its parent."""

    uri: str
    also: tuple[str, ...] = ()
    hierarchical: bool = False
    #: how its codes are brought to one spelling before they are compared; a row of `mapping.codes.SPELLINGS`
    spelling: str = ""


class Code(Shape):
    """One code, or a range of categories of a hierarchical system, with where it was verified."""

    system: str
    code: str = ""
    first: str = ""
    last: str = ""
    apart: tuple[str, ...] = Field(default=(), alias="except")
    source: str = ""
    verified: bool = True
    reason: str = ""


class Says(Shape):
    """Codes that by themselves say a value of a concept."""

    value: str
    codes: tuple[Code, ...]
    detail: dict[str, str | tuple[str, ...]] = {}
    standing: Literal["final", "hedged"] = "final"


class Concept(Shape):
    """What the trial can know: its kind (which reader reads its value), unit, choice rule and codes."""

    kind: Kind
    en: str
    zh: str
    choose: Choose = "latest"
    unit: str = ""
    #: spellings of units that are accepted, each with the factor to `unit`; anything else is told and not read
    accepts: dict[str, Decimal] = {}
    #: stands for many conditions: that one of them was refuted denies that one alone
    collective: bool = False
    #: false where no criterion asks for it: a run that only screens (`screen --routed`) lets its results go
    screening: bool = True
    #: does it tell what a tumour is? Said where the kind does not tell (`Tumour`)
    tumour: bool | None = None
    #: the values that a coded concept can take
    values: tuple[str, ...] = ()
    #: how each value may be spelt where it comes as plain text or as a bare code, letter case aside
    spelt: dict[str, tuple[str, ...]] = {}
    #: value → what it says of other concepts too: concept → value
    implies: dict[str, dict[str, str]] = {}
    #: codes of the Observation that asks for it
    asked: tuple[Code, ...] = ()
    says: tuple[Says, ...] = ()


class Tumour(Shape):
    """Kinds of concepts that always tell what a tumour is, and kinds that never do."""

    always: tuple[Kind, ...]
    never: tuple[Kind, ...]


class Concepts(Shape):
    """concepts.toml."""

    systems: dict[str, System]
    tumour: Tumour
    units: dict[str, str] = {}
    concepts: dict[str, Concept]
    #: codes of values, by kind, or by concept: what an IHC result, a yes or a no, a class of ASA is called
    values: dict[str, tuple[Says, ...]] = {}
    #: codes of reports: which kind of text they hold
    reports: dict[str, tuple[Code, ...]] = {}

    def of_tumours(self) -> frozenset[str]:
        """The concepts that tell what a tumour is."""
        always = self.tumour.always
        return frozenset(name for name, one in self.concepts.items() if one.tumour or one.kind in always)


class Drug(Shape):
    """One substance: its classes, its codes and its names."""

    name: str
    classes: tuple[str, ...]
    codes: tuple[Code, ...] = ()
    names: tuple[str, ...] = ()
    note: str = ""


class DrugClass(Shape):
    """What a code says of a substance that has no row of its own."""

    name: str
    classes: tuple[str, ...]
    codes: tuple[Code, ...]


class Drugs(Shape):
    """drugs.toml."""

    drug: tuple[Drug, ...]
    group: tuple[DrugClass, ...] = ()


Paths = Annotated[tuple[str, ...], Field(min_length=1)]


class View(Shape):
    """Where in FHIR one kind of fact is found, in R4 names.

    Exactly one of ``fact`` (always this concept), ``concept`` (a code or text at these paths asks for a concept of one
    of ``kinds``), ``says`` (codes at these paths say concept and value by themselves) and ``text`` (free text).
    """

    resource: str
    about: str = "subject"
    #: repeated element whose items are read each as if it were the resource: "component"
    each: str = ""
    status: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    fact: str = ""
    kinds: tuple[Kind, ...] = ()
    concept: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    reader: str
    #: further elements that the reader takes into account, by name
    beside: dict[str, tuple[str, ...]] = {}
    #: words that the reader looks for, by name
    words: dict[str, tuple[str, ...]] = {}


class Views(Shape):
    """A file of views/."""

    view: tuple[View, ...]


class LocalCode(Shape):
    """What a site's own code says: a concept's value, or the kind of a report."""

    concept: str = ""
    value: str = ""
    report: str = ""


class Subscriptions(Shape):
    """Who may be told by subscription: ``hosts`` are the hosts (``host``, ``host:port``) that an endpoint may name."""

    hosts: tuple[Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?$")], ...] = ()


class Digest(Shape):
    """What people of the site are told by e-mail: to whom, at which hours (in the trial's time zone), how."""

    to: Annotated[tuple[Annotated[str, Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")], ...], Field(min_length=1)]
    at: Annotated[
        tuple[Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")], ...], Field(min_length=1)
    ] = ("08:00",)
    language: Literal["zh", "en"] = "zh"


class Expects(Shape):
    """What the site's feed holds: a kind that stays away for long is a broken interface, not a healthy patient."""

    #: types of resources that must keep coming
    types: tuple[str, ...] = ()
    #: after so many days without one it is overdue
    days: Annotated[int, Field(gt=0)] = 30
    #: kinds (types, or concepts) with days of their own
    each: dict[str, Annotated[int, Field(gt=0)]] = {}


class Delegate(Shape):
    """A person of the site's delegation list: ``role`` from a day (``from``) to a day (``to``), both included.

    ``identifier`` is how the hospital's records name the person: ``system|value``, or a reference (``Practitioner/7``).
    """

    name: Annotated[str, Field(min_length=1)]
    identifier: str = ""
    role: Literal["investigator", "coordinator"]
    since: date = Field(alias="from")
    until: date | None = Field(default=None, alias="to")


class Site(Shape):
    """sites/<site>.toml: one hospital's dialect."""

    site: str
    en: str
    zh: str
    fhir: Literal["R4", "R4B", "R5"] = "R4"
    #: what a resource that it pushes must be to be taken in: readable, or conformant to the standard as well
    check: Literal["readable", "conformant"] = "readable"
    #: bases of its FHIR server: absolute references under them are its own
    bases: tuple[str, ...] = ()
    #: systems of patient identifiers; the first is the primary one
    identifiers: tuple[str, ...] = ()
    #: systems of numbers that a whole country shares: compared across sites by keyed hash, and for nothing else
    shared: dict[Number, tuple[str, ...]] = {}
    endpoint: Endpoint | None = None
    pull: Pull | None = None
    systems: dict[str, System] = {}
    #: system (as the site writes it) → code → concept asked for, or what the code says
    codes: dict[str, dict[str, str | LocalCode]] = {}
    #: the site's own spellings of units
    units: dict[str, str] = {}
    #: what a test is called in words alone (`code.text`) → the concept that it asks for
    texts: dict[str, str] = {}
    #: concept → how it is answered in words (`valueString`, the text of a value) → the value that they stand for
    answers: dict[str, dict[str, str]] = {}
    #: names under which the site's consents speak of this trial
    consent: tuple[str, ...] = ()
    expects: Expects = Expects()
    subscriptions: Subscriptions = Subscriptions()
    digest: Digest | None = None
    #: concepts on which the site's records are complete by its own written declaration: silence means none
    complete: tuple[str, ...] = ()
    #: who may state (coordinators too) and who may sign (investigators alone), and when
    delegation: tuple[Delegate, ...] = ()
