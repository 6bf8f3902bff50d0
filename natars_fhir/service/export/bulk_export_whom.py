"""Whom a Bulk Data export is of: a site's subjects, an arm's, those who are named, or all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from natars_fhir.domain.study import Study
from natars_fhir.export.pseudonym import export_keys, keyed_id
from natars_fhir.export.research.whole import PATIENT
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.bulk_export_asked import Wanted
from natars_fhir.service.export.enrolled import possible
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.subjects import subjects_of
from natars_fhir.store import export_known
from natars_fhir.store.engine import Store
from natars_fhir.store.exports import Job

#: How the id of a Group begins that is a site's subjects, or an arm's; and that of all.
SITE, ARM, ALL = "site-", "arm-", "all"


@dataclass(frozen=True, slots=True)
class Whom:
    """Of one site *everybody*, or those who are *named* by their pseudonyms; ``asked`` are the names that they were
    asked for by. ``lost`` came out before and are no subjects any more: whichever arm they were of; ``left`` are their
    names that were asked for. ``nameless``: so are those who are forgotten, of whom nothing tells who they were."""

    site: Site
    everybody: bool = True
    named: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    nameless: bool = True

    @property
    def anybody(self) -> bool:
        """May there be somebody of whom something is to be looked at?"""
        return self.everybody or bool(self.named or self.lost)

    def has(self, kind: str, subject: str) -> bool:
        """Is a resource of this type and subject theirs? A study is everybody's."""
        if self.everybody or kind == "ResearchStudy":
            return True
        return subject in self.named or subject in self.lost if subject else self.nameless


def of_group(ident: str, sites: Mapping[str, Site], study: Study, whose: str) -> tuple[str, str] | None:
    """The site and the arm of a Group; None where the caller, who is of the site *whose* (or of none), has no such."""
    if ident == ALL:
        return "", ""
    site, arm = ident.removeprefix(SITE), ident.removeprefix(ARM)
    if site != ident and site in sites and whose in ("", site):
        return site, ""
    if arm != ident and any(one.slug == arm for one in study.arms):
        return "", arm
    return None


def whom(store: Store, intake: Intake, sites: Mapping[str, Site], job: Job, wanted: Wanted) -> Sequence[Whom]:
    """Site by site, in the order of their names; of a site that has no file any more nothing."""
    ours = [job.whose] if job.whose else sorted(sites)
    named = [sites[one] for one in ours if one in sites and wanted.site in ("", one)]
    found = [_of(store, intake, site, job, wanted) for site in named]
    met = {name for one in found for name in (*one.asked, *one.left)}
    forgotten = not wanted.subjects or bool({*wanted.subjects} - met)  # whoever is met nowhere may be
    return [replace(one, nameless=forgotten) for one in found]


def _of(store: Store, intake: Intake, site: Site, job: Job, wanted: Wanted) -> Whom:
    if not wanted.arm and not wanted.subjects:
        return Whom(site)
    with store.of(site.site).read() as connection:
        now = job.begun or job.made
        some = possible(connection, intake.study, site.site)
        there = {one.pseudonym: one for one in subjects_of(connection, intake, site, now, some)}
        lost = export_known.ever(connection, site.site) - there.keys()
    known = {
        pseudonym for pseudonym, one in there.items() if not wanted.arm or (one.arm and one.arm.slug == wanted.arm)
    }
    if not wanted.subjects:
        return Whom(site, everybody=False, named=frozenset(known), lost=frozenset(lost))
    keys = export_keys(intake.key, intake.study.id)
    called = {name: one for one in (*known, *lost) for name in (one, keyed_id(keys, one, "Patient", PATIENT))}
    mine = {name: called[name] for name in wanted.subjects if name in called}
    here, gone = ({name: one for name, one in mine.items() if one in some} for some in (known, lost))
    return Whom(
        site, everybody=False, named=frozenset(here.values()), asked=frozenset(here),
        lost=frozenset(gone.values()), left=frozenset(gone),
    )  # fmt: skip
