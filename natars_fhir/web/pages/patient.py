"""Patient: one subject's criteria in protocol order, what a person may say of them, and the signature.

Its address has the subject's pseudonym: no number of the hospital stands in an address or a log. What is sent bears the
digest of what was seen; where somebody else was quicker nothing is taken, what changed is shown, and what was typed
comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from natars_fhir.domain.answer import UNKNOWN, Answer
from natars_fhir.domain.screening import bars
from natars_fhir.service.ingest.answer import Answer as Told
from natars_fhir.service.people.delegation import SIGNS
from natars_fhir.service.people.people import Spoken, speak
from natars_fhir.service.people.sayings import Saying
from natars_fhir.service.people.seen import Seen, meanwhile, seen
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.patient_lines import lines
from natars_fhir.web.pages.patient_told import told
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

AT: Final = "/patient/{pseudonym}"
NOT_HERE: Final = msg("No patient of your site is known here, or the use of their data was withdrawn.")
DONE: Final = {
    "kept": msg("Your statement is kept."),
    "signed": msg("You signed: the patient is eligible, as long as it holds."),
    "nothing": msg("Nothing new was said: nothing changes."),
    "conflict": msg("Another person stated the opposite before: both are kept, and the newer one counts."),
}
#: Why a statement that is there does not count.
IDLE: Final = {
    "aged": msg("it is too old"),
    "contradicted": msg("the data, or another person, says the opposite"),
    "not-applicable": msg("the criterion does not apply"),
    "undecided": msg("the data has come to other evidence that does not decide"),
}
_REASON: Final = msg("A statement needs its reason.")
_WHICH: Final = msg("Say yes or no.")
_NOBODY: Final = msg(
    "Your account is bound to nobody of the delegation list today: whoever runs the installation can bind it."
)
_NOT_SIGNER: Final = msg("Only an investigator on the site's delegation list can sign.")
_DEAD: Final = msg("The patient is recorded as dead.")
_BARS: Final = msg("{criterion} bars: {words}")
_UNKNOWN: Final = msg("{criterion} is unknown: {words}")
_REVIEW: Final = msg("{criterion} awaits a second look: its data is another by now.")


def add_patient(router: APIRouter, desk: Desk) -> None:  # noqa: ARG001 (a request brings its own)
    """Adds the page, and what is said on it."""

    def shown(request: Request, pseudonym: str) -> Response:
        page = page_of(request)
        here = look(page, pseudonym)
        return show(page, here, done=_done(page, here))

    def stated(request: Request, pseudonym: str) -> Response:
        return _stated(page_of(request), pseudonym)

    def signed(request: Request, pseudonym: str) -> Response:
        page = page_of(request)
        answer = say(page, look(page, pseudonym), signs=True)
        return _after(page, pseudonym, answer, "signed")

    at = ROOT + AT
    router.add_api_route(at, shown, methods=["GET"], response_model=None, dependencies=enters("worklist"))
    router.add_api_route(f"{at}/state", stated, methods=["POST"], response_model=None, dependencies=enters("attest"))
    router.add_api_route(f"{at}/sign", signed, methods=["POST"], response_model=None, dependencies=enters("sign"))


def look(page: Page, pseudonym: str) -> Seen:
    """The subject, as the person who looks sees it. Raises Refusal."""
    desk, who = page.desk, page.known
    person = who.account.person if who else ""
    found = seen(desk.store, desk.active().intake, desk.site(page.who), pseudonym, person, desk.now())
    if found is None:
        raise Refusal(404, "not-found", NOT_HERE)
    return found


def show(page: Page, here: Seen, status: int = 200, *, done: str = "", wrong: Sequence[Markup] = ()) -> Response:
    """The page, and that it was seen; *wrong* is why what was sent was not taken. What was typed stays."""
    page.viewed(here.subject.pseudonym)
    steps = meanwhile(page.desk.store, page.who.site, here, page.typed("seen")) if wrong else []
    subject = here.subject
    state = subject.way.course.states.get(subject.way.state)
    return page.show(
        "patient.html", status, here=here, subject=subject, lines=lines(here, page.language), done=done, wrong=wrong,
        changes=[one.told(page.language) for one in steps], hinders=hinders(page, here), chips=_chips(page, here),
        state=state.text[page.language] if state else subject.way.state,
        may_state="attest" in page.who.may and here.speaker is not None, nobody=page.say(_NOBODY),
        may_sign="sign" in page.who.may, idle=IDLE,
    )  # fmt: skip


def hinders(page: Page, here: Seen) -> list[tuple[str, Markup]]:
    """What stops a signature by who looks: the criterion to look at, if it is one, and the reason."""
    found: list[tuple[str, Markup]] = []
    if here.speaker is None:
        found.append(("", page.say(_NOBODY)))
    elif here.speaker.role != SIGNS or "sign" not in page.who.may:
        found.append(("", page.say(_NOT_SIGNER)))
    if here.dead:
        found.append(("", page.say(_DEAD)))
    for criterion, finding in here.hindered:
        text = _BARS if bars(criterion, finding) else _UNKNOWN if finding.answer is UNKNOWN else _REVIEW
        named = {"criterion": criterion.id} | ({} if text is _REVIEW else {"words": criterion.text[page.language]})
        found.append((criterion.id, page.say(text, **named)))
    return found


def _chips(page: Page, here: Seen) -> list[tuple[Markup, list[str]]]:
    """The ids of what bars, and of what is unknown, at one look."""
    barring = [one.id for one, finding in here.hindered if bars(one, finding)]
    unknown = [one.id for one, finding in here.hindered if finding.answer is UNKNOWN]
    return [(title, ids) for title, ids in ((page.say("Bars"), barring), (page.say("Unknown"), unknown)) if ids]


def say(page: Page, here: Seen, *sayings: Saying, signs: bool = False, raw: bytes = b"") -> Told:
    """Says it in the name of the person of the account."""
    desk, person = page.desk, page.known.account.person if page.known else ""
    spoken = Spoken((here.subject.key,), (person,), desk.now(), sayings, signs, "", raw, page.typed("seen") or "none")
    return speak(desk.store, desk.active().intake, desk.site(page.who), spoken, desk.now())


def _done(page: Page, here: Seen) -> str:
    """What was done just now; nothing where what was typed waits to be sent again, and no signature that does not
    stand: an address can be opened at any time, by anybody."""
    code, signed = page.request.query_params.get("done", ""), here.subject.part.signed
    mine = signed and signed.holds and here.speaker is not None and signed.signature.by == here.speaker.name
    if page.kept or code not in DONE or (code == "signed" and not mine):
        return ""
    return page.say(DONE[code])


def _stated(page: Page, pseudonym: str) -> Response:
    here = look(page, pseudonym)
    criterion, answer, reason = (page.typed(name).strip() for name in ("criterion", "answer", "reason"))
    if answer not in ("yes", "no"):
        return show(page, here, 422, wrong=[page.say(_WHICH)])
    if not reason:
        return show(page, here, 422, wrong=[page.say(_REASON)])
    done = say(page, here, Saying(criterion, Answer.of(answer == "yes"), reason))
    return _after(page, pseudonym, done, "kept", f"#c-{criterion}")


def _after(page: Page, pseudonym: str, answer: Told, done: str, place: str = "") -> Response:
    """On after what was taken; or the page, with why it was not."""
    if answer.status >= 300:
        return show(page, look(page, pseudonym), answer.status, wrong=told(page, answer))
    return after(page, pseudonym, answer, done, place)


def after(page: Page, pseudonym: str, answer: Told, done: str, place: str = "") -> Response:
    """To the page anew, so that going back and forth sends nothing twice, with what is to be said of what was taken."""
    codes = {one["code"] for one in answer.body["issue"] if one["severity"] == "warning"}
    said = "nothing" if answer.status == 200 else "conflict" if "conflict" in codes else done
    return page.leave(page.link(f"/patient/{pseudonym}", done=said) + place)
