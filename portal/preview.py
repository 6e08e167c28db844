"""A draft as respondents would meet it: the real pages, in every language of the site, saving nothing.

Answers travel in the address, packed, and are gone with it; what is typed in one's own words is not even kept
there. A link opens one draft, until it expires or is switched off.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from markupsafe import Markup

from portal.database import read_session
from portal.forms.questions import Setting, draw, error_links, spelled, typed
from portal.i18n import locale_code
from portal.partnership.survey_models import places_in_use
from surveys.authoring import drafting, previews
from surveys.errors import SurveysError
from surveys.questionnaire.checking import Problem, Raw, check_form, check_page
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import Answer, Page, Questionnaire, Texts
from surveys.questionnaire.routing import Route, Step, labels, may_finish, walk
from surveys.surveys import Survey, SurveyVersion, questionnaire_of

bp = Blueprint("preview", __name__, url_prefix="/preview")
NOTHING = "-"
SEEN = "seen-"
"""Before the id of a published version in place of a draft's token."""
MOST_STATE = 6000
WRITTEN = "…"
"""Stands for what was typed in one's own words: it is not carried along."""


@bp.after_request
def _unseen(response: Response) -> Response:
    """Never kept, never found by a search engine, never told to another site."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@dataclass(frozen=True)
class State:
    """Where somebody looking at a preview is: the answers so far, and the offers taken or not."""

    answers: dict[str, Answer]
    accepted: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()

    def packed(self) -> str:
        if not (self.answers or self.accepted or self.declined):
            return NOTHING
        raw = json.dumps([self.answers, self.accepted, self.declined], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def unpacked(text: str) -> State:
    """The state in an address; an address that was altered starts afresh."""
    if text == NOTHING or len(text) > MOST_STATE:
        return State({})
    try:
        squeezed = zlib.decompressobj()
        raw = squeezed.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), 200_000)
        answers, accepted, declined = json.loads(raw)
        if not isinstance(answers, dict) or not all(_plain(value) for value in answers.values()):
            return State({})
        return State(answers, tuple(map(str, accepted)), tuple(map(str, declined)))
    except (ValueError, TypeError, zlib.error, binascii.Error, RecursionError):
        return State({})


def _plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    if isinstance(value, dict):
        return all(isinstance(one, str) or one is None for one in value.values())
    return value is None or isinstance(value, str | int)


@dataclass
class Look:
    """One person's look at one draft."""

    token: str
    questionnaire: Questionnaire
    state: State

    @cached_property
    def route(self) -> Route:
        state = self.state
        return walk(self.questionnaire, state.answers, accepted=state.accepted, declined=state.declined)

    def address(self, step: Step, state: State | None = None) -> str:
        packed = (state or self.state).packed()
        if step.kind == "page":
            return url_for("preview.page", token=self.token, state=packed, page_id=step.id)
        if step.kind == "offer":
            return url_for("preview.offer", token=self.token, state=packed, part_id=step.id)
        if step.kind == "check":
            return url_for("preview.check", token=self.token, state=packed)
        if step.kind == "stop":
            return url_for("preview.stop", token=self.token, state=packed, stop_id=step.id)
        return url_for("preview.end", token=self.token, state=packed)

    def go(self, step: Step) -> Response:
        return make_response(redirect(self.address(step), 303))

    @property
    def frame(self) -> dict[str, Any]:
        """What the survey's own templates need, as :mod:`portal.respond.frame` gives it to a real page."""
        setting = Setting(self.questionnaire, locale_code(), {}, {})
        return {
            "document": self.questionnaire,
            "title_tail": self.questionnaire.say(self.questionnaire.title, setting.locale) or "…",
            "said": setting.said,
            "lang_attr": partial(_lang_attr, setting),
            "slug": "preview",
            "start_url": url_for("preview.start", token=self.token),
        }


def _lang_attr(setting: Setting, texts: Texts | None) -> str | Markup:
    if not setting.questionnaire.is_fallback(texts, setting.locale):
        return ""
    return Markup(' lang="{}"').format(setting.source_lang)


def look(token: str, state: str = NOTHING) -> Look:
    """Opens the preview; a link that does not work any more says why, and ends the request."""
    from_app: Any = current_app.extensions
    if token.startswith(SEEN):
        document = _published(token.removeprefix(SEEN))
        return Look(token, document, _sound(document, unpacked(state)))
    try:
        draft = previews.open_preview(
            read_session(), token, now=from_app["portal.clock"](), keys=from_app["portal.keys"]
        )
    except SurveysError as problem:
        reason = problem.code.removeprefix("preview.")
        page = render_template("preview/gone.html", reason=reason)
        abort(make_response(page, 404 if reason == "unknown" else 410))
    document = drafting.document_of(draft)
    document = freeze(document, places_in_use(read_session()))
    return Look(token, document, _sound(document, unpacked(state)))


def _published(version_id: str) -> Questionnaire:
    """A version that residents were asked: anybody could see it, so anybody may see it again."""
    session, now = read_session(), current_app.extensions["portal.clock"]()
    version = session.get(SurveyVersion, version_id)
    survey = session.get(Survey, version.survey_id) if version is not None else None
    if version is None or survey is None or survey.opens_at is None or survey.opens_at > now:
        abort(make_response(render_template("preview/gone.html", reason="unknown"), 404))
    return questionnaire_of(version)


def _sound(document: Questionnaire, state: State) -> State:
    """The state without answers that no form of this draft could have sent: it came from an address."""
    given = {name: value for name, value in state.answers.items() if name in document.question_by_id}
    checked = check_form(spelled(document.questions, state.answers), questionnaire=document)
    sound = {
        name: value
        for name, value in checked.answers.items()
        if name in state.answers and (state.answers[name] is None) == (value is None)
    }
    skipped = {name: None for name, value in given.items() if value is None}
    parts = {part.id for part in document.parts}
    return State(
        {**skipped, **sound},
        tuple(id for id in state.accepted if id in parts),
        tuple(id for id in state.declined if id in parts),
    )


# The pages ------------------------------------------------------------------------------------------------


@bp.route("/<token>", methods=["GET", "POST"])
def start(token: str) -> Response:
    looked = look(token)
    if request.method == "POST":
        if looked.questionnaire.single_page:
            return make_response(redirect(url_for("preview.form", token=token), 303))
        return looked.go(looked.route.steps[0])
    survey = SimpleNamespace(closes_at=None)
    dates = SimpleNamespace(round_slug="")
    page = render_template("preview/start.html", carry_on="", survey=survey, dates=dates, **looked.frame)
    return make_response(page)


@bp.route("/<token>/<state>/questions/<page_id>", methods=["GET", "POST"])
def page(token: str, state: str, page_id: str) -> Response:
    looked = look(token, state)
    asked = looked.questionnaire.page_by_id.get(page_id)
    if asked is None:
        abort(404)
    step = Step("page", page_id)
    if step not in looked.route.steps:
        return looked.go(looked.route.steps[0])
    if request.method == "GET":
        return _page(looked, asked)
    if request.form.get("action") in ("save", "away"):
        return looked.go(step)
    questions = [question for question in asked.questions if not question.off]
    fields: Raw = {} if request.form.get("action") == "skip" else typed(questions, request.form.getlist)
    checked = check_page(
        asked,
        fields,
        questionnaire=looked.questionnaire,
        answers=looked.state.answers,
        accepted=looked.state.accepted,
    )
    if checked.problems:
        return _page(looked, asked, fields, checked.problems)
    answers = looked.state.answers | {name: _kept(looked, name, v) for name, v in checked.answers.items()}
    onward = Look(token, looked.questionnaire, State(answers, looked.state.accepted, looked.state.declined))
    last = onward.route.steps[-1]
    if last.kind in ("stop", "hand-over"):
        return onward.go(last)
    if request.form.get("action") == "finish":
        return onward.go(Step("check"))
    return onward.go(onward.route.after(step))


def _kept(looked: Look, name: str, value: Answer) -> Answer:
    """The answer as it travels on: choices as they are, own words only as a mark that there were some."""
    question = looked.questionnaire.question_by_id.get(name)
    written = question is None or question.kind in ("short-text", "long-text")
    return WRITTEN if written and value else value


def _page(
    looked: Look, page: Page, fields: Raw | None = None, problems: tuple[Problem, ...] = ()
) -> Response:
    document, route = looked.questionnaire, looked.route
    questions = [document.question_by_id[id] for id in route.asked[page.id]]
    shown = spelled(questions, looked.state.answers) if fields is None else fields
    setting = Setting(document, locale_code(), route.answers, shown, tuple(problems))
    section = next((one for one in document.sections if one.id == page.section), None)
    alone = len(questions) == 1 and not page.title
    number, of = route.position(page.id)
    before = route.before(Step("page", page.id))
    label = (
        gettext("Question %(number)d of about %(of)d", number=number, of=of)
        if questions
        else gettext("Please read")
    )
    drawn = render_template(
        "preview/page.html",
        page_title=label,
        page_error=bool(problems),
        errors=error_links(problems, document),
        crossing_label=label,
        crossing_detail=setting.said(section.title) if section else "",
        at=number,
        of=of,
        heading="" if alone else setting.said(page.title or (section.title if section else {})) or "…",
        body=page.body,
        questions=[draw(question, setting, page_heading=alone) for question in questions],
        skips=bool(questions) and not any(question.required for question in questions),
        helps=page.help,
        returning=False,
        back=looked.address(before) if before else url_for("preview.start", token=looked.token),
        finish=may_finish(document, page.id, route.answers),
        **looked.frame,
    )
    return make_response(drawn, 422 if problems else 200)


@bp.route("/<token>/<state>/more/<part_id>", methods=["GET", "POST"])
def offer(token: str, state: str, part_id: str) -> Response:
    looked = look(token, state)
    part = next((part for part in looked.questionnaire.parts if part.id == part_id), None)
    if part is None:
        abort(404)
    if request.method == "POST":
        more = request.form.get("action") == "more"
        old = looked.state
        state_now = State(
            old.answers,
            (*old.accepted, part_id) if more else old.accepted,
            old.declined if more else (*old.declined, part_id),
        )
        onward = Look(token, looked.questionnaire, state_now)
        if not more:
            return onward.go(Step("check"))
        first = next((s for s in onward.route.waiting if s.id in {p.id for p in part.pages}), Step("check"))
        return onward.go(first)
    return make_response(render_template("preview/offer.html", part=part, **looked.frame))


@bp.route("/<token>/<state>/check", methods=["GET", "POST"])
def check(token: str, state: str) -> Response:
    looked = look(token, state)
    late = next((part for part in looked.questionnaire.parts if part.after_check), None)
    if request.method == "POST":
        if request.form.get("action") == "more" and late is not None:
            old = looked.state
            onward = Look(
                token, looked.questionnaire, State(old.answers, (*old.accepted, late.id), old.declined)
            )
            pages = [s for s in onward.route.steps if s.kind == "page" and s.id in {p.id for p in late.pages}]
            return onward.go(pages[0] if pages else Step("send"))
        return looked.go(Step("send"))
    rows: dict[str, list[dict[str, Any]]] = {}
    document = looked.questionnaire
    setting = Setting(document, locale_code(), looked.route.answers, {})
    for step in looked.route.steps:
        for id in looked.route.asked.get(step.id, ()) if step.kind == "page" else ():
            if id not in looked.route.answers:
                continue
            question = document.question_by_id[id]
            said = labels(question, looked.route.answers[id], document, locale_code())
            row: dict[str, Any] = {"key": setting.said(question.short), "href": looked.address(step)}
            row["about"] = row["key"]
            row |= {"values": [one for one in said if one]} if said else {"skipped": True}
            rows.setdefault(document.page_by_id[step.id].section, []).append(row)
    titles = {section.id: section.title for section in document.sections}
    page = render_template(
        "preview/check.html",
        blocks=[{"heading": setting.said(titles.get(id, {})), "rows": found} for id, found in rows.items()],
        ahead="",
        more="",
        asks_permission=document.asks_permission,
        may_publish=None,
        publish_error="",
        never_quoted=False,
        late=late if late is not None and late.offer else None,
        of=1,
        back=url_for("preview.start", token=token),
        **looked.frame,
    )
    return make_response(page)


@bp.get("/<token>/<state>/stopped/<stop_id>")
def stop(token: str, state: str, stop_id: str) -> Response:
    looked = look(token, state)
    found = next((stop for stop in looked.questionnaire.stops if stop.id == stop_id), None)
    if found is None:
        abort(404)
    return make_response(render_template("preview/stop.html", stop=found, **looked.frame))


@bp.get("/<token>/<state>/end")
def end(token: str, state: str) -> Response:
    """What comes after sending, in a preview: nothing."""
    looked = look(token, state)
    handed = looked.route.steps[-1]
    over = handed.id if handed.kind == "hand-over" else ""
    return make_response(render_template("preview/end.html", over=over, **looked.frame))


@bp.route("/<token>/form", methods=["GET", "POST"])
def form(token: str) -> Response:
    """A survey on a single page."""
    looked = look(token)
    document = looked.questionnaire
    fields: Raw = {}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        fields = typed(document.questions, request.form.getlist)
        problems = tuple(check_form(fields, questionnaire=document).problems)
        if not problems:
            return looked.go(Step("send"))
    setting = Setting(document, locale_code(), {}, fields, problems)
    pages = [
        {
            "title": setting.said(page.title) if page.title else "",
            "body": page.body,
            "questions": [draw(q, setting, page_heading=False) for q in page.questions if not q.off],
        }
        for page in document.pages()
    ]
    shown = render_template(
        "preview/form.html",
        once="",
        page_title=gettext("Questions"),
        page_error=bool(problems),
        errors=error_links(problems, document),
        pages=pages,
        asks_permission=document.asks_permission,
        may_publish=None,
        publish_error="",
        back=url_for("preview.start", token=token),
        **looked.frame,
    )
    return make_response(shown, 422 if problems else 200)
