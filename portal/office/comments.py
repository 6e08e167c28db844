"""The queue of comments: the most urgent first, 25 on a page, with filters, counts and claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.comments import (
    FLAG_WORDS,
    MODE_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    Mode,
    OwnWords,
)
from portal.i18n import SOURCE_LOCALE
from portal.office.blueprint import bp, documents, keys, now, officer, said, survey_title, whole
from portal.office.showing import visible
from portal.reading import label
from surveys import moderation, surveys
from surveys.errors import SurveysError
from surveys.moderation import phrases, queue, work
from surveys.moderation.queue import Filter, Place
from surveys.questionnaire.model import Questionnaire
from surveys.surveys import Survey

LISTED = ("waiting", "publishable", "redacted", "withheld", "spam", "read", "second-look")
"""States whose comments are listed. Referred ones are only counted: the safeguarding role reads them."""


@dataclass(frozen=True)
class Wanted:
    """What the filters of an address ask for; unknown ones ask for nothing special."""

    survey: str = ""
    state: str = "waiting"
    item: str = ""
    language: str = ""
    flagged: bool = False
    permission: str = ""
    campaign: str = ""
    mine: bool = False

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> Wanted:
        text = {
            name: given.get(name, "").replace("\0", "")[:90]
            for name in ("survey", "item", "language", "campaign")
        }
        state, permission = given.get("state", ""), given.get("permission", "")
        return cls(
            **text,
            state=state if state in LISTED else "waiting",
            flagged=given.get("flagged") == "y",
            permission=permission if permission in ("yes", "no") else "",
            mine=given.get("mine") == "y",
        )

    def query(self) -> dict[str, Any]:
        """The filters that are set, for the next address."""
        found = {
            name: str(getattr(self, name))
            for name in ("survey", "item", "language", "permission", "campaign")
        }
        found |= {"state": self.state if self.state != "waiting" else ""}
        found |= {name: "y" for name in ("flagged", "mine") if getattr(self, name)}
        return {name: value for name, value in found.items() if value}

    def filter(self, by: str) -> Filter:
        return Filter(
            state=self.state,
            item=self.item or None,
            locale=self.language or None,
            flagged=self.flagged,
            permission={"yes": True, "no": False}.get(self.permission),
            campaign=self.campaign or None,
            not_passed_by=by if self.state == "waiting" else None,
            held_by=by if self.mine else None,
        )


def document_of(session: Session, survey_id: str) -> Questionnaire | None:
    version = surveys.current_version(session, survey_id)
    return surveys.questionnaire_of(version, documents()) if version is not None else None


def question_words(session: Session, survey_id: str, item: str) -> str:
    """The question a comment answers, in a few words of the office's language; found once a request."""
    known: dict[tuple[str, str], str] = g.setdefault("question_words", {})
    if (survey_id, item) not in known:
        known[survey_id, item] = _question_words(document_of(session, survey_id), item)
    return known[survey_id, item]


def _question_words(document: Questionnaire | None, item: str) -> str:
    question_id, _, option_key = item.partition(".")
    question = document.question_by_id.get(question_id) if document else None
    if document is None or question is None:
        return item
    words = label(document, question.short or question.text, SOURCE_LOCALE).text
    option = next((o for o in getattr(question, "options", ()) if o.key == option_key), None)
    if option is None:
        return words
    return f"{words}: {label(document, option.text, SOURCE_LOCALE).text}"


def open_items(document: Questionnaire | None) -> list[str]:
    """Every place of a survey where people may write, in the document's order."""
    found = []
    for question in document.questions if document else ():
        if question.kind in ("short-text", "long-text"):
            if not getattr(question, "names", False):
                found.append(question.id)
        else:
            found += [f"{question.id}.{o.key}" for o in getattr(question, "options", ()) if o.write_in]
    return found


def language_words(locale: str) -> str:
    """A language in English; a code nobody knows stays a code."""
    try:
        return Locale.parse(locale).get_language_name("en") or locale
    except (UnknownLocaleError, ValueError):
        return locale


def surveys_with_comments(session: Session) -> list[Survey]:
    """Every survey, the newest first."""
    return sorted(
        session.scalars(select(Survey)), key=lambda s: (s.opens_at is None, s.opens_at), reverse=True
    )


def chosen(session: Session, wanted: Wanted) -> list[Survey]:
    """The surveys the filters are about."""
    known = surveys_with_comments(session)
    return [s for s in known if s.slug == wanted.survey] or known


def found_survey(session: Session, slug: str) -> Survey:
    survey = surveys.by_slug(session, slug)
    if survey is None:
        abort(404)
    return survey


@bp.get("/comments")
def comments() -> ResponseReturnValue:
    return _queue(Wanted.asked(request.args))


def _queue(wanted: Wanted, form: OfficeForm | None = None) -> ResponseReturnValue:
    session = read_session()
    about = chosen(session, wanted)
    slugs = {survey.id: survey.slug for survey in about}
    page = queue.page(
        session,
        [survey.id for survey in about],
        wanted.filter(officer().by),
        now=now(),
        keys=keys(),
        after=Place.read(request.args.get("after", "")),
    )
    counted = {survey.id: queue.standing(session, survey.id) for survey in about}
    known = {survey.id: document_of(session, survey.id) for survey in about}
    items = {item: survey_id for survey_id, document in known.items() for item in open_items(document)}
    locales = {locale for document in known.values() if document for locale in document.locales}
    shown = render_template(
        "office/comments/queue.html",
        form=form,
        wanted=wanted,
        rows=page.rows,
        slugs=slugs,
        modes={survey.id: moderation.mode_of(session, survey.id) for survey in about},
        titles={survey.slug: survey_title(survey) for survey in about},
        after=page.next,
        survey_options=_options((one.slug, survey_title(one)) for one in surveys_with_comments(session)),
        state_options=_options((state, STATE_WORDS[state]) for state in LISTED),
        item_options=_options(
            (item, question_words(session, survey_id, item)) for item, survey_id in items.items()
        ),
        language_options=_options((locale, language_words(locale)) for locale in sorted(locales)),
        figures=_figures(counted.values()),
        seconds=[survey.slug for survey in about if counted[survey.id].second_look],
        question=lambda row: question_words(session, row.survey_id, row.item),
        flagged=lambda row: ", ".join(FLAG_WORDS[flag] for flag in row.flags),
        state_words=STATE_WORDS,
        reason_words=REASON_WORDS,
        visible=visible,
        language=language_words,
        mine=officer().by,
        alike=_alike(page.rows),
        unchecked=[language_words(one.language) for one in phrases.lists().values() if not one.checked],
    )
    return make_response(shown, 422 if form is not None else 200)


def _options(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "text": text} for value, text in pairs]


def _figures(counted: Any) -> dict[str, Any]:
    several = list(counted)
    days = [one.oldest for one in several if one.oldest]
    return {
        "waiting": sum(one.waiting for one in several),
        "flagged": sum(one.flagged for one in several),
        "unlisted": sum(one.unlisted for one in several),
        "second_look": sum(one.second_look for one in several),
        "referred": sum(one.states.get("referred", 0) for one in several),
        "oldest": min(days, default=None),
    }


def _alike(rows: Sequence[queue.Waiting]) -> list[list[queue.Waiting]]:
    """Rows of one question on this page whose words are the same: they may be decided together."""
    same: dict[tuple[str, str, str], list[queue.Waiting]] = {}
    for row in rows:
        if row.state == "waiting" and row.claimed_by in (None, officer().by):
            same.setdefault((row.survey_id, row.item, " ".join(row.text.split())), []).append(row)
    return [group for group in same.values() if len(group) > 1]


def _posted(session: Session) -> list[tuple[str, str, int]]:
    """(survey id, comment id, version) of the comments a form of the queue names."""
    by_slug = {survey.slug: survey.id for survey in surveys_with_comments(session)}
    found = []
    for written in request.form.getlist("comment")[: queue.PAGE]:
        slug, _, rest = written.partition("/")
        comment_id, _, version = rest.partition("/")
        if slug in by_slug and whole(version, -1) >= 0:
            found.append((by_slug[slug], comment_id, whole(version)))
    return found


@bp.post("/comments/claim")
def comments_claim() -> ResponseReturnValue:
    """Keeps the comments of this page for this moderator, and opens the first."""
    got = 0
    with writing() as session:
        named = _posted(session)
        for survey_id in {survey_id for survey_id, _, _ in named}:
            ids = [comment_id for of, comment_id, _ in named if of == survey_id]
            got += queue.claim(session, survey_id, ids, by=officer().by, now=now())
    said(
        f"{got} comments are yours for half an hour." if got != 1 else "1 comment is yours for half an hour."
    )
    return redirect(url_for("office.comments", **Wanted.asked(request.args).query()))


@bp.post("/comments/release")
def comments_release() -> ResponseReturnValue:
    with writing() as session:
        freed = sum(
            queue.release(session, survey.id, None, by=officer().by)
            for survey in surveys_with_comments(session)
        )
    said(
        f"{freed} comments are free for others again."
        if freed != 1
        else "1 comment is free for others again."
    )
    wanted = replace(Wanted.asked(request.args), mine=False)
    return redirect(url_for("office.comments", **wanted.query()))


@bp.post("/comments/alike")
def comments_alike() -> ResponseReturnValue:
    """One decision for comments with identical words."""
    wanted, form = Wanted.asked(request.args), OfficeForm()
    try:
        with writing() as session:
            named = _posted(session)
            found = [queue.find(session, survey_id, comment_id) for survey_id, comment_id, _ in named]
            number = moderation.decide_alike(
                session,
                found,
                outcome=request.form.get("outcome", ""),
                reason=request.form.get("reason", ""),
                by=officer().by,
                now=now(),
                keys=keys(),
                seen_versions=[version for _, _, version in named],
            )
    except SurveysError as problem:
        form.refuse(problem)
        return _queue(wanted, form)
    said(f"{number} comments with the same words are decided.")
    return redirect(url_for("office.comments", **wanted.query()))


@bp.get("/comments/settings")
def comments_settings() -> ResponseReturnValue:
    return _settings()


def _settings(form: OfficeForm | None = None) -> ResponseReturnValue:
    session = read_session()
    known = surveys_with_comments(session)
    shown = render_template(
        "office/comments/settings.html",
        language=language_words,
        form=form,
        surveys=[(survey, moderation.mode_of(session, survey.id)) for survey in known],
        mode_words=MODE_WORDS,
        own=work.own_words(session, keys=keys()),
        words=form if isinstance(form, OwnWords) else OwnWords(formdata=None),
        lists=list(phrases.lists().values()),
        policy=moderation.POLICY,
    )
    return make_response(shown, 422 if form is not None else 200)


@bp.post("/comments/settings/<slug>")
def comments_mode(slug: str) -> ResponseReturnValue:
    form = Mode()
    try:
        with writing() as session:
            survey = found_survey(session, slug)
            mode = form.mode.data or ""
            moderation.set_mode(session, survey.id, mode, by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        return _settings(form)
    said("Saved. It holds from now on.")
    return redirect(url_for("office.comments_settings"))


@bp.post("/comments/own-list")
def own_word_add() -> ResponseReturnValue:
    form = OwnWords()
    if form.validate():
        try:
            with writing() as session:
                words = form.words.data or ""
                work.add_own_word(session, words, by=officer().by, now=now(), keys=keys())
            said("Added. The checker points it out from now on.")
            return redirect(url_for("office.comments_settings"))
        except SurveysError as problem:
            form.refuse(problem)
    return _settings(form)


@bp.post("/comments/own-list/<word_id>/removal")
def own_word_remove(word_id: str) -> ResponseReturnValue:
    with writing() as session:
        work.remove_own_word(session, word_id, by=officer().by, now=now(), keys=keys())
    said("Removed.")
    return redirect(url_for("office.comments_settings"))
