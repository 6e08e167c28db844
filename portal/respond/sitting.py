"""One person's place in one survey: the draft their device opens, and the route it has them on."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import NoReturn, cast

from flask import Response, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from portal.database import read_session, writing
from portal.forms.questions import showable
from portal.i18n import locale_code
from portal.respond import visit
from surveys import drafts, responses, surveys
from surveys.drafts import DraftState
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import Route, Step, may_finish, walk
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion

QUESTIONNAIRES = "respond.questionnaires"
TRIES = 50
"""How often a change is laid on top of another tab's before giving up."""


def keyring() -> Keyring:
    return cast(Keyring, current_app.extensions["portal.keys"])


def survey_at(slug: str) -> Survey:
    """The survey at this address; 404 when there is none or it has never been scheduled."""
    survey = surveys.by_slug(read_session(), slug)
    if survey is None or surveys.state(survey, visit.now()) == "draft":
        abort(HTTPStatus.NOT_FOUND)
    return survey


def questionnaire(version_id: str) -> Questionnaire:
    """A published version's document, read once per worker."""
    cache: MutableMapping[str, Questionnaire] = current_app.extensions.setdefault(QUESTIONNAIRES, {})
    known = cache.get(version_id)
    if known is not None:
        return known
    version = read_session().get(SurveyVersion, version_id)
    if version is None:
        abort(HTTPStatus.NOT_FOUND)
    return surveys.questionnaire_of(version, cache)


def version_of(survey: Survey) -> SurveyVersion:
    """The version a new response begins with."""
    version = surveys.current_version(read_session(), survey.id)
    if version is None:
        abort(HTTPStatus.NOT_FOUND)
    return version


@dataclass
class Sitting:
    """Everything a page of the survey works with. ``draft`` is this request's own copy."""

    survey: Survey
    questionnaire: Questionnaire
    draft: DraftState

    @property
    def slug(self) -> str:
        return self.survey.slug

    @cached_property
    def route(self) -> Route:
        """The route as the draft stands."""
        return walk(
            self.questionnaire,
            self.draft.answers,
            accepted=self.draft.accepted,
            declined=self.draft.declined,
        )

    def take(self, draft: DraftState) -> None:
        """Goes on with this state of the draft."""
        self.draft = draft
        for worked_out in ("route", "reached"):
            self.__dict__.pop(worked_out, None)

    @cached_property
    def reached(self) -> Step:
        """Where this person stands: the first page or offer not dealt with, or what comes after them all."""
        waiting = set(self.route.waiting)
        decided = {*self.draft.accepted, *self.draft.declined}
        for step in self.route.steps:
            if step.kind == "page":
                if step in waiting:
                    return step
            elif step.kind != "offer" or step.id not in decided:
                return step
        return self.route.steps[-1]

    def is_late(self, step: Step) -> bool:
        """Whether the step comes after the page to check answers."""
        steps, check = self.route.steps, Step("check")
        return check in steps and steps.index(step) > steps.index(check)

    def may_visit(self, step: Step) -> bool:
        """Whether all before this step was dealt with: nothing can be jumped over by typing an address."""
        steps = self.route.steps
        if step.kind == "check":
            return self.may_check()
        if self.is_late(step):
            late = [page for page in self.route.waiting if self.is_late(page)]
            return self.may_check() and (not late or steps.index(step) <= steps.index(late[0]))
        return steps.index(step) <= steps.index(self.reached)

    def may_check(self) -> bool:
        """Whether the answers can be checked and sent from where this person stands."""
        if self.route.find("check") is None:
            return False
        ahead = [page for page in self.route.waiting if not self.is_late(page)]
        return not ahead or may_finish(self.questionnaire, ahead[0].id, self.route.answers)

    def address(self, step: Step) -> str:
        """Where a step of the route is shown."""
        match step.kind:
            case "page":
                return url_for("respond.page", slug=self.slug, page_id=step.id)
            case "offer":
                return url_for("respond.offer", slug=self.slug, part_id=step.id)
            case "check":
                return url_for("respond.check", slug=self.slug)
            case "send":
                return url_for("respond.send", slug=self.slug)
            case "stop":
                return url_for("respond.stop", slug=self.slug, stop_id=step.id)
            case "hand-over":
                return url_for("respond.hand_over", slug=self.slug)

    def go(self, step: Step) -> Response:
        return to(self.address(step))


def to(address: str) -> Response:
    """After a form: the next page by GET."""
    return cast(Response, redirect(address, HTTPStatus.SEE_OTHER))


def sit(slug: str) -> Sitting:
    """The sitting of this device in this survey.

    Ends the request instead when there is none: with the survey's own page when it cannot be answered now,
    the receipt when it was sent from here, a kind word after too long away, or the neutral page.
    """
    survey = survey_at(slug)
    if surveys.state(survey, visit.now()) not in ("open", "grace"):
        if request.method == "POST":
            turn_away("respond/not-taken.html", HTTPStatus.CONFLICT, survey=survey)
        abort(to(url_for("respond.start", slug=slug)))
    token = visit.token(slug)
    draft = drafts.open_draft(read_session(), token, keys=keyring(), now=visit.now()) if token else None
    if draft is None:
        no_draft(survey, token)
    return Sitting(survey, questionnaire(draft.version_id), draft)


def late_sitting(slug: str) -> Sitting | None:
    """The sitting that ended with this very request, because nobody had been there for too long."""
    token = visit.away_token(slug)
    survey = survey_at(slug) if token else None
    if token is None or survey is None or surveys.state(survey, visit.now()) not in ("open", "grace"):
        return None
    draft = drafts.open_draft(read_session(), token, keys=keyring(), now=visit.now())
    return Sitting(survey, questionnaire(draft.version_id), draft) if draft else None


def no_draft(survey: Survey, token: str | None) -> NoReturn:
    """Ends the request of somebody whose device opens no draft of this survey any more."""
    slug = survey.slug
    sent = visit.sent_token(slug) or token
    if sent and drafts.sent_draft(read_session(), sent, keys=keyring(), now=visit.now()):
        if visit.sent_token(slug) is None:
            visit.sent(slug, sent)
        abort(to(url_for("respond.confirmation", slug=slug)))
    if token:
        visit.forget(slug)
    if visit.away_token(slug):
        turn_away(
            "respond/away.html", HTTPStatus.OK if request.method == "GET" else HTTPStatus.CONFLICT, slug=slug
        )
    if request.method == "POST":
        turn_away("respond/no-draft.html", HTTPStatus.CONFLICT, slug=slug)
    abort(to(url_for("respond.left")))


def turn_away(template: str, status: HTTPStatus, **facts: object) -> NoReturn:
    """Ends the request with a page that shows again what was typed, because it could not be kept."""
    abort(make_response(render_template(template, kept=typed_words(), **facts), status))


CONTROLS = frozenset({"csrf_token", "action", "return"})


def typed_words() -> list[str]:
    """What the person wrote on the page they sent, to copy from; choices and buttons are left out.

    Nothing when the page closed itself: somebody else may be looking.
    """
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        return []
    if ("action", "away") in fields:
        return []
    return [showable(value) for name, value in fields if name not in CONTROLS and _is_written(value)]


def _is_written(value: str) -> bool:
    return bool(value.strip()) and (" " in value.strip() or "\n" in value or not value.isascii())


def keep(sitting: Sitting, change: Callable[[DraftState], None]) -> None:
    """Stores the draft with this change; what another tab saved meanwhile stays, with this change on top.

    Ends the request when the draft was sent or is gone. Counts each page saved for the first time.
    """
    keys, now = keyring(), visit.now()
    draft, gone = sitting.draft, False
    with writing() as session:
        for _ in range(TRIES):
            before = set(draft.seen)
            change(draft)
            draft.locale = locale_code()
            try:
                drafts.save(session, draft, seen_revision=draft.revision, keys=keys, now=now)
            except SurveysError as problem:
                if problem.code not in ("draft.stale", "draft.sent", "draft.gone"):
                    raise
                reopened = drafts.open_draft(session, draft.token, keys=keys, now=now)
                if reopened is None:
                    gone = True
                    break
                draft = reopened
                continue
            for page_id in draft.seen:
                if page_id not in before:
                    responses.tick(session, sitting.survey.id, page_id, locale=draft.locale, now=now)
            break
    if gone:
        no_draft(sitting.survey, draft.token)
    sitting.take(draft)
