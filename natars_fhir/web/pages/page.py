"""Page: what one request to the pages is: who, in which language, with what typed; and how it is answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.sentence import Language
from natars_fhir.service.access.accounts import speaks
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.access.sessions import Known, csrf
from natars_fhir.service.upkeep.audit import note
from natars_fhir.service.upkeep.pseudonym import person_of
from natars_fhir.store.audit import Act
from natars_fhir.web.pages import static
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.form import Fields, first
from natars_fhir.web.pages.headers import headers
from natars_fhir.web.pages.issue_words import issue_text
from natars_fhir.web.pages.registry import ROOT, Entry, seen
from natars_fhir.web.pages.shown import valued, worded
from natars_fhir.web.pages.templates import template
from natars_fhir.web.pages.words import LANGUAGES, saying


@dataclass(frozen=True)
class Page:
    """One request. ``token`` is the cookie's, ``known`` who is behind it, ``form`` what was sent, ``kept`` what was
    typed on this page when the session ended."""

    request: Request = field(repr=False)
    desk: Desk = field(repr=False)
    language: Language
    token: str = field(repr=False)
    known: Known | None = field(repr=False)
    form: Fields = field(repr=False, default_factory=dict)
    kept: Fields = field(repr=False, default_factory=dict)
    #: is the cookie new, so that it must be set?
    fresh: bool = False

    @property
    def who(self) -> Caller:
        """On whose behalf: the same as a bearer token's caller. Of a page that needs somebody."""
        if self.known is None:
            raise RuntimeError("a page that needs nobody asks who it is")
        return self.known.caller

    @property
    def account(self) -> str:
        """The id of the account; empty for nobody."""
        return self.known.account.id if self.known else ""

    @property
    def inside(self) -> bool:
        """Is somebody logged in, with nothing left to do?"""
        return self.known is not None and not self.known.over and not self.known.step

    @cached_property
    def csrf(self) -> str:
        """What every form must bring along."""
        return csrf(self.token)

    @cached_property
    def nonce(self) -> str:
        """For the style elements of a page that is shown with ``styled``."""
        return secrets.token_urlsafe(16)

    @property
    def at(self) -> str:
        """The page that the person is on, with its query; of a form the page that it stands on: there they come back to
        when the session ended meanwhile. Never the target of a form, and without what was done there before."""
        if told := first(self.form, "at"):
            return _bare(told)
        current = urlsplit(self.request.headers.get("hx-current-url", "") if self.partial else str(self.request.url))
        if not self.partial and self.request.method not in ("GET", "HEAD"):
            return ""
        return _bare(current.path + (f"?{current.query}" if current.query else ""))

    @property
    def navigation(self) -> Mapping[str, Entry]:
        """The pages that the person may see."""
        known = seen(self.who.may) if self.inside else {}
        return {name: entry for name, entry in known.items() if self.who.site or not entry.of_site}

    @property
    def partial(self) -> bool:
        """Does htmx ask, for a part of a page?"""
        return self.request.headers.get("hx-request") == "true"

    def say(self, text: str, **named: object) -> Markup:
        """A text of ours in the person's language."""
        return saying(self.language)(text, **named)

    def age(self, at: datetime) -> Markup:
        """How many days ago that was, by the days of the trial's zone."""
        days = (self.desk.now().astimezone(SHANGHAI).date() - at.astimezone(SHANGHAI).date()).days
        if days > 1:
            return self.say("{days} days ago", days=days)
        return self.say("yesterday") if days == 1 else self.say("today")

    def concept(self, name: str) -> str:
        """A concept by the name that the mapping gives it, in the person's language."""
        found = self.desk.active().mappings.concepts.concepts.get(name)
        return name if found is None else found.zh if self.language == "zh" and found.zh else found.en or name

    def arm(self, name: str) -> str:
        """An arm by its registered name or its slug, as pages of the person's language call it."""
        arms = self.desk.active().mappings.study.arms
        found = next((one for one in arms if name in (one.name, one.slug)), None)
        return name if found is None else found.zh if self.language == "zh" and found.zh else found.name

    def site(self, name: str) -> str:
        """A site as people of the page's language call it, with the name that commands and addresses have."""
        found = self.desk.active().mappings.sites.get(name)
        told = "" if found is None else found.zh if self.language == "zh" else found.en
        return f"{told} · {name}" if told else name

    def value(self, value: object) -> str:
        """A value of a fact, or a fact with its day, in the person's language."""
        return valued(value, self.language)

    def issue(self, text: str) -> str:
        """The text of an issue, in the person's language."""
        return issue_text(text, self.language, self.concept)

    def link(self, path: str = "", **query: object) -> str:
        """The address of a page of ours, below `/pages`."""
        asked = "&".join(f"{quote(name)}={quote(str(value), safe='')}" for name, value in query.items() if value != "")
        return f"{self.root}{ROOT}{path}" + (f"?{asked}" if asked else "")

    @property
    def root(self) -> str:
        """The path under which a proxy has us; usually none."""
        return str(self.request.scope.get("root_path", "")).rstrip("/")

    def typed(self, name: str) -> str:
        """What was typed in a field: just now, or when the session ended."""
        return first(self.form or self.kept, name)

    def show(self, name: str, status: int = 200, /, *, styled: bool = False, **told: Any) -> Response:
        """A template as the answer. *styled*: it is the page of the prefilled form (`headers.policy`)."""
        page_names: dict[str, Any] = {
            "page": self, "_": saying(self.language), "static": self._static, "word": worded(self.language),
            "valued": self.value,
        }  # fmt: skip
        text = template(name).render(**page_names, languages=LANGUAGES, **told)
        response = HTMLResponse(text, status, headers(self.nonce if styled else ""))
        if self.fresh:
            give(response, self.desk, self.token)
        return response

    def go(self, path: str, **query: object) -> Response:
        """On to another page of ours, after something was done."""
        return self.leave(self.link(path, **query))

    def leave(self, address: str) -> Response:
        """On to an address; a part of a page takes the whole page along."""
        told = {"HX-Redirect": address} if self.partial else {"Location": address}
        response = Response(status_code=204 if self.partial else 303, headers={**headers(), **told})
        if self.fresh:
            give(response, self.desk, self.token)
        return response

    def viewed(self, about: str, counts: Mapping[str, int] | None = None, act: str = "view") -> None:
        """Writes into the audit that the person looked at a patient; *about* is the subject's pseudonym."""
        if self.known is None:
            raise RuntimeError("nobody looks")
        one = self.known.account
        person = person_of(self.desk.key, one.site, speaks(one))
        told = Act(one.site, self.desk.now(), act, "", 200, counts or {}, about, person, self.who.by)
        note(self.desk.store, self.desk.key, told)

    def _static(self, name: str) -> str:
        return self.root + static.address(name)


def _bare(address: str) -> str:
    """Without the word of what was done (``done``): whoever comes back there has not done it again."""
    path, _, query = address.partition("?")
    asked = "&".join(one for one in query.split("&") if one.partition("=")[0] != "done")
    return path + (f"?{asked}" if asked else "")


def cookie(desk: Desk) -> str:
    """The name of the session's cookie; the browser keeps one of this beginning to us alone and to https.
    https://developer.mozilla.org/docs/Web/HTTP/Headers/Set-Cookie#cookie_prefixes"""
    return "__Host-natars" if desk.secure else "natars"


def give(response: Response, desk: Desk, token: str) -> None:
    """The token goes into the cookie. Lax: links in mails and cards lead to a page; forms have their own proof."""
    response.set_cookie(cookie(desk), token, path="/", secure=desk.secure, httponly=True, samesite="lax")
